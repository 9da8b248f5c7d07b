import { describe, expect, it } from 'vitest'
import { type Interval, Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import type { MetricKind, Tags } from '../../../../../lib/core/metrics/metric.ts'
import { type Overflow, selectedValues } from '../../../../../lib/core/plan/overflow.ts'
import type { Series } from '../../../../../lib/core/results/snapshot.ts'

const cuts = [0, 1].map((seq) => ({ seq, fromMs: seq * 1_000, toMs: seq * 1_000 + 1_000, stages: [] }))

function recorded(record: (recorder: Recorder) => void, rows: readonly string[] = []) {
  const intervals: Interval[] = []
  const recorder = new Recorder({
    ...{ startAtMs: 0, fromMs: 0, cuts, metrics: { sold: { kind: 'counter' as MetricKind, unit: '' } } },
    selected: selectedValues({
      flows: ['buy', 'browse'].map((name) => ({ name, weight: 1 })),
      thresholds: rows.map((metric) => ({ metric, limit: 'count>1' })),
    }),
    onInterval: (interval) => intervals.push(interval),
  })
  record(recorder)
  recorder.finish(900)
  const { series, overflows = [] } = intervals[0] as Interval
  return { series, overflows, sumOf: (metric: string, tags: Tags) => sumOf(series, metric, tags) }
}

function sumOf(series: readonly Series[], metric: string, tags: Tags): number {
  const found = series.filter(
    (one) => one.metric === metric && Object.entries(tags).every(([tag, value]) => one.tags[tag] === value),
  )
  return found.reduce((sum, one) => sum + (one.kind === 'counter' ? one.sum : 0), 0)
}

/** One request of each name, of a flow. */
function visit(recorder: Recorder, flow: string, names: number, more: Tags = {}): void {
  for (let i = 0; i < names; i++)
    recorder.series('http_reqs', { flow, name: `/item/${i}`, status: '200', ...more }).add(1)
}

const tagsOf = (overflows: readonly Overflow[]) => overflows.map(({ flow, tag }) => [flow, tag])

describe('a generator with more than a thousand series', () => {
  it('tells no further values apart of the tag that has the most, and loses no sample', () => {
    const { series, overflows, sumOf } = recorded((recorder) => visit(recorder, 'buy', 3_000))
    expect(sumOf('http_reqs', { flow: 'buy', status: '200' })).toBe(3_000)
    expect(sumOf('http_reqs', { name: '/item/0' })).toBe(1)
    expect(sumOf('http_reqs', { name: '(other)' })).toBe(2_001)
    expect(series).toHaveLength(1_002)
    expect(overflows).toMatchObject([
      { flow: 'buy', tag: 'name', values: 3_000, examples: ['/item/999', '/item/1000', '/item/1001'] },
    ])
    expect(overflows[0]?.kept).toHaveLength(999)
    expect(sumOf('series_overflow', {})).toBe(2_001)
  })

  it('keeps the values that rows select by, whenever they come', () => {
    const rows = ['http_reqs{name:/item/2500}', 'http_reqs{name:never}']
    const { overflows, sumOf } = recorded((recorder) => visit(recorder, 'buy', 3_000), rows)
    expect(sumOf('http_reqs', { name: '/item/2500' })).toBe(1)
    expect(sumOf('http_reqs', { name: '(other)' })).toBe(2_000)
    expect(overflows[0]?.kept).toEqual(expect.arrayContaining(['/item/2500', 'never']))
  })

  it('folds in that flow alone, and leaves tags of few values as they are', () => {
    const { overflows, sumOf } = recorded((recorder) => {
      visit(recorder, 'buy', 3_000)
      visit(recorder, 'buy', 3_000, { status: '503' })
      visit(recorder, 'browse', 90)
      recorder.series('iteration_failed', { flow: 'buy', error: 'type_error' }).add(1)
    })
    expect(tagsOf(overflows)).toEqual([['buy', 'name']])
    expect(sumOf('http_reqs', { name: '(other)', status: '503' })).toBe(2_001)
    expect(sumOf('http_reqs', { name: '/item/7', status: '503' })).toBe(1)
    expect(sumOf('http_reqs', { flow: 'browse', name: '/item/89' })).toBe(1)
  })

  it('folds the tag that exploded, not the one beside it', () => {
    const { overflows, sumOf } = recorded((recorder) => {
      for (let i = 0; i < 2_000; i++)
        recorder.series('http_reqs', { user: `u${i}`, flow: 'buy', name: `/step/${i % 30}` }).add(1)
    })
    expect(tagsOf(overflows)).toEqual([['buy', 'user']])
    expect(sumOf('http_reqs', { name: '/step/29', user: '(other)' })).toBe(33)
  })

  it('folds all metrics of a sample alike', () => {
    const { series } = recorded((recorder) => {
      for (let i = 0; i < 1_000; i++)
        for (const metric of ['http_reqs', 'http_req_failed', 'http_req_duration'])
          recorder.series(metric, { flow: 'buy', name: `/item/${i}` }).add(1)
    })
    const namesOf = (metric: string) =>
      series.filter((one) => one.metric === metric).map(({ tags }) => tags.name)
    expect(namesOf('http_req_failed')).toEqual(namesOf('http_reqs'))
    expect(namesOf('http_req_duration')).toEqual(namesOf('http_reqs'))
    expect(namesOf('http_reqs')).toHaveLength(334)
  })

  it('is bounded where no tag has many values but their combinations are many', () => {
    const { series, overflows, sumOf } = recorded((recorder) => {
      for (let i = 0; i < 90; i++)
        for (let j = 0; j < 90; j++) recorder.series('sold', { region: `r${i}`, ware: `w${j}` }).add(1)
    })
    expect(sumOf('sold', {})).toBe(8_100)
    expect(series.length).toBeLessThanOrEqual(3_100)
    expect(overflows.map(({ flow, tag, kept }) => [flow, tag, kept.length])).toEqual([[undefined, 'ware', 0]])
    expect(sumOf('sold', { region: 'r89', ware: '(other)' })).toBe(90)
  })

  it('is bounded where tags are named without bounds, and tells by the rest that there were others', () => {
    const { series, overflows, sumOf } = recorded((recorder) => {
      for (let i = 0; i < 5_000; i++) recorder.series('sold', { flow: 'buy', [`ware-${i}`]: 'yes' }).add(1)
    })
    expect(sumOf('sold', { flow: 'buy' })).toBe(5_000)
    expect(sumOf('sold', { flow: 'buy', '(other)': '(other)' })).toBe(4_001)
    expect(series).toHaveLength(1_002)
    expect(overflows).toMatchObject([{ flow: 'buy', tag: '(other)', values: 4_001 }])
  })

  it('finds a series of many tags in whatever order they are written', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const { series, sumOf } = recorded((recorder) => {
      for (let turn = 0; turn < 30_000; turn++) {
        const order = names.toSorted(
          (x, y) => ((x.charCodeAt(0) * turn) % 97) - ((y.charCodeAt(0) * turn) % 97),
        )
        recorder.series('sold', Object.fromEntries(order.map((name) => [name, '1']))).add(1)
      }
    })
    expect(series).toHaveLength(2)
    expect(sumOf('sold', { a: '1' })).toBe(30_000)
  })
})
