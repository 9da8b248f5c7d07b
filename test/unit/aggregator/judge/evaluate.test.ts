import { describe, expect, it } from 'vitest'
import type { Threshold } from '../../../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../../../lib/core/plan/plan.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import type { Stop } from '../../../../lib/core/run/stop.ts'
import type { Experiment } from '../../../../lib/core/scenario/experiment.ts'
import { verdictOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf, type Samples, START_AT_MS } from '../../../fixtures/synthetic-run.ts'

const latency: Threshold = {
  title: 'p95 API response time',
  metric: 'http_req_duration',
  limit: 'p(95)<=250',
}

/** What one slice does in an interval of a run in which all is well. */
const HEALTHY: Samples[] = [
  { metric: 'http_reqs', tags: { status: '200' }, sum: 50 },
  { metric: 'http_req_failed', tags: { status: '200' }, trues: 0, total: 50 },
  { metric: 'http_req_duration', tags: { status: '200' }, values: [100, 200, 250] },
  { metric: 'iteration_start_lag', values: Array.from({ length: 10 }, () => 1) },
  { metric: 'iterations', sum: 10 },
  { metric: 'iteration_failed', trues: 0, total: 10 },
]

/** Every interval of both slices. */
function wholeRun(samples: readonly Samples[] = HEALTHY): Written[] {
  return [0, 1].flatMap((slice) => Array.from({ length: 7 }, (_, seq) => ({ slice, seq, samples })))
}

const withSamples = (...added: Samples[]): Written[] => [
  ...wholeRun().slice(1),
  { slice: 0, seq: 0, samples: [...HEALTHY, ...added] },
]

function judged(thresholds: Threshold[], written = wholeRun(), changes: Partial<Plan> = {}): Verdict {
  return verdictOf({ plan: planOf({ thresholds, ...changes }), written })
}

describe('the verdict', () => {
  it('passes a whole run whose thresholds hold', () => {
    const verdict = judged([latency])
    expect(verdict).toEqual({
      schema: 'volley.verdict/1',
      run: 'synthetic',
      scenario: 'shop',
      profile: 'steady',
      target: 'http://127.0.0.1:8080',
      state: 'pass',
      reasons: ['all 3 thresholds hold'],
      startedAt: START_AT_MS,
      endedAt: START_AT_MS + 60_000,
      coverage: { generators: { planned: 2, seen: 2 }, time: 1, arrivals: 1 },
      spans: { loadMs: 60_000, drainMs: 10_000 },
      requests: { count: 700, completed: 700, drained: 100, failed: 0, perSecond: 10 },
      iterations: { count: 140, started: 140, failed: 0, dropped: 0 },
      thresholds: [
        {
          title: 'p95 API response time',
          metric: 'http_req_duration',
          aggregation: 'p(95)',
          limit: 'p(95)<=250',
          value: 250,
          unit: 'ms',
          state: 'pass',
          noData: 'inconclusive',
          samples: 42,
        },
        {
          title: 'Iterations that failed',
          metric: 'iteration_failed',
          aggregation: 'rate',
          limit: 'rate<=0.05',
          value: 0,
          unit: '',
          state: 'pass',
          noData: 'inconclusive',
          samples: 140,
          group: 'built in',
          builtIn: true,
        },
        {
          title: 'Requests that failed',
          group: 'built in',
          metric: 'http_req_failed',
          aggregation: 'rate',
          limit: 'rate<=0.05',
          value: 0,
          unit: '',
          state: 'pass',
          noData: 'pass',
          samples: 700,
          builtIn: true,
        },
      ],
      cost: { quotedUsd: 0, accruedUsd: 0 },
      generators: { count: 2, limited: [] },
    })
  })

  it('fails for a broken limit, and gives the value beside it', () => {
    const slow: Samples = { metric: 'http_req_duration', values: Array.from({ length: 30 }, () => 312) }
    const { state, reasons } = judged([latency], withSamples(slow))
    expect(state).toBe('fail')
    expect(reasons).toEqual(['p95 API response time: p(95) 312 ms (n=72), limit ≤ 250 ms'])
  })

  it('never rounds a value to the right side of its limit', () => {
    const { reasons } = judged(
      [{ ...latency, limit: 'max<=250' }],
      withSamples({ metric: 'http_req_duration', values: [250.004] }),
    )
    expect(reasons).toEqual(['p95 API response time: max 250.004 ms, limit ≤ 250 ms'])
  })

  it('warns for a missed target, after what failed', () => {
    const warned: Threshold = { ...latency, limit: 'max<=300', target: 'max<=200' }
    const failed: Threshold = { metric: 'http_reqs', limit: 'rate>=20', over: '20s' }
    expect(judged([warned])).toMatchObject({
      state: 'warn',
      reasons: ['p95 API response time: max 250 ms, target ≤ 200 ms'],
    })
    expect(judged([warned, failed])).toMatchObject({
      state: 'fail',
      reasons: [
        'http_reqs rate: rate 10/s in its worst 20s (first broken from the start on), limit ≥ 20/s',
        'p95 API response time: max 250 ms, target ≤ 200 ms',
      ],
    })
  })

  it('judges the iterations that failed unless a threshold does', () => {
    const failing = wholeRun([
      { metric: 'iteration_failed', trues: 1, total: 10 },
      { metric: 'http_reqs', sum: 1 },
    ])
    expect(judged([], failing)).toMatchObject({
      state: 'fail',
      reasons: ['Iterations that failed: rate 10 %, limit ≤ 5 % (built in)'],
      iterations: { failed: 14 },
    })
    const own: Threshold = { metric: 'iteration_failed', limit: 'rate<=0.2' }
    expect(judged([own], failing)).toMatchObject({ state: 'pass', thresholds: [{ limit: 'rate<=0.2' }] })
  })

  it('remarks on dropped iterations even where it passes', () => {
    const { state, reasons, iterations } = judged(
      [latency],
      withSamples({ metric: 'dropped_iterations', sum: 12 }),
    )
    expect(state).toBe('pass')
    expect(iterations.dropped).toBe(12)
    expect(reasons).toEqual([
      '12 iterations were dropped as no user was free: raise maxUsers, or see why the target holds users so long',
    ])
  })
})

