import { describe, expect, it } from 'vitest'
import { Merge } from '../../../../aggregator/merge/merge.ts'
import { summarise } from '../../../../aggregator/summary/summarise.ts'
import { mergeOf, summaryOf } from '../../../fixtures/judged-run.ts'
import { planOf, type Samples, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

const pay = { flow: 'buy', name: 'pay', method: 'POST' }

describe('the summary of a run', () => {
  const plan = planOf({ metrics: { queue: { kind: 'gauge', unit: 'jobs' } } })

  it('counts per second what ended under load, in its time; what drained is in the total and told apart', () => {
    const drained: Samples[] = [
      { metric: 'http_reqs', tags: pay, sum: 60 },
      { metric: 'http_req_failed', tags: pay, trues: 9, total: 60 },
    ]
    const summary = summaryOf(plan, [
      { seq: 5, samples: [{ metric: 'http_reqs', tags: pay, sum: 540 }] },
      { seq: 5, slice: 1, samples: [{ metric: 'http_req_failed', tags: pay, trues: 0, total: 540 }] },
      { seq: 6, toMs: 64_000, samples: drained },
    ])
    expect(summary).toMatchObject({ durationMs: 60_000, drainMs: 4_000 })
    const values = { kind: 'counter', count: 600, drained: 60, perSecond: 9 }
    expect(summary.metrics.http_reqs?.values).toEqual(values)
    expect(summary.series.find(({ metric }) => metric === 'http_reqs')?.values).toEqual(values)
    expect(summary.steps).toMatchObject([{ count: 600, drained: 60, failed: 9, perSecond: 9 }])
  })

  it('tells the exact rest of sums that are no whole numbers', () => {
    const paid = planOf({ metrics: { paid: { kind: 'counter', unit: 'EUR' } } })
    const { metrics } = summaryOf(paid, [
      { seq: 5, samples: [{ metric: 'paid', sum: 0.3 }] },
      { seq: 6, samples: [{ metric: 'paid', sum: 0.1 }] },
    ])
    expect(metrics.paid?.values).toEqual({ kind: 'counter', count: 0.4, drained: 0.1, perSecond: 0.3 / 60 })
  })

  it('takes what a generator of an earlier window drains under the next one for load: it ended in it', () => {
    const relayed = planOf({ windowMs: 30_000 })
    const { metrics } = summaryOf(relayed, [
      { seq: 2, window: 0, samples: [{ metric: 'http_reqs', sum: 300 }] },
      { seq: 3, window: 0, ending: 'complete', samples: [{ metric: 'http_reqs', sum: 30 }] },
      { seq: 3, window: 1, samples: [{ metric: 'http_reqs', sum: 270 }] },
      { seq: 6, window: 1, toMs: 61_000, samples: [{ metric: 'http_reqs', sum: 2 }] },
    ])
    expect(metrics.http_reqs?.values).toEqual({ kind: 'counter', count: 602, drained: 2, perSecond: 10 })
  })

  it('takes no longer than what was observed for the time of load', () => {
    const { durationMs, metrics } = summaryOf(plan, [
      { seq: 1, toMs: 15_000, ending: 'stopped', samples: [{ metric: 'http_reqs', tags: pay, sum: 30 }] },
    ])
    expect(durationMs).toBe(15_000)
    expect(metrics.http_reqs?.values).toMatchObject({ perSecond: 2 })
  })

  it('adds a metric up over its tags, and lists its series by them', () => {
    const { metrics, series } = summaryOf(plan, [
      {
        seq: 0,
        samples: [
          { metric: 'checks', tags: { flow: 'buy', check: 'paid' }, trues: 3, total: 4 },
          { metric: 'checks', tags: { flow: 'browse', check: 'listed' }, trues: 6, total: 6 },
        ],
      },
    ])
    expect(metrics.checks).toEqual({
      unit: '',
      kind: 'rate',
      values: { kind: 'rate', rate: 0.9, trues: 9, total: 10 },
    })
    expect(series.map(({ tags, values }) => [tags, values.kind === 'rate' && values.rate])).toEqual([
      [{ check: 'listed', flow: 'browse' }, 1],
      [{ check: 'paid', flow: 'buy' }, 0.75],
    ])
  })

  it('has a line for every step, over all answers to it', () => {
    const { steps } = summaryOf(plan, [
      {
        seq: 0,
        samples: [
          { metric: 'http_req_duration', tags: { ...pay, status: '200' }, values: [10, 20] },
          { metric: 'http_req_failed', tags: { ...pay, status: '200' }, trues: 0, total: 2 },
          { metric: 'http_req_duration', tags: { ...pay, status: '503' }, values: [40] },
          { metric: 'http_req_failed', tags: { ...pay, status: '503' }, trues: 1, total: 1 },
          {
            metric: 'http_req_failed',
            tags: { ...pay, status: '0', error: 'connection-refused' },
            trues: 1,
            total: 1,
          },
        ],
      },
    ])
    expect(steps).toEqual([
      {
        ...{ ...pay, count: 4, completed: 4, failed: 2, perSecond: 0.4 },
        ...{ p50Ms: 20.015, p95Ms: 40, p99Ms: 40, maxMs: 40 },
      },
    ])
  })

  it('counts requests that the end of the run cut off in a step, and leaves them out of its outcomes', () => {
    const { steps } = summaryOf(plan, [
      {
        seq: 0,
        samples: [
          { metric: 'http_reqs', tags: { ...pay, status: '200' }, sum: 3 },
          { metric: 'http_reqs', tags: { ...pay, status: '0', error: 'interrupted' }, sum: 5 },
          { metric: 'http_req_failed', tags: { ...pay, status: '200' }, trues: 0, total: 3 },
        ],
      },
    ])
    expect(steps).toMatchObject([{ ...pay, count: 8, completed: 3, failed: 0, perSecond: 0.8 }])
  })

  it('counts statuses, errors and checks', () => {
    const { statuses, errors, checks } = summaryOf(plan, [
      {
        seq: 0,
        samples: [
          { metric: 'http_reqs', tags: { ...pay, status: '503' }, sum: 2 },
          { metric: 'http_reqs', tags: { ...pay, status: '200' }, sum: 7 },
          { metric: 'http_reqs', tags: { ...pay, status: '0', error: 'timeout' }, sum: 3 },
          { metric: 'iteration_failed', tags: { flow: 'buy', error: 'no-cart' }, trues: 5, total: 5 },
          { metric: 'iteration_failed', tags: { flow: 'buy' }, trues: 0, total: 9 },
          { metric: 'checks', tags: { flow: 'buy', check: 'paid' }, trues: 1, total: 2 },
          { metric: 'checks', tags: { flow: 'gift', check: 'paid' }, trues: 2, total: 2 },
        ],
      },
    ])
    expect(statuses).toEqual([
      { status: '0', count: 3 },
      { status: '200', count: 7 },
      { status: '503', count: 2 },
    ])
    expect(errors).toEqual([
      { where: 'iteration', error: 'no-cart', count: 5 },
      { where: 'request', error: 'timeout', count: 3 },
    ])
    expect(checks).toEqual([{ name: 'paid', trues: 3, total: 4 }])
  })

  it('keeps the latest reading of a gauge, whoever made it', () => {
    const { metrics } = summaryOf(plan, [
      { seq: 2, slice: 1, samples: [{ metric: 'queue', last: 5, min: 4, max: 9 }] },
      { seq: 3, slice: 0, samples: [{ metric: 'queue', last: 7, min: 7, max: 8 }] },
      { seq: 0, slice: 1, samples: [{ metric: 'queue', last: 1, min: 1, max: 30 }] },
    ])
    expect(metrics.queue).toEqual({
      unit: 'jobs',
      kind: 'gauge',
      values: { kind: 'gauge', value: 7, min: 1, max: 30 },
    })
  })

  it('draws the distribution of service times up to the slowest request', () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1)
    const { distribution } = summaryOf(plan, [{ seq: 0, samples: [{ metric: 'http_req_duration', values }] }])
    expect(distribution.at(-1)).toEqual({ percentile: 1, valueMs: 100, count: 100 })
    expect(distribution.find(({ percentile }) => percentile === 0.5)).toMatchObject({ count: 50 })
  })
})

