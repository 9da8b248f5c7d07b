import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Threshold } from '../../../../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../../../../lib/core/plan/plan.ts'
import { firstRow, mergeOf, verdictOf, type Written } from '../../../../fixtures/judged-run.ts'
import { planOf, type Samples } from '../../../../fixtures/synthetic-run.ts'

const planWith = (threshold: Threshold, changes: Partial<Plan> = {}): Plan =>
  planOf({ thresholds: [threshold], ...changes })

/** One snapshot of slice 0 per cut, with what is given of one metric. */
const perCut = (samples: readonly (Samples | undefined)[]): Written[] =>
  samples.map((sample, seq) => ({ seq, samples: sample ? [sample] : [] }))

const durations = (...values: number[]): Samples => ({ metric: 'http_req_duration', values })
const failures = (trues: number, total: number): Samples => ({ metric: 'http_req_failed', trues, total })
const requests = (sum: number): Samples => ({ metric: 'http_reqs', sum })

describe('a threshold over the whole run', () => {
  const written = perCut([durations(1, 1.5), durations(2), durations(0.5)])
  const of = (limit: string, target?: string): unknown => {
    const threshold: Threshold = { metric: 'http_req_duration', limit, ...(target && { target }) }
    const { state, value } = firstRow({ plan: planWith(threshold), written })
    return [state, value]
  }

  it('passes, fails, or warns where only its target is missed', () => {
    expect(of('p(95)<=2')).toEqual(['pass', 2])
    expect(of('p(95)<2')).toEqual(['fail', 2])
    expect(of('p(95)<3', 'p(95)<2')).toEqual(['warn', 2])
    expect(of('p(95)<2', 'p(95)<1')).toEqual(['fail', 2])
  })

  it('measures every aggregation of a trend', () => {
    expect(of('avg<9')).toEqual(['pass', 1.25])
    expect(of('min<9')).toEqual(['pass', 0.5])
    expect(of('med<9')).toEqual(['pass', 1])
    expect(of('max<9')).toEqual(['pass', 2])
    expect(of('p(99.9)<9')).toEqual(['pass', 2])
    expect(of('count>=4')).toEqual(['pass', 4])
  })

  it('includes what was still answered after the end of the schedule', () => {
    const plan = planWith({ metric: 'http_req_duration', limit: 'max<9' })
    expect(firstRow({ plan, written: [{ seq: 6, samples: [durations(12)] }, ...written] })).toMatchObject({
      state: 'fail',
      value: 12,
    })
  })

  it('takes only the series with its tags', () => {
    const plan = planWith({ metric: 'http_req_duration{flow:buy,status:200}', limit: 'max<9' })
    const tagged: Written[] = [
      {
        seq: 0,
        samples: [
          { ...durations(5), tags: { flow: 'buy', status: '200', name: 'pay' } },
          { ...durations(60), tags: { flow: 'buy', status: '503' } },
          { ...durations(70), tags: { flow: 'browse', status: '200' } },
        ],
      },
    ]
    expect(firstRow({ plan, written: tagged })).toMatchObject({
      title: 'http_req_duration{flow:buy,status:200} max',
      metric: 'http_req_duration',
      selector: { flow: 'buy', status: '200' },
      value: 5,
      unit: 'ms',
      samples: 1,
    })
  })

  it('counts per second of load', () => {
    const plan = planWith({ metric: 'data_received', limit: 'rate>=2' })
    const sixMinutes = perCut([1, 2, 3, 4, 5, 105].map((sum) => ({ metric: 'data_received', sum })))
    expect(firstRow({ plan, written: sixMinutes })).toMatchObject({ state: 'pass', value: 2, unit: 'B/s' })
  })
})

