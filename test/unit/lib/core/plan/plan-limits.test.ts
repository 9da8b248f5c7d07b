import { describe, expect, it } from 'vitest'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { makePlan, parseLoadRequest } from '../../../../../lib/core/plan/make-plan.ts'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'

const facts = { run: 'r', module: 'file:///x.ts', targetUrl: '', seed: 1, generators: 2 }

function refused(executor: object, request: object = {}): [field: string, value: string, limit: string][] {
  const { scenario, mistakes } = checkScenario({
    name: 'shop',
    target: {},
    flows: { browse: { run: async () => undefined } },
    profiles: { year: { executors: [executor] } },
  })
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes))
  try {
    makePlan(scenario as Scenario, parseLoadRequest(request), facts)
    return []
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error
    expect(error.code).toBe('INPUT_INVALID')
    return error.mistakes.map(({ field, value, limit }) => [field, value, limit])
  }
}

const arrivals = { executor: 'constant-arrival-rate', rate: 1_000_000, duration: '365d', maxUsers: 10 }
const users = { executor: 'constant-vus', users: 5, duration: '30d' }

describe('a plan beyond all measure', () => {
  it('is refused by its length and its iterations, both at once', () => {
    expect(refused(arrivals)).toEqual([
      ['profiles.year', '365d', 'at most 30d in all'],
      ['profiles.year', '31,536,000,000,000 iterations', 'at most 1,000,000,000,000'],
    ])
  })

  it('counts the start of its last executor', () => {
    expect(refused(users)).toEqual([])
    expect(refused({ ...users, startTime: '1ms' })).toEqual([
      ['profiles.year', '30d0.001s', 'at most 30d in all'],
    ])
  })

  it('is refused by the flag that made it so', () => {
    expect(refused(users, { duration: '31d' })).toEqual([['--duration', '31d', 'at most 30d in all']])
    expect(refused({ ...arrivals, rate: 1, duration: '30d' }, { rate: 1_000_000 })).toEqual([
      ['--rate', '2,592,000,000,000 iterations', 'at most 1,000,000,000,000'],
    ])
  })

  it('is refused by the users that its rate would need', () => {
    const { maxUsers: _, ...unbounded } = { ...arrivals, duration: '1s', rate: 2_000_000 }
    expect(refused(unbounded)).toEqual([['profiles.year', '20,000,000 users at once', 'at most 10,000,000']])
  })

  it.each([
    [
      { window: '1ms', duration: '1h' },
      '--window',
      '1ms: 7,200,000 windows of 2 generators',
      'at most 1,000,000',
    ],
    [{ generators: 10_000 }, '--generators', '10,000: 2,592,000,000 snapshots', 'at most 100,000,000'],
  ])('is refused by its parts: %j', (request, field, value, limit) => {
    expect(refused(users, request)).toEqual([[field, value, limit]])
  })

  it('is refused by its stages, which each have to be looked at', () => {
    const stages = Array.from({ length: 10_001 }, () => ({ duration: '1s', users: 1 }))
    expect(refused({ executor: 'ramping-vus', stages })).toEqual([
      ['profiles.year', '10,001 stages', 'at most 10,000'],
    ])
  })
})