describe('the users of a run', () => {
  it('are those of all slices in each second', () => {
    const { metrics, timeline } = summaryOf(planOf(), [
      {
        seq: 0,
        slice: 0,
        toMs: 3_000,
        seconds: [
          { second: 0, users: 2 },
          { second: 1, users: 4 },
          { second: 2, users: 4 },
        ],
        samples: [{ metric: 'vus', last: 4, min: 0, max: 4 }],
      },
      { seq: 0, slice: 1, toMs: 3_000, seconds: [{ second: 1, users: 3 }] },
    ])
    expect(metrics.vus?.values).toEqual({ kind: 'gauge', value: 4, min: 2, max: 7 })
    expect(timeline.points[0]?.users).toBe(13 / 3)
  })

  it('are counted once where two snapshots of a generator share a second', () => {
    const plan = planOf({
      stages: [
        { name: 'a', executor: 'users', fromMs: 0, toMs: 2_500 },
        { name: 'b', executor: 'users', fromMs: 2_500, toMs: 60_000 },
      ],
    })
    const { timeline } = mergeOf(plan, [
      { seq: 1, seconds: [{ second: 2, users: 6 }] },
      { seq: 0, seconds: [{ second: 2, users: 5 }] },
      { seq: 0, slice: 1, seconds: [{ second: 2, users: 1 }] },
    ])
    expect(timeline.users.at(2)).toBe(7)
  })

  it('are counted for both generators while one takes over from the other', () => {
    const { timeline } = mergeOf(planOf(), [
      { seq: 0, window: 0, toMs: 4_500, seconds: [{ second: 4, users: 3 }] },
      { seq: 0, window: 1, fromMs: 4_500, seconds: [{ second: 4, users: 5 }] },
    ])
    expect(timeline.users.at(4)).toBe(8)
  })
})