describe('what the generators could not do', () => {
  it('is said of values that no histogram holds, even where the run passes', () => {
    const { state, reasons } = judged(
      [latency],
      withSamples({ metric: 'msg_rtt', values: [-1, 5, 90_000_000] }),
    )
    expect(state).toBe('pass')
    expect(reasons).toEqual([
      'values out of range count as the nearest in it (0 to 24 h, or 86.4 million): 2 of msg_rtt',
    ])
  })

  it.each(['http_reqs', 'iteration_failed'] as const)(
    'makes the verdict inconclusive where %s found no socket',
    (metric) => {
      const { state, reasons } = judged(
        [latency],
        withSamples({
          metric,
          tags: { error: 'too_many_sockets' },
          ...(metric === 'http_reqs' ? { sum: 3 } : { trues: 3, total: 3 }),
        }),
      )
      expect(state).toBe('inconclusive')
      expect(reasons[0]).toBe(
        'the load generator ran out of descriptors, ports or buffers: 3 times it could open no socket',
      )
    },
  )
})

describe('a row without data', () => {
  const absent: Threshold = { title: 'Round trip', metric: 'msg_rtt', limit: 'p(95)<100' }

  it('leaves the verdict inconclusive, even beside a warning', () => {
    expect(judged([{ ...latency, target: 'p(95)<100' }, absent])).toMatchObject({
      state: 'inconclusive',
      reasons: [
        'Round trip: no data: no samples',
        'p95 API response time: p(95) 250 ms (n=42), target < 100 ms',
      ],
    })
  })

  it('does not hide that another row failed', () => {
    expect(judged([absent, { ...latency, limit: 'p(95)<100' }])).toMatchObject({
      state: 'fail',
      reasons: [
        'p95 API response time: p(95) 250 ms (n=42), limit < 100 ms',
        'Round trip: no data: no samples',
      ],
    })
  })

  it('decides as its threshold says', () => {
    const of = (noData: Threshold['noData']): unknown => {
      const { state, reasons, thresholds } = judged([{ ...absent, noData }])
      return [state, reasons, thresholds[0]?.state]
    }
    expect(of('fail')).toEqual(['fail', ['Round trip: no data: no samples'], 'no-data'])
    expect(of('warn')).toEqual(['warn', ['Round trip: no data: no samples'], 'no-data'])
    expect(of('pass')).toEqual([
      'pass',
      ['2 of 3 thresholds hold; the others have no data, which they allow'],
      'no-data',
    ])
  })
})

