import { formatDuration } from '../../lib/core/base/duration.ts'
import type { Aggregation } from '../../lib/core/metrics/threshold.ts'
import type { Span } from '../sums/spans.ts'
import type { Reading, WholeMeasurement } from './measurement.ts'

/** Time from the start of the run, and a value. In order of time. */
export type Point = readonly [atMs: number, value: number]

/** Measures a series of points within some spans: all of them, or every window of `overMs` inside a span. */
export function measurePoints(
  points: readonly Point[],
  spans: readonly Span[],
  aggregation: Aggregation,
  overMs: number | undefined,
): WholeMeasurement {
  const inside = points.filter(([atMs]) => spans.some((span) => holdsTime(span, atMs)))
  if (inside.length === 0) return { noData: 'no samples' }
  if (overMs === undefined) {
    const value = aggregatePoints(inside, aggregation)
    return { readings: [{ value }], samples: inside.length }
  }
  const readings = spans.flatMap((span) => windowsOf(inside, span, overMs, aggregation))
  if (readings.length === 0) return { noData: `no window of ${formatDuration(overMs)} was observed` }
  return { readings, samples: inside.length }
}

/** A window begins with the span and with each of its points, and lies wholly inside it. */
function windowsOf(
  points: readonly Point[],
  span: Span,
  overMs: number,
  aggregation: Aggregation,
): Reading[] {
  const starts = new Set([
    span.fromMs,
    ...points.map(([atMs]) => atMs).filter((atMs) => holdsTime(span, atMs)),
  ])
  const fitting = [...starts].filter((fromMs) => fromMs + overMs <= span.toMs)
  let first = 0
  return fitting.flatMap((fromMs) => {
    while ((points[first]?.[0] ?? Number.POSITIVE_INFINITY) < fromMs) first++
    let end = first
    while ((points[end]?.[0] ?? Number.POSITIVE_INFINITY) <= fromMs + overMs) end++
    const within = points.slice(first, end)
    return within.length === 0 ? [] : [{ value: aggregatePoints(within, aggregation), fromMs }]
  })
}

/**
 * The time from a start until the series first exceeds the value it had then, which is its latest value by that time
 * or else its first one afterwards. A series that never does reads as an infinite time.
 */
export function measureRise(
  points: readonly Point[],
  { fromMs, toMs }: Span,
  stage: string | undefined,
): WholeMeasurement {
  const start = stage === undefined ? 'the start of the run' : `the start of ${stage}`
  const after = points.filter(([atMs]) => atMs > fromMs && atMs <= toMs)
  const [, base] = points.findLast(([atMs]) => atMs <= fromMs) ?? after[0] ?? []
  if (base === undefined || after.length === 0) return { noData: `no samples after ${start}` }
  const risen = after.find(([, value]) => value > base)
  if (risen) return { readings: [{ value: risen[0] - fromMs }], samples: after.length }
  return {
    readings: [{ value: Number.POSITIVE_INFINITY }],
    samples: after.length,
    note: `never rose above its value at ${start}`,
  }
}

function aggregatePoints(points: readonly Point[], { name, percentile = 50 }: Aggregation): number {
  const values = points.map(([, value]) => value)
  if (name === 'value') return values.at(-1) as number
  if (name === 'avg') return values.reduce((sum, value) => sum + value, 0) / values.length
  const sorted = values.sort((a, b) => a - b)
  if (name === 'min') return sorted[0] as number
  if (name === 'max') return sorted.at(-1) as number
  return sorted[nearestRank(percentile, sorted.length) - 1] as number
}

/** The smallest rank that at least this percentage of all values are at or below. */
function nearestRank(percentile: number, count: number): number {
  return Math.max(1, Math.ceil(Number(((percentile / 100) * count).toPrecision(12))))
}

function holdsTime({ fromMs, toMs }: Span, atMs: number): boolean {
  return fromMs <= atMs && atMs <= toMs
}