describe('the timeline of a run', () => {
  it('has a point per interval, with rates per second and the percentiles of that time', () => {
    const { timeline } = summaryOf(planOf(), [
      {
        seq: 0,
        seconds: [
          { second: 0, requests: 10, failed: 1, ended: 2, receivedBytes: 500 },
          { second: 9, requests: 20, dropped: 3, sentBytes: 50 },
        ],
        samples: [{ metric: 'http_req_duration', tags: pay, values: [1, 1.5, 2] }],
      },
      { seq: 1, samples: [{ metric: 'http_req_duration', tags: pay, values: [9] }] },
    ])
    expect(timeline).toEqual({
      bucketMs: 10_000,
      points: [
        {
          atMs: 0,
          users: 0,
          requestsPerSecond: 3,
          completedPerSecond: 3,
          failedPerSecond: 0.1,
          iterationsPerSecond: 0.2,
          droppedPerSecond: 0.3,
          receivedBytesPerSecond: 50,
          sentBytesPerSecond: 5,
          p50Ms: 1.5,
          p95Ms: 2,
          p99Ms: 2,
          maxMs: 2,
        },
        expect.objectContaining({ atMs: 10_000, requestsPerSecond: 0, p50Ms: 9, maxMs: 9 }),
      ],
      metrics: [],
    })
  })

  it('counts a last point that is not whole over the part of it that was observed', () => {
    const { timeline } = summaryOf(planOf(), [
      { seq: 1, toMs: 14_000, seconds: [{ second: 13, requests: 8, users: 1 }] },
    ])
    expect(timeline.points.map(({ requestsPerSecond }) => requestsPerSecond)).toEqual([0, 2])
  })

  it('is cut where the load ends, so that no point is of load and drain', () => {
    const plan = planOf({
      stages: [{ name: 'hold', executor: 'users', fromMs: 0, toMs: 12_500 }],
      durationMs: 12_500,
    })
    const { timeline } = summaryOf(plan, [
      { seq: 0, seconds: [{ second: 9, requests: 100, users: 4 }] },
      { seq: 1, seconds: [{ second: 12, requests: 25, users: 4 }] },
      {
        seq: 2,
        toMs: 16_500,
        seconds: [
          { second: 12, requests: 3, users: 4 },
          { second: 16, requests: 5, users: 1 },
        ],
      },
    ])
    expect(
      timeline.points.map(({ atMs, lengthMs, requestsPerSecond }) => [atMs, lengthMs, requestsPerSecond]),
    ).toEqual([
      [0, undefined, 10],
      [10_000, 2_500, 10],
      [12_500, 4_000, 2],
    ])
  })

  it('has the users of a second in a point that is shorter', () => {
    const plan = planOf({ durationMs: 500, intervalMs: 1_000, stages: [] })
    const { timeline } = summaryOf(plan, [
      { seq: 0, seconds: [{ second: 0, users: 4, ended: 1 }] },
      { seq: 1, toMs: 900, seconds: [{ second: 0, users: 3, ended: 1 }] },
    ])
    expect(timeline.points.map(({ atMs, users }) => [atMs, users])).toEqual([
      [0, 4],
      [500, 4],
    ])
  })

  it('goes on into the drain only while something happens there', () => {
    const drained = { seq: 6, samples: [], seconds: [{ second: 61, ended: 2 }] }
    const idle = { seq: 6, samples: [], seconds: [{ second: 61, users: 2 }] }
    expect(summaryOf(planOf(), [drained]).timeline.points.at(-1)).toMatchObject({
      atMs: 60_000,
      iterationsPerSecond: 1,
    })
    expect(summaryOf(planOf(), [idle]).timeline.points).toHaveLength(6)
  })

  it('never has more than 360 points', () => {
    const day = planOf({ durationMs: 86_400_000, gracefulStopMs: 30_000, windowMs: 780_000, stages: [] })
    const { bucketMs } = new Merge(day, START_AT_MS).timeline
    expect(bucketMs).toBe(250_000)
    expect(86_430_000 / bucketMs).toBeLessThan(360)
  })
})