describe('a threshold over windows', () => {
  const plan = planWith({ metric: 'http_req_duration', limit: 'p(95)<=1', over: '20s' })

  it('fails for one bad window that the whole run would hide, and says when it began', () => {
    const fast = Array.from({ length: 200 }, () => 0.5)
    const written = perCut([
      durations(...fast),
      durations(...fast),
      durations(0.5, 2),
      durations(1.5),
      durations(...fast),
      durations(...fast),
    ])
    expect(firstRow({ plan, written })).toMatchObject({
      state: 'fail',
      value: 2,
      firstFailedAtMs: 20_000,
      over: '20s',
    })
    expect(
      firstRow({ plan: planWith({ metric: 'http_req_duration', limit: 'p(95)<=1' }), written }),
    ).toMatchObject({ state: 'pass', value: 0.5 })
  })

  it('slides: neighbouring intervals that are each too short to fail do so together', () => {
    const rate = planWith({ metric: 'http_req_failed', limit: 'rate<=0.3', over: '20s' })
    const written = perCut([failures(0, 10), failures(3, 10), failures(4, 10), failures(0, 10)])
    expect(firstRow({ plan: rate, written })).toMatchObject({
      state: 'fail',
      value: 0.35,
      firstFailedAtMs: 10_000,
      samples: 40,
    })
  })

  it('warns where a window misses only the target', () => {
    const both = planWith({
      metric: 'http_req_failed',
      limit: 'rate<0.5',
      target: 'rate<0.2',
      over: '10s',
    })
    const row = firstRow({ plan: both, written: perCut([failures(0, 10), failures(3, 10)]) })
    expect(row).toMatchObject({ state: 'warn', value: 0.3 })
    expect(row.firstFailedAtMs).toBeUndefined()
  })

  it('takes the lowest value for the worst where a limit is a floor', () => {
    const floor = planWith({ metric: 'http_reqs', limit: 'rate>=1', over: '20s' })
    const written = perCut([100, 30, 20, 40, 90, 80].map(requests))
    expect(firstRow({ plan: floor, written })).toMatchObject({ state: 'pass', value: 2.5, unit: '/s' })
  })

  it('counts an interval in which a counter was silent as nothing, not as no data', () => {
    const floor = planWith({ metric: 'http_reqs', limit: 'rate>1', over: '10s' })
    const written = perCut([requests(50), undefined, requests(50)])
    expect(firstRow({ plan: floor, written })).toMatchObject({
      state: 'fail',
      value: 0,
      firstFailedAtMs: 10_000,
    })
  })

  it('passes over windows that nobody observed, or that reach past what was observed', () => {
    const floor = planWith({ metric: 'http_reqs', limit: 'rate>=5', over: '20s' })
    const written: Written[] = [
      { seq: 0, samples: [requests(50)] },
      { seq: 1, samples: [requests(50)] },
      { seq: 4, samples: [requests(1)] },
      { seq: 5, toMs: 51_000, samples: [requests(1)] },
    ]
    expect(firstRow({ plan: floor, written })).toMatchObject({ state: 'pass', value: 5 })
  })

  it('has no data where no window fits into what was observed', () => {
    expect(firstRow({ plan, written: perCut([durations(1)]) })).toMatchObject({
      state: 'no-data',
      value: null,
      reason: 'no data: no window of 20s was observed',
    })
  })

  it('is never judged by the drain after the load', () => {
    const written = perCut([1, 1, 1, 1, 1, 1, 99].map((value) => durations(value)))
    expect(firstRow({ plan, written })).toMatchObject({ state: 'pass', value: 1 })
  })

  it('lies wholly inside its stages', () => {
    const staged = planWith({ metric: 'http_req_duration', limit: 'max<=1', over: '20s', stage: 'spike' })
    const written = perCut([9, 9, 9, 1, 1, 1].map((value) => durations(value)))
    expect(firstRow({ plan: staged, written })).toMatchObject({ state: 'pass', value: 1, samples: 3 })
    const longer = planWith({ metric: 'http_req_duration', limit: 'max<=1', over: '40s', stage: 'spike' })
    expect(firstRow({ plan: longer, written }).reason).toBe('no data: no window of 40s was observed')
  })

  it('goes on from one of its stages into the next, but not across a gap between them', () => {
    const stages = ['a', 'b', 'c'].map((name, i) => ({
      name,
      executor: 'users',
      fromMs: i * 20_000,
      toMs: (i + 1) * 20_000,
    }))
    const valueOver = (stage: string[]): number | null => {
      const limited = planWith({ metric: 'http_reqs', limit: 'count<1000', over: '40s', stage }, { stages })
      return firstRow({ plan: limited, written: perCut([1, 2, 4, 8, 16, 32].map(requests)) }).value
    }
    expect(valueOver(['b', 'c'])).toBe(60)
    expect(valueOver(['a', 'c'])).toBeNull()
  })

  it('finds the same worst window as a search through all of them', () => {
    const counts = fc.array(fc.nat({ max: 100 }), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 6 }), (sums, length) => {
        const limited = planWith({ metric: 'http_reqs', limit: 'count<1000', over: `${length * 10}s` })
        const windows = Array.from({ length: 7 - length }, (_, i) =>
          sums.slice(i, i + length).reduce((sum, count) => sum + count, 0),
        )
        expect(firstRow({ plan: limited, written: perCut(sums.map(requests)) }).value).toBe(
          Math.max(...windows),
        )
      }),
    )
  })

  it('joins intervals into steps of a sixth of a window, however many it has', () => {
    const long = planWith(
      { metric: 'http_reqs', limit: 'count<1000', over: '10m' },
      { durationMs: 1_800_000, stages: [], intervalMs: 10_000 },
    )
    const written = Array.from({ length: 180 }, (_, seq) => ({ seq, samples: [requests(1)] }))
    expect(mergeOf(long, written).tracks[0]?.steps).toHaveLength(18)
    expect(firstRow({ plan: long, written })).toMatchObject({ state: 'pass', value: 60 })
  })
})

