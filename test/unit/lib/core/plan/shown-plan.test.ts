import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../../../lib/core/plan/plan.ts'
import { actualPlan, isMasked, shownPlan } from '../../../../../lib/core/plan/shown-plan.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'
import { sourcesSchema } from '../../../../../lib/core/scenario/source.ts'
import { planOf } from '../../../../fixtures/synthetic-run.ts'

const sources = sourcesSchema.parse({
  app: { kind: 'scrape', url: 'http://bob:builder@127.0.0.1/metrics?token=abc', metrics: {} },
  queries: { kind: 'prometheus', url: 'http://127.0.0.1:9090', metrics: {} },
})
const target = {
  url: 'http://ann:s3cret@127.0.0.1:1',
  environments: { staging: 'http://eve:other@127.0.0.1:2' },
} as Scenario['target']

const planned = (url: string, changes: Partial<Plan> = {}): Plan =>
  planOf({ target: { url, allow: [] }, sources, note: 'for http://x:y@host', ...changes })

describe('a plan that is stored', () => {
  it('holds no secret of a URL, and all else as it was', () => {
    const plan = planned('http://ann:s3cret@127.0.0.1:1')
    const shown = shownPlan(plan)
    expect(shown).toEqual({
      ...plan,
      note: 'for http://***@host',
      target: { url: 'http://***@127.0.0.1:1', allow: [] },
      sources: {
        app: { ...sources.app, url: 'http://***@127.0.0.1/metrics?token=***' },
        queries: sources.queries,
      },
    })
    expect([isMasked(plan), isMasked(shown), shownPlan(shown)]).toEqual([false, true, shown])
  })

  it('holds no secret of the proxy', () => {
    const target = { url: 'http://127.0.0.1:1', allow: [], proxy: 'http://ann:s3cret@127.0.0.1:3128' }
    const shown = shownPlan(planned(target.url, { target }))
    expect(shown.target).toEqual({ ...target, proxy: 'http://***@127.0.0.1:3128' })
  })

  it.each([
    ['the URL of its target', {}, 'http://ann:s3cret@127.0.0.1:1'],
    ['the URL of its environment', { environment: 'staging' }, 'http://eve:other@127.0.0.1:2'],
  ])('gets back %s and its sources from the scenario', (_what, changes, url) => {
    const plan = planned(url, { ...changes, note: 'n' })
    expect(actualPlan(shownPlan(plan), { target, sources })).toEqual(plan)
  })

  it('gets back the URL that the command line named', () => {
    const plan = planned('http://cli:flag@127.0.0.1:3', { note: 'n' })
    expect(actualPlan(shownPlan(plan), { target, sources }, 'http://cli:flag@127.0.0.1:3')).toEqual(plan)
  })

  it('keeps a target without credentials that is not the one of the scenario', () => {
    const plan = planned('http://127.0.0.1:9', { note: 'n' })
    expect(actualPlan(shownPlan(plan), { target, sources })).toEqual(plan)
  })
})