describe('a snapshot that comes to a merge', () => {
  const plan = planOf()
  const samples = [{ metric: 'http_reqs', sum: 5 }]

  it('counts once, however often it comes', () => {
    const merge = mergeOf(plan, [{ seq: 0, samples }])
    const { snapshot, key } = snapshotOf(plan, { seq: 0, samples })
    expect(merge.has(key)).toBe(true)
    merge.add(snapshot, key)
    expect(summarise(merge, { endedAtMs: 0, server: [] }).metrics.http_reqs?.values).toMatchObject({
      count: 5,
    })
  })

  it('counts beside that of another attempt, which joined later', () => {
    const { metrics } = summaryOf(plan, [
      { seq: 0, samples },
      { seq: 0, attempt: 1, samples },
    ])
    expect(metrics.http_reqs?.values).toMatchObject({ count: 10 })
  })

  it('is refused with its key, and adds nothing, where it is not of the plan', () => {
    const merge = new Merge(plan, START_AT_MS)
    const add = (key: string, sample: (typeof samples)[number] = { metric: 'http_reqs', sum: 5 }): void =>
      merge.add(snapshotOf(plan, { seq: 0, samples: [...samples, sample] }).snapshot, key)
    const refusal = (field: string, value: string): object => ({
      code: 'SNAPSHOT_INVALID',
      mistakes: [expect.objectContaining({ field, value })],
    })
    const thrownBy = (act: () => void): unknown => {
      try {
        act()
      } catch (error) {
        return error
      }
      return undefined
    }
    const at = 'runs/synthetic/snapshots/0/'
    expect(thrownBy(() => add('runs/other/snapshots/0/0-0-0'))).toMatchObject(refusal('run', 'other'))
    expect(thrownBy(() => add(`${at}2-0-0`))).toMatchObject(refusal('slice', '2'))
    expect(thrownBy(() => add(`${at}0-0-7`))).toMatchObject(refusal('seq', '7'))
    expect(thrownBy(() => add('plan.json'))).toMatchObject(refusal('run', 'no key of a snapshot'))
    expect(thrownBy(() => add(`${at}0-0-0`, { metric: 'checks', sum: 1 }))).toMatchObject(
      refusal('kind of checks', 'counter'),
    )
    expect(merge.has(`${at}0-0-0`)).toBe(false)
    expect(summarise(merge, { endedAtMs: 0, server: [] })).toMatchObject({ metrics: {}, generators: [] })
  })
})
