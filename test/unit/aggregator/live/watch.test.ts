import { describe, expect, it } from 'vitest'
import { breaches, live } from '../../../../aggregator/live/watch.ts'
import type { Threshold } from '../../../../lib/core/metrics/threshold.ts'
import { type OutsideSeries, sourceSchema } from '../../../../lib/core/scenario/source.ts'
import { mergeOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf, type Samples, START_AT_MS } from '../../../fixtures/synthetic-run.ts'

const at = (elapsedMs: number): number => START_AT_MS + elapsedMs

describe('where a run stands', () => {
  const plan = planOf({
    thresholds: [
      { title: 'speed', metric: 'http_req_duration', limit: 'p(95)<2000' },
      { title: 'failures', metric: 'http_req_failed', limit: 'rate<=0.5', target: 'rate<=0.1' },
      { title: 'volume', metric: 'http_reqs', limit: 'count>=1000000' },
    ],
  })
  const samples: Samples[] = [
    { metric: 'http_req_duration', values: [100, 200] },
    { metric: 'http_req_failed', trues: 1, total: 8 },
    { metric: 'http_reqs', sum: 8 },
  ]
  const seconds = Array.from({ length: 10 }, (_, second) => ({ second, users: second, requests: 2 * second }))

  it('is told by totals of all generators', () => {
    const merge = mergeOf(plan, [
      { seq: 0, slice: 0, samples, seconds },
      { seq: 0, slice: 1, samples, seconds },
    ])
    expect(live(plan, merge, at(31_000))).toEqual({
      run: 'synthetic',
      elapsedMs: 31_000,
      durationMs: 60_000,
      stage: 'spike',
      users: 18,
      requestsPerSecond: 28,
      p95Ms: 200,
      failedShare: 0.125,
      generatorsPlanned: 2,
      worst: { title: 'failures', value: 0.125, unit: 'share', limit: 'rate<=0.5', state: 'warn' },
    })
  })

  it('is told by what all generators have reported, not by the first to report', () => {
    const merge = mergeOf(plan, [
      { seq: 0, slice: 0, seconds },
      { seq: 0, slice: 1, seconds },
      { seq: 1, slice: 0, seconds: [{ second: 19, users: 5, requests: 99 }] },
    ])
    expect(live(plan, merge, at(25_000))).toMatchObject({ users: 18, requestsPerSecond: 28 })
  })

  it('does not wait for a generator that has fallen silent', () => {
    const first: Written[] = [0, 1].map((slice) => ({ seq: 0, slice, seconds }))
    const going = [1, 2, 3].map((seq) => ({
      seq,
      seconds: [{ second: seq * 10 + 9, users: 3, requests: 50 }],
    }))
    expect(live(plan, mergeOf(plan, [...first, ...going]), at(41_000))).toMatchObject({
      users: 3,
      requestsPerSecond: 10,
    })
  })

  it('is known before the first snapshot too', () => {
    expect(live(plan, mergeOf(plan, []), at(-2_000))).toEqual({
      run: 'synthetic',
      elapsedMs: -2_000,
      durationMs: 60_000,
      users: 0,
      requestsPerSecond: 0,
      failedShare: 0,
      generatorsPlanned: 2,
    })
  })
})