describe('a threshold on stages', () => {
  it('takes only what happened in them', () => {
    const written = perCut([9, 9, 9, 1, 2, 3, 99].map((value) => durations(value)))
    const plan = planWith({ metric: 'http_req_duration', limit: 'max<5', stage: 'spike' })
    expect(firstRow({ plan, written })).toMatchObject({
      state: 'pass',
      value: 3,
      samples: 3,
      stage: ['spike'],
    })
  })

  it('cuts at the boundary of a stage that lies within an interval', () => {
    const stages = [
      { name: 'calm', executor: 'users', fromMs: 0, toMs: 5_000 },
      { name: 'storm', executor: 'users', fromMs: 5_000, toMs: 60_000 },
    ]
    const plan = planWith({ metric: 'http_reqs', limit: 'rate<100', stage: 'calm' }, { stages })
    expect(firstRow({ plan, written: perCut([requests(10), requests(500)]) })).toMatchObject({ value: 2 })
  })

  it('counts per second of the part of a stage that was observed', () => {
    const plan = planWith({ metric: 'http_reqs', limit: 'rate<100', stage: 'spike' })
    const written: Written[] = [
      { seq: 3, samples: [requests(40)] },
      { seq: 4, toMs: 46_000, samples: [requests(40)] },
    ]
    expect(firstRow({ plan, written }).value).toBe(5)
  })

  it('has no data where the profile has no such stage, or nothing came in it', () => {
    const reasonFor = (stage: string, written: Written[]): string | undefined =>
      firstRow({ plan: planWith({ metric: 'http_req_duration', limit: 'max<5', stage }), written }).reason
    expect(reasonFor('soak', perCut([durations(1)]))).toBe('no data: profile steady has no stage soak')
    expect(reasonFor('spike', perCut([durations(1)]))).toBe('no data: no samples in spike')
  })
})

describe('a threshold on users', () => {
  it('is about those of all generators together', () => {
    const seconds = [
      { second: 0, users: 10 },
      { second: 1, users: 20 },
    ]
    const written: Written[] = [
      { seq: 0, toMs: 2_000, seconds },
      { seq: 0, slice: 1, toMs: 2_000, seconds },
    ]
    const of = (limit: string): unknown =>
      firstRow({ plan: planWith({ metric: 'vus', limit }), written }).value
    expect(of('max>=40')).toBe(40)
    expect(of('min>=1')).toBe(20)
    expect(of('value>=40')).toBe(40)
  })
})

describe('a threshold that saw no data', () => {
  const metrics = [
    'http_req_duration',
    'http_req_failed',
    'http_reqs',
    'vus',
    'msg_rtt',
    'dropped_iterations',
  ]

  it('never passes, whatever it asks for', () => {
    const threshold = fc.record({
      metric: fc.constantFrom(...metrics, 'http_reqs{flow:buy}', 'throughput_linearity', 'cpu'),
      limit: fc
        .tuple(
          fc.constantFrom('count', 'rate', 'value', 'max', 'p(95)', 'rise'),
          fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
          fc.constantFrom('0', '1', '-1', '1000000'),
        )
        .map((parts) => parts.join('')),
      over: fc.option(fc.constantFrom('10s' as const, '1m' as const), { nil: undefined }),
      stage: fc.option(fc.constantFrom('ramp', 'nowhere'), { nil: undefined }),
    })
    const sources: Plan['sources'] = {
      cloud: {
        kind: 'prometheus',
        url: '/',
        step: '5s',
        metrics: { cpu: { query: 'cpu', unit: '%', scale: 1 } },
      },
    }
    fc.assert(
      fc.property(threshold, ({ over, stage, ...rest }) => {
        const row = { ...rest, ...(over && { over }), ...(stage && { stage }) }
        const verdict = verdictOf({ plan: planWith(row, { sources }), written: [] })
        expect(verdict.state).toBe('inconclusive')
        expect(verdict.thresholds[0]).toMatchObject({ state: 'no-data', value: null, noData: 'inconclusive' })
        expect(verdict.thresholds[0]?.reason).toMatch(/^no data: ./)
      }),
    )
  })

  it('says that a selector takes in nothing of a metric that has samples', () => {
    const plan = planWith({ metric: 'http_req_duration{flow:bye}', limit: 'p(95)<250' })
    const written: Written[] = [{ seq: 0, samples: [{ ...durations(1), tags: { flow: 'buy' } }] }]
    expect(firstRow({ plan, written })).toMatchObject({
      state: 'no-data',
      reason: 'no data: no samples of http_req_duration have flow:bye',
    })
  })

  it('is not one whose counter was given nothing but 0', () => {
    const metrics = { refunds: { kind: 'counter' as const, unit: '' } }
    const written: Written[] = [{ seq: 0, samples: [{ metric: 'refunds', sum: 0 }] }]
    const plan = planWith({ metric: 'refunds', limit: 'count<=0' }, { metrics })
    expect(firstRow({ plan, written })).toMatchObject({ state: 'pass', value: 0 })
    const rate = planWith({ metric: 'refunds', limit: 'rate>0', over: '10s' }, { metrics })
    expect(firstRow({ plan: rate, written })).toMatchObject({ state: 'fail', value: 0 })
  })

  it('is not one that counts what should not happen in a run where it did not', () => {
    const plan = planWith({ metric: 'dropped_iterations', limit: 'count<=0' })
    const written: Written[] = [{ seq: 0, samples: [{ metric: 'iteration_start_lag', values: [1] }] }]
    expect(firstRow({ plan, written })).toMatchObject({ state: 'pass', value: 0 })
  })
})
