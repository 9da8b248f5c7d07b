import { describe, expect, it } from 'vitest'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { cutsOf, isDrain } from '../../../../../lib/core/plan/cut.ts'
import { makePlan, parseLoadRequest } from '../../../../../lib/core/plan/make-plan.ts'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'

const facts = {
  run: 'r1',
  module: 'file:///shop.ts',
  targetUrl: 'http://127.0.0.1:1',
  seed: 5,
  generators: 2,
}

const checked = checkScenario({
  name: 'shop',
  target: {},
  flows: { browse: { weight: 3, run: async () => undefined }, buy: { run: async () => undefined } },
  profiles: {
    shape: {
      executors: [
        {
          executor: 'ramping-vus',
          stages: [
            { name: 'up', duration: '10s', users: 10 },
            { duration: '20s', users: 10 },
          ],
        },
        {
          executor: 'constant-arrival-rate',
          startTime: '5s',
          rate: 10,
          duration: '20s',
          gracefulStop: '60s',
        },
      ],
      thresholds: [{ title: 'errors', metric: 'http_req_failed', limit: 'rate<0.5' }],
    },
    counted: { executors: [{ executor: 'shared-iterations', users: 4, iterations: 100 }] },
  },
  thresholds: [
    { title: 'errors', metric: 'http_req_failed', limit: 'rate<0.01' },
    { metric: 'http_req_duration', limit: 'p(95)<250' },
  ],
})
const scenario = checked.scenario as Scenario

function mistakesOf(plan: () => unknown) {
  try {
    plan()
  } catch (error) {
    if (error instanceof VolleyError) return error.mistakes
  }
  throw new Error('the plan was made')
}

describe('making a plan', () => {
  it("takes the first profile, the scenario's target and the facts of its edge", () => {
    const plan = makePlan(scenario, parseLoadRequest({}), facts)
    expect(plan).toMatchObject({
      run: 'r1',
      profile: 'shape',
      seed: 5,
      slices: 2,
      durationMs: 30_000,
      gracefulStopMs: 55_000,
      plannedArrivals: 200,
      peakUsers: 110,
      windowMs: 30_000,
      intervalMs: 1_000,
      flows: [
        { name: 'browse', weight: 3 },
        { name: 'buy', weight: 1 },
      ],
    })
  })

  it('names every stage, and the executor that has none by itself', () => {
    const { stages } = makePlan(scenario, parseLoadRequest({}), facts)
    expect(stages).toEqual([
      { name: 'up', executor: 'ramping-vus', fromMs: 0, toMs: 10_000 },
      { name: 'ramping-vus-2', executor: 'ramping-vus', fromMs: 10_000, toMs: 30_000 },
      { name: 'constant-arrival-rate', executor: 'constant-arrival-rate', fromMs: 5_000, toMs: 25_000 },
    ])
  })

  it("puts a profile's threshold in the place of the scenario's with the same title", () => {
    const { thresholds } = makePlan(scenario, parseLoadRequest({}), facts)
    expect(thresholds.map(({ limit }) => limit)).toEqual(['p(95)<250', 'rate<0.5'])
  })

  it('promises the iterations of an executor that counts them', () => {
    expect(makePlan(scenario, parseLoadRequest({ profile: 'counted' }), facts).plannedArrivals).toBe(100)
  })

  it('offers the nearest profile for one that does not exist', () => {
    expect(mistakesOf(() => makePlan(scenario, parseLoadRequest({ profile: 'shap' }), facts))).toEqual([
      { field: '--profile', value: 'shap', limit: 'one of shape, counted', next: 'did you mean shape?' },
    ])
  })

  it('lists all mistakes of a request at once, as flags', () => {
    const fields = mistakesOf(() => parseLoadRequest({ users: -1, duration: 'soon', logRequests: 3 })).map(
      ({ field, value }) => [field, value],
    )
    expect(fields).toEqual([
      ['--duration', '"soon"'],
      ['--users', '-1'],
      ['--log-requests', '3'],
    ])
  })

  it('refuses to relay iterations that only their first process could count', () => {
    const request = parseLoadRequest({ profile: 'counted', window: '20s' })
    expect(mistakesOf(() => makePlan(scenario, request, facts))).toMatchObject([
      { field: 'executors.shared-iterations.maxDuration' },
    ])
  })

  it('plans a day: long intervals, windows for the whole of it', () => {
    const plan = makePlan(scenario, parseLoadRequest({ duration: '24h', window: '13m' }), facts)
    expect(plan).toMatchObject({ durationMs: 86_400_000, intervalMs: 10_000, windowMs: 780_000 })
    expect(cutsOf(plan).length).toBeGreaterThan(8_640)
    expect(cutsOf(plan).length).toBeLessThan(8_660)
  })
})

describe('the cuts of a plan', () => {
  const plan = makePlan(scenario, parseLoadRequest({}), facts)
  const cuts = cutsOf(plan)

  it('cover the schedule and its graceful stop without a hole', () => {
    expect(cuts[0]?.fromMs).toBe(0)
    expect(cuts.at(-1)?.toMs).toBe(85_000)
    for (const [i, { fromMs }] of cuts.entries()) if (i > 0) expect(fromMs).toBe(cuts[i - 1]?.toMs)
  })

  it('lie wholly inside their stages', () => {
    expect(cuts.find(({ fromMs }) => fromMs === 4_000)?.stages).toEqual(['up'])
    expect(cuts.find(({ fromMs }) => fromMs === 5_000)?.stages).toEqual(['up', 'constant-arrival-rate'])
    expect(cuts.find(({ fromMs }) => fromMs === 30_000)?.stages).toEqual([])
  })

  it('are few for a graceful stop of weeks', () => {
    const stages = [{ name: 'hold', executor: 'users', fromMs: 0, toMs: 15_000 }]
    const shape = { stages, intervalMs: 1_000, durationMs: 15_000 }
    const drain = (gracefulStopMs: number): number[] =>
      cutsOf({ ...shape, gracefulStopMs })
        .filter((cut) => isDrain(cut, shape))
        .map(({ toMs }) => toMs)
    expect(drain(5_000)).toEqual([16_000, 17_000, 18_000, 19_000, 20_000])
    const weeks = drain(20 * 86_400_000)
    expect(weeks.slice(0, 3)).toEqual([346_000, 692_000, 1_038_000])
    expect([weeks.length, weeks.at(-1)]).toEqual([4_995, 20 * 86_400_000 + 15_000])
  })

  it('end the load with one, and have another for what drains, even where no time is given to it', () => {
    const stages = [{ name: 'hold', executor: 'users', fromMs: 0, toMs: 15_000 }]
    const shape = { stages, intervalMs: 10_000, durationMs: 15_000 }
    const ends = (gracefulStopMs: number): object[] =>
      cutsOf({ ...shape, gracefulStopMs }).map((cut) => [
        cut.fromMs,
        cut.toMs,
        cut.stages,
        isDrain(cut, shape),
      ])
    const load = [
      [0, 10_000, ['hold'], false],
      [10_000, 15_000, ['hold'], false],
    ]
    expect(ends(4_000)).toEqual([...load, [15_000, 19_000, [], true]])
    expect(ends(0)).toEqual([...load, [15_000, 15_000, [], true]])
  })
})