describe('an inconclusive verdict', () => {
  it('names the generators that nobody heard of', () => {
    const { state, reasons } = judged(
      [latency],
      wholeRun().filter(({ slice }) => slice === 1),
    )
    expect(state).toBe('inconclusive')
    expect(reasons).toEqual([
      '1 of 2 generators were never heard of: 0',
      'only 50 % of the planned time was observed, 99 % are needed',
    ])
  })

  it('says how much was observed, by whom, and how it ended', () => {
    const written = wholeRun()
      .filter(({ slice, seq }) => slice === 0 || seq < 4)
      .map((one) => (one.slice === 1 && one.seq === 3 ? { ...one, ending: 'store-lost' as const } : one))
    expect(judged([latency], written).reasons).toEqual([
      'only 83.3 % of the planned time was observed, 99 % are needed: generator 1 40 of 60 s (store-lost)',
    ])
  })

  it('is not reached by a hundredth of the plan that is missing', () => {
    const almost = wholeRun().map((one) => (one.seq === 0 ? { ...one, fromMs: 600 } : one))
    expect(judged([latency], almost)).toMatchObject({ state: 'pass', coverage: { time: 0.99 } })
    const less = wholeRun().map((one) => (one.seq === 0 ? { ...one, fromMs: 601 } : one))
    expect(judged([latency], less)).toMatchObject({
      state: 'inconclusive',
      reasons: [expect.stringContaining('only 98.9 % of the planned time')],
    })
  })

  it('says how many iterations were not started, and why', () => {
    const written = withSamples({ metric: 'dropped_iterations', sum: 30 }).map((one) => ({
      ...one,
      arrivals: 5,
    }))
    expect(judged([latency], written, { plannedArrivals: 100 })).toMatchObject({
      state: 'inconclusive',
      coverage: { arrivals: 0.7 },
      reasons: [
        'only 70 % of the planned iterations were started (70 of 100), 99 % are needed',
        expect.stringMatching(/^30 iterations were dropped/),
      ],
    })
  })

  it('names the generators that were at their own limit, and why', () => {
    const written = wholeRun().map((one) => (one.slice === 1 ? { ...one, health: { loopShare: 0.99 } } : one))
    expect(judged([latency], written)).toMatchObject({
      state: 'inconclusive',
      reasons: [
        'the load generator was at its own limit: generator 1 kept over 85 % of a CPU busy for 70 s (at most 99 %)',
      ],
      generators: { count: 2, limited: [{ slice: 1, reasons: [expect.stringContaining('85 % of a CPU')] }] },
    })
  })

  it('comes from a run without a request, in which no row is worth a word', () => {
    expect(judged([latency], wholeRun([]))).toMatchObject({
      state: 'inconclusive',
      reasons: ['no requests were made'],
      thresholds: [{ state: 'no-data' }, { state: 'no-data' }],
    })
  })

  it('comes from a generator that failed, unless another attempt took its window', () => {
    const of = (attempt: number): Verdict =>
      verdictOf({
        plan: planOf({ thresholds: [latency] }),
        written: wholeRun(),
        ends: [
          { slice: 1, window: 0, attempt, error: 'out of memory' },
          { slice: 1, window: 0, attempt: 1, ending: 'complete' },
        ],
      })
    expect(of(2)).toMatchObject({ state: 'inconclusive', reasons: ['generator 1 failed: out of memory'] })
    expect(of(0).state).toBe('pass')
  })
})

describe('the verdict on a run that was stopped', () => {
  const written = wholeRun().filter(({ seq }) => seq < 2)
  const plan = planOf({ thresholds: [{ ...latency, limit: 'p(95)<100' }] })

  it('is inconclusive where a user did, and still tells what had failed', () => {
    const stop = { by: 'user', reason: 'stopped by Ctrl-C' } as const
    expect(verdictOf({ plan, written, stop })).toMatchObject({
      state: 'inconclusive',
      reasons: [
        'the run was stopped by user: stopped by Ctrl-C',
        expect.stringMatching(/^only 33.3 % of the planned time/),
        'p95 API response time: p(95) 250 ms (n=12), limit < 100 ms',
      ],
    })
  })

  it('is a failure where a threshold did, although the rest of the plan is missing', () => {
    const stop = {
      by: 'threshold',
      reason: 'p95 API response time: p(95) 250 ms (n=12), limit < 100 ms',
    } as const
    const absent: Threshold = { title: 'Round trip', metric: 'msg_rtt', limit: 'p(95)<100' }
    const thresholds = [...plan.thresholds, absent]
    expect(verdictOf({ plan: { ...plan, thresholds }, written, stop })).toMatchObject({
      state: 'fail',
      reasons: [
        'the run was stopped by a threshold: p95 API response time: p(95) 250 ms (n=12), limit < 100 ms',
        'p95 API response time: p(95) 250 ms (n=12), limit < 100 ms',
        'Round trip: no data: no samples',
      ],
    })
  })
})

describe('a run with experiments', () => {
  const planned = { name: 'kill', template: 'EXT1', stage: 'spike', actions: 1, fromMs: 30_000, toMs: 60_000 }
  const times = { id: 'EXP1', startedMs: 30_000, endedMs: 60_000 }
  const of = (experiment: Partial<Experiment> & Pick<Experiment, 'state'>, stop?: Stop): Verdict =>
    verdictOf({
      plan: planOf({ thresholds: [latency] }),
      written: wholeRun(),
      experiments: [{ ...planned, ...experiment }],
      ...(stop && { stop }),
    })

  it.each(['completed', 'stopped'] as const)('is judged by its thresholds where they were %s', (state) => {
    expect(of({ ...times, state }).state).toBe('pass')
  })

  it('is inconclusive without the fault that was planned, and says why', () => {
    expect(of({ state: 'not-started', reason: 'no right' })).toMatchObject({
      state: 'inconclusive',
      reasons: ['experiment kill of stage spike never started: no right'],
    })
    expect(of({ ...times, state: 'failed', reason: 'no task was found' })).toMatchObject({
      state: 'inconclusive',
      reasons: ['experiment kill of stage spike failed: no task was found'],
    })
    expect(of({ id: 'EXP1', startedMs: 30_000, state: 'running' })).toMatchObject({
      state: 'inconclusive',
      reasons: ['experiment kill of stage spike was not seen to end: look after EXP1 in AWS FIS'],
    })
  })

  it('does not blame experiments that a stopped run had no time for', () => {
    const stop: Stop = { by: 'user', reason: 'enough' }
    const { reasons } = of({ state: 'not-started', reason: 'the run was over before it was due' }, stop)
    expect(reasons).toEqual(['the run was stopped by user: enough'])
  })
})