describe('a threshold that aborts', () => {
  const durations = (...values: number[]): Samples => ({ metric: 'http_req_duration', values })
  const abortOnFail = true
  const breachesOf = (threshold: Threshold, written: readonly Written[], elapsedMs = 20_000): string[] => {
    const plan = planOf({ thresholds: [threshold] })
    return breaches(plan, mergeOf(plan, written), at(elapsedMs))
  }
  const slow = [{ seq: 0, samples: [durations(300)] }]
  const limit = 'p(95)<250'

  it('is broken as soon as its limit is', () => {
    const threshold: Threshold = { title: 'speed', metric: 'http_req_duration', limit, abortOnFail }
    expect(breachesOf(threshold, slow)).toEqual(['speed: p(95) 300 ms (n=1), limit < 250 ms'])
    expect(breachesOf(threshold, [{ seq: 0, samples: [durations(200)] }])).toEqual([])
    expect(breachesOf(threshold, [])).toEqual([])
  })

  it('is not one that only warns, or does not abort', () => {
    expect(breachesOf({ metric: 'http_req_duration', limit }, slow)).toEqual([])
    expect(breachesOf({ metric: 'http_req_duration', limit, abortOnFail: false }, slow)).toEqual([])
    expect(breachesOf({ metric: 'http_req_duration', target: limit, abortOnFail }, slow)).toEqual([])
  })

  it('waits as long as it says', () => {
    const threshold: Threshold = { metric: 'http_req_duration', limit, abortOnFail: { after: '30s' } }
    expect(breachesOf(threshold, slow, 29_999)).toEqual([])
    expect(breachesOf(threshold, slow, 30_000)).toHaveLength(1)
  })

  it('is not broken by a count or an extreme that more of the run may fix', () => {
    const written = [{ seq: 0, samples: [durations(300), { metric: 'http_reqs', sum: 5 }] }]
    const brokenBy = (metric: string, expression: string): number =>
      breachesOf({ metric, limit: expression, abortOnFail }, written).length
    expect(brokenBy('http_reqs', 'count>=1000')).toBe(0)
    expect(brokenBy('http_reqs', 'count<=4')).toBe(1)
    expect(brokenBy('http_reqs', 'count==6')).toBe(0)
    expect(brokenBy('http_reqs', 'count==4')).toBe(1)
    expect(brokenBy('http_req_duration', 'max>400')).toBe(0)
    expect(brokenBy('http_req_duration', 'max<200')).toBe(1)
    expect(brokenBy('http_req_duration', 'min<200')).toBe(0)
    expect(brokenBy('http_req_duration', 'min>400')).toBe(1)
  })

  it('looks at the latest windows that all generators have reported', () => {
    const threshold: Threshold = {
      title: 'traffic',
      metric: 'http_reqs',
      limit: 'count>=20',
      over: '10s',
      abortOnFail,
    }
    const requests = (seq: number, slice: number, sum: number): Written => ({
      seq,
      slice,
      samples: [{ metric: 'http_reqs', sum }],
    })
    const begun = [requests(0, 0, 15), requests(0, 1, 15), requests(1, 0, 15)]
    expect(breachesOf(threshold, begun)).toEqual([])
    expect(breachesOf(threshold, [...begun, requests(1, 1, 1)])).toEqual([
      'traffic: count 16 in its worst 10s (first broken from 10s on), limit ≥ 20',
    ])
    const recovered = [...begun, requests(1, 1, 1), requests(2, 0, 15), requests(2, 1, 15)]
    expect(breachesOf(threshold, recovered)).toEqual([])
  })

  describe('on a metric from outside', () => {
    const scraped = (...points: [number, number][]): OutsideSeries[] => [
      {
        metric: 'cpu',
        source: 'app',
        unit: '%',
        points: points.map(([second, value]) => [at(1_000 * second), value]),
      },
    ]
    const sources = {
      app: sourceSchema.parse({ kind: 'scrape', url: '/', metrics: { cpu: { name: 'cpu', unit: '%' } } }),
    }
    const reported = [0, 1, 2].flatMap((seq) => [0, 1].map((slice) => ({ seq, slice })))
    const brokenBy = (row: Partial<Threshold>, points: [number, number][]): string[] => {
      const plan = planOf({
        sources,
        thresholds: [{ title: 'cpu', metric: 'cpu', limit: 'avg<=70', abortOnFail, ...row }],
      })
      return breaches(plan, mergeOf(plan, reported), at(31_000), scraped(...points))
    }

    it('is broken by what has been sampled, as far as all generators have reported', () => {
      expect(
        brokenBy({}, [
          [5, 60],
          [10, 90],
        ]),
      ).toEqual(['cpu: avg 75 %, limit ≤ 70 %'])
      expect(
        brokenBy({}, [
          [5, 60],
          [10, 70],
          [30.5, 500],
        ]),
      ).toEqual([])
      expect(brokenBy({}, [])).toEqual([])
    })

    it('looks at the latest windows alone', () => {
      const over = '10s'
      expect(
        brokenBy({ over }, [
          [2, 90],
          [12, 10],
          [22, 10],
        ]),
      ).toEqual([])
      expect(
        brokenBy({ over }, [
          [2, 10],
          [12, 10],
          [20, 90],
        ]),
      ).toHaveLength(1)
    })

    it('waits for a rise until the run is over', () => {
      expect(
        brokenBy({ limit: 'rise<=5000' }, [
          [1, 10],
          [20, 10],
        ]),
      ).toEqual([])
    })

    it('is not broken where it is read only when the run is over', () => {
      const plan = planOf({ sources, thresholds: [{ metric: 'cpu', limit: 'avg<=70', abortOnFail }] })
      expect(breaches(plan, mergeOf(plan, reported), at(31_000))).toEqual([])
    })
  })

  it('is not one on metrics that are read only when the run is over', () => {
    expect(breachesOf({ metric: 'throughput_linearity', limit: 'value>2', abortOnFail }, slow)).toEqual([])
  })
})
