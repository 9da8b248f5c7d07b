import { describe, expect, it } from 'vitest'
import { csvReport } from '../../../../../aggregator/report/data/csv.ts'
import {
  faultSpans,
  faultsBetween,
  writeExperiment,
} from '../../../../../aggregator/report/model/experiment.ts'
import { REPORTS } from '../../../../../aggregator/report/report.ts'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { parseLoadRequest } from '../../../../../lib/core/plan/make-plan.ts'
import { type Plan, planSchema } from '../../../../../lib/core/plan/plan.ts'
import { makeCloudPlan } from '../../../../../lib/core/price/cloud-plan.ts'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import type { Experiment } from '../../../../../lib/core/scenario/experiment.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'
import { cloudFacts } from '../../../../fixtures/cloud-plan.ts'
import { codepalRun } from '../../../../fixtures/verdict.ts'

const { scenario } = checkScenario({
  name: 'shop',
  target: {},
  flows: { browse: { run: async () => undefined } },
  profiles: {
    storm: {
      executors: [
        {
          executor: 'ramping-vus',
          startTime: '10s',
          stages: [
            { name: 'calm', duration: '1m', users: 10 },
            {
              name: 'storm',
              duration: '4m',
              users: 10,
              chaos: [
                { name: 'kill a task', template: 'EXTkill', after: '30s' },
                { template: 'EXTslow', after: '1m', for: '90s', actions: 3 },
                { template: 'EXTslow', after: '3m', for: '1h' },
              ],
            },
          ],
        },
        { executor: 'constant-vus', users: 1, duration: '5m', chaos: [{ template: 'EXTslow' }] },
      ],
    },
  },
})

const planOf = (request: object = {}, chaosTemplates?: string[]): Plan =>
  makeCloudPlan(scenario as Scenario, parseLoadRequest(request), { ...cloudFacts, chaosTemplates })

const timesOf = ({ experiments }: Plan): unknown[] =>
  experiments.map(({ stage, name, fromMs, toMs }) => [stage, name, fromMs, toMs])

describe('the chaos of stages', () => {
  it('is planned in the time of the run, and never lasts longer than its stage', () => {
    expect(timesOf(planOf())).toEqual([
      ['storm', 'kill a task', 100_000, 310_000],
      ['storm', 'EXTslow', 130_000, 220_000],
      ['storm', 'EXTslow', 250_000, 310_000],
      ['constant-vus', 'EXTslow', 0, 300_000],
    ])
    expect(planSchema.parse(JSON.parse(JSON.stringify(planOf())))).toEqual(planOf())
  })

  it('keeps its part of the stage when the profile is rescaled', () => {
    expect(timesOf(planOf({ duration: '31s' }))).toEqual([
      ['storm', 'kill a task', 10_000, 31_000],
      ['storm', 'EXTslow', 13_000, 22_000],
      ['storm', 'EXTslow', 25_000, 31_000],
      ['constant-vus', 'EXTslow', 0, 30_000],
    ])
    const shortest = planOf({ duration: '310ms' })
    for (const { fromMs, toMs } of shortest.experiments) expect(toMs).toBeGreaterThan(fromMs)
  })

  it('is priced by the minutes of its actions', () => {
    const fis = planOf().quote.lines.find(({ item }) => item === 'FIS')
    // 3.5 → 4, 3 × 1.5 → 3 × 2, 1, 5
    expect(fis).toEqual({ item: 'FIS', quantity: 16, unit: 'action minutes', priceUsd: 1.6 })
  })

  it('is refused where the deployment does not allow its templates, each of them once', () => {
    expect(planOf({}, ['EXTkill', 'EXTslow']).experiments).toHaveLength(4)
    const refused = (allowed: string[]): VolleyError['mistakes'] => {
      try {
        planOf({}, allowed)
      } catch (error) {
        if (error instanceof VolleyError) return error.mistakes
      }
      return []
    }
    expect(refused(['EXTkill'])).toEqual([
      {
        field: 'chaos',
        value: 'EXTslow',
        limit: 'templates that the deployment allows: EXTkill',
        next: 'deploy with -c chaosTemplates=EXTkill,EXTslow, or choose another profile',
      },
    ])
    expect(refused([]).map(({ limit }) => limit)).toEqual([
      'templates that the deployment allows: none so far',
      'templates that the deployment allows: none so far',
    ])
  })
})

const planned = { template: 'EXT1', stage: 'spike', actions: 1, fromMs: 3_300_000, toMs: 3_500_000 }
const ended: Experiment = {
  ...planned,
  ...{ name: 'kill <a> task', state: 'stopped', id: 'EXP1', startedMs: 3_301_000, endedMs: 3_390_000 },
}
const unseen: Experiment = { ...planned, name: 'delay', state: 'running', id: 'EXP2', startedMs: 3_400_000 }
const never: Experiment = { ...planned, name: 'loss', state: 'not-started', reason: 'no right' }

describe('experiments in reports', () => {
  const { verdict, summary: plain } = codepalRun('fail')
  const summary = { ...plain, experiments: [ended, unseen, never] }

  it('are told in words', () => {
    expect([ended, unseen, never].map(writeExperiment)).toEqual([
      'kill <a> task 55m1s to 56m30s, stopped',
      'delay 56m40s to an end nobody saw, running',
      'loss not started: no right',
    ])
  })

  it('are marked in the time series from their start to their end', () => {
    const toMs = summary.endedAt - summary.startedAt
    const spans = faultSpans(summary)
    expect(spans).toEqual([
      { name: 'kill <a> task', fromMs: 3_301_000, toMs: 3_390_000 },
      { name: 'delay', fromMs: 3_400_000, toMs },
    ])
    expect(faultsBetween(spans, 3_300_000, 3_301_000)).toBe('')
    expect(faultsBetween(spans, 3_300_000, 3_301_001)).toBe('kill <a> task')
    expect(faultsBetween(spans, 3_385_000, 3_405_000)).toBe('kill <a> task + delay')
  })

  it('have a column of the CSV, a place in charts, in JSON, in Markdown and on the terminal', () => {
    const columns = csvReport(verdict, summary)
      .split('\r\n')
      .map((line) => line.split(',')[3])
    expect(columns[0]).toBe('experiments')
    const marked = columns.filter((cell) => cell?.includes('kill <a> task'))
    // Buckets of 15 s: from 3,300 s on, until that of 3,390 s.
    expect(marked).toHaveLength(7)
    expect(JSON.parse(REPORTS['metrics-summary.json'](verdict, summary)).experiments).toEqual(
      summary.experiments,
    )
    const layout = /<script type="application\/json" id="layout">(.*?)<\/script>/s.exec(
      REPORTS['report.html'](verdict, summary),
    )?.[1]
    expect(JSON.parse(layout ?? '{}').faults).toEqual(faultSpans(summary))
    expect(REPORTS['summary.md'](verdict, summary)).toContain(
      '### Experiments\n\n- kill &lt;a&gt; task 55m1s to 56m30s, stopped\n',
    )
  })
})
