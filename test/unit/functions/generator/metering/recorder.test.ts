import { describe, expect, it } from 'vitest'
import { Incidents } from '../../../../../functions/generator/metering/incidents.ts'
import { type Interval, Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import { Histogram } from '../../../../../lib/core/metrics/histogram.ts'
import type { MetricDefinition } from '../../../../../lib/core/metrics/metric.ts'
import { type Cut, cutsOf } from '../../../../../lib/core/plan/cut.ts'

const START = 1_000_000
const cuts: Cut[] = [0, 1_000, 1_500, 3_000].map((fromMs, seq, all) => ({
  seq,
  fromMs,
  toMs: all[seq + 1] ?? 4_000,
  stages: [],
}))

function recorderFrom(fromMs: number, metrics: Record<string, MetricDefinition> = {}, grid = cuts) {
  const intervals: Interval[] = []
  const onInterval = (interval: Interval): void => void intervals.push(interval)
  return { recorder: new Recorder({ startAtMs: START, fromMs, cuts: grid, metrics, onInterval }), intervals }
}

const counted = (interval: Interval | undefined, metric: string): unknown =>
  interval?.series
    .filter((series) => series.metric === metric && series.kind === 'counter')
    .map((series) => [series.tags, 'sum' in series && series.sum])

describe('a recorder', () => {
  it('puts a sample into the cut in which it ended, also when the timer that closes cuts is late', () => {
    const { recorder, intervals } = recorderFrom(0)
    recorder.advance(START + 999)
    recorder.series('http_reqs').add(1)
    recorder.advance(START + 1_000)
    recorder.series('http_reqs').add(10)
    recorder.advance(START + 1_600)
    expect(intervals.map(({ seq, fromMs, toMs }) => [seq, fromMs, toMs])).toEqual([
      [0, 0, 1_000],
      [1, 1_000, 1_500],
    ])
    expect(intervals.map((interval) => counted(interval, 'http_reqs'))).toEqual([[[{}, 1]], [[{}, 10]]])
  })

  it('folds tags that differ in their secrets alone, and keeps none of them', () => {
    const intervals: Interval[] = []
    const recorder = new Recorder({
      ...{ startAtMs: START, fromMs: 0, cuts, metrics: {} },
      incidents: new Incidents({ secrets: ['s3cret-value'] }),
      onInterval: (interval) => void intervals.push(interval),
    })
    for (let i = 0; i < 3; i++)
      recorder.series('http_reqs', { name: `GET /x?token=${i}&page=1`, tier: 'auth: web' }).add(1)
    recorder.series('http_reqs', { name: 'as s3cret-value' }).add(5)
    recorder.advance(START + 1_000)
    expect(counted(intervals[0], 'http_reqs')).toEqual([
      [{ name: 'GET /x?token=***&page=1', tier: 'auth: web' }, 3],
      [{ name: 'as ***' }, 5],
    ])
  })

  it('closes every cut that passed while nothing could run, so that no time is missing', () => {
    const { recorder, intervals } = recorderFrom(0)
    recorder.advance(START + 3_100)
    expect(intervals.map(({ seq }) => seq)).toEqual([0, 1, 2])
  })

  it('starts at the present cut when its generator came late', () => {
    const { recorder, intervals } = recorderFrom(1_200)
    recorder.advance(START + 1_500)
    expect(intervals).toMatchObject([{ seq: 1, fromMs: 1_200, toMs: 1_500 }])
  })

  it('counts the values of a trend that no histogram holds', () => {
    const { recorder, intervals } = recorderFrom(0)
    for (const value of [5, -0.5, Number.NaN]) recorder.series('msg_rtt').add(value)
    recorder.advance(START + 1_000)
    recorder.series('msg_rtt').add(5)
    recorder.advance(START + 1_500)
    const trends = intervals.map(({ series }) => series.find(({ metric }) => metric === 'msg_rtt'))
    expect(trends).toMatchObject([{ count: 3, clamped: 2, min: 0, max: 5_000 }, { count: 1 }])
    expect(trends[1]).not.toHaveProperty('clamped')
  })

  it('keeps its last cut open until it leaves: what is interrupted at the end still counts', () => {
    const { recorder, intervals } = recorderFrom(0)
    recorder.advance(START + 4_050)
    recorder.series('http_reqs').add(1)
    recorder.finish(START + 4_100)
    expect(intervals.at(-1)).toMatchObject({ seq: 3, fromMs: 3_000, toMs: 4_100 })
    expect(counted(intervals.at(-1), 'http_reqs')).toEqual([[{}, 1]])
  })

  it('counts what the end interrupts after the load, also where nothing may drain', () => {
    const plan = { stages: [], intervalMs: 1_000, durationMs: 1_000, gracefulStopMs: 0 }
    const { recorder, intervals } = recorderFrom(0, {}, cutsOf(plan))
    recorder.series('http_reqs').add(2)
    recorder.advance(START + 1_000)
    recorder.series('http_reqs').add(30)
    recorder.finish(START + 1_004)
    expect(intervals.map(({ seq, fromMs, toMs }) => [seq, fromMs, toMs])).toEqual([
      [0, 0, 1_000],
      [1, 1_000, 1_004],
    ])
    expect(intervals.map((interval) => counted(interval, 'http_reqs'))).toEqual([[[{}, 2]], [[{}, 30]]])
  })

  it('tells its end even when it leaves at the very edge of a cut', () => {
    const { recorder, intervals } = recorderFrom(0)
    recorder.finish(START + 1_000)
    expect(intervals.map(({ seq, fromMs, toMs }) => [seq, fromMs, toMs])).toEqual([
      [0, 0, 1_000],
      [1, 1_000, 1_000],
    ])
  })

  it('gives the same series for the same tags in any order', () => {
    const { recorder } = recorderFrom(0)
    expect(recorder.series('http_reqs', { a: '1', b: '2' })).toBe(
      recorder.series('http_reqs', { b: '2', a: '1' }),
    )
  })

  it.each([
    ['counter', [0], { sum: 0 }],
    ['counter', [1, -1], { sum: 0 }],
    ['rate', [0], { trues: 0, total: 1 }],
    ['gauge', [0], { last: 0, min: 0, max: 0 }],
    ['trend', [0], { count: 1, min: 0, max: 0, sum: 0 }],
  ] as const)('writes a %s that was given %j down: 0 is data', (kind, values, written) => {
    const { recorder, intervals } = recorderFrom(0, { mine: { kind, unit: '' } })
    for (const value of values) recorder.series('mine').add(value)
    recorder.advance(START + 1_000)
    recorder.finish(START + 1_200)
    const [first, second] = intervals.map(({ series }) => series.filter(({ metric }) => metric === 'mine'))
    expect(first).toMatchObject([{ kind, ...written }])
    expect(second).toEqual([])
  })

  it('refuses a metric that nobody declared', () => {
    expect(() => recorderFrom(0).recorder.series('nonsense')).toThrow(
      "no metric nonsense: declare it in the scenario's metrics",
    )
  })

  it('keeps one row for each second, with the most users active in it', () => {
    const { recorder, intervals } = recorderFrom(0)
    recorder.userStarted()
    recorder.userStarted()
    recorder.userEnded()
    recorder.advance(START + 1_000)
    recorder.second.requests++
    recorder.advance(START + 2_000)
    recorder.finish(START + 2_500)
    expect(
      intervals.flatMap(({ seconds }) =>
        seconds.map(({ second, users, requests }) => [second, users, requests]),
      ),
    ).toEqual([
      [0, 2, 0],
      [1, 1, 1],
      [1, 1, 0],
      [2, 1, 0],
    ])
  })

  it('stores a trend as thousandths of its unit, one histogram behind the other', () => {
    const { recorder, intervals } = recorderFrom(0, { uplift: { kind: 'trend', unit: '%' } })
    recorder.series('http_req_duration').add(1.5)
    recorder.series('uplift').add(12)
    recorder.finish(START + 100)
    const [interval] = intervals
    const maxima = interval?.series.flatMap((series) => {
      if (series.kind !== 'trend') return []
      const bytes = interval.histograms.subarray(series.offset, series.offset + series.length)
      return [[series.metric, series.max, Histogram.decode(bytes).quantile(1)]]
    })
    // Without the exact maximum beside it, 12,000 is known as its bucket: 12,000 to 12,007.
    expect(maxima).toEqual([
      ['http_req_duration', 1_500, 1_500],
      ['uplift', 12_000, 12_007],
    ])
  })
})
