import { Histogram } from '../../lib/core/metrics/histogram.ts'
import { type MetricKind, TREND_SCALE } from '../../lib/core/metrics/metric.ts'
import type { Aggregation } from '../../lib/core/metrics/threshold.ts'
import type { Series } from '../../lib/core/results/snapshot.ts'
import type { Values } from '../../lib/core/results/summary.ts'
import { ExactSum } from '../sums/exact-sum.ts'
import type { HistogramPack } from '../sums/histogram-pack.ts'
import type { TallyState } from './partial.ts'

/** Where a reading came from: the latest counts, and of simultaneous ones that with the greatest key. */
export interface Origin {
  toMs: number
  key: string
}

/** What samples of one kind add up to. Adding up is exact: no order of the snapshots changes a result. */
export type Tally =
  | { kind: 'counter'; sum: ExactSum }
  | { kind: 'rate'; trues: number; total: number }
  | { kind: 'gauge'; last: number; min: number; max: number; origin: Origin | undefined }
  | { kind: 'trend'; histogram: Histogram }

export function emptyTally(kind: MetricKind): Tally {
  switch (kind) {
    case 'counter':
      return { kind, sum: new ExactSum() }
    case 'rate':
      return { kind, trues: 0, total: 0 }
    case 'gauge':
      return {
        kind,
        last: 0,
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
        origin: undefined,
      }
    case 'trend':
      return { kind, histogram: new Histogram() }
  }
}

/** The tally of one series of a snapshot. `empty` gives the histogram of a trend. */
export function tallyOf(
  series: Series,
  histograms: Uint8Array,
  origin: Origin,
  empty = (): Histogram => new Histogram(),
): Tally {
  switch (series.kind) {
    case 'counter': {
      const sum = new ExactSum()
      sum.add(series.sum)
      return { kind: 'counter', sum }
    }
    case 'rate':
      return { kind: 'rate', trues: series.trues, total: series.total }
    case 'gauge':
      return { kind: 'gauge', last: series.last, min: series.min, max: series.max, origin }
    case 'trend': {
      const { offset, length, min, max, sum, clamped = 0 } = series
      const encoded = histograms.subarray(offset, offset + length)
      const histogram = empty()
      histogram.addEncoded(encoded, { min, max, sum, clamped })
      return { kind: 'trend', histogram }
    }
  }
}

/** A tally that holds something, as it is put down; histograms go into the pack. */
export function tallyState(tally: Tally, pack: HistogramPack): TallyState {
  switch (tally.kind) {
    case 'counter':
      return { kind: 'counter', sum: tally.sum.state }
    case 'rate':
      return { ...tally }
    case 'gauge':
      return { ...tally, origin: tally.origin as Origin }
    case 'trend':
      return { kind: 'trend', histogram: pack.add(tally.histogram) }
  }
}

export function tallyFrom(state: TallyState, pack: HistogramPack): Tally {
  switch (state.kind) {
    case 'counter':
      return { kind: 'counter', sum: ExactSum.of(state.sum) }
    case 'trend':
      return { kind: 'trend', histogram: pack.get(state.histogram) }
    default:
      return { ...state }
  }
}

/** Adds a tally of the same kind. */
export function addTally(into: Tally, from: Tally): void {
  if (into.kind === 'counter' && from.kind === 'counter') into.sum.addSum(from.sum)
  else if (into.kind === 'rate' && from.kind === 'rate') {
    into.trues += from.trues
    into.total += from.total
  } else if (into.kind === 'gauge' && from.kind === 'gauge') {
    if (isLater(from.origin, into.origin)) Object.assign(into, { last: from.last, origin: from.origin })
    into.min = Math.min(into.min, from.min)
    into.max = Math.max(into.max, from.max)
  } else if (into.kind === 'trend' && from.kind === 'trend') into.histogram.add(from.histogram)
}

export function isLater(a: Origin | undefined, b: Origin | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  return a.toMs === b.toMs ? a.key > b.key : a.toMs > b.toMs
}

/** Samples in a tally, where its kind counts them. */
export function samplesOf(tally: Tally): number | undefined {
  if (tally.kind === 'trend') return tally.histogram.count
  return tally.kind === 'rate' ? tally.total : undefined
}

/** How much a tally adds to what is counted: a counter's sum, a number of samples; a reading of a gauge is neither. */
export function amountOf(tally: Tally): number {
  return tally.kind === 'counter' ? tally.sum.value : (samplesOf(tally) ?? 0)
}

/** One aggregation of a tally in the metric's unit; `undefined` without samples. `durationMs` is the time it took. */
export function aggregate(
  tally: Tally,
  { name, percentile = 50 }: Aggregation,
  durationMs: number,
): number | undefined {
  if (samplesOf(tally) === 0) return undefined
  switch (tally.kind) {
    case 'counter':
      return name === 'rate' ? perSecond(tally.sum.value, durationMs) : tally.sum.value
    case 'rate':
      return tally.trues / tally.total
    case 'gauge':
      return name === 'min' ? tally.min : name === 'max' ? tally.max : tally.last
    case 'trend': {
      const { histogram } = tally
      if (name === 'count') return histogram.count
      if (name === 'avg') return histogram.mean / TREND_SCALE
      if (name === 'min') return histogram.min / TREND_SCALE
      if (name === 'max') return histogram.max / TREND_SCALE
      return inUnit(histogram, percentile / 100)
    }
  }
}

/**
 * Everything a summary says about a tally; `undefined` without samples. Its rate per second is that of what ended
 * under load, `drained` being the rest, in the time of load.
 */
export function valuesOf(tally: Tally, loadMs: number, drained: ExactSum): Values | undefined {
  if (samplesOf(tally) === 0) return undefined
  switch (tally.kind) {
    case 'counter': {
      const values = { count: tally.sum.value, perSecond: perSecond(tally.sum.less(drained), loadMs) }
      return { kind: 'counter', ...values, ...(drained.value !== 0 && { drained: drained.value }) }
    }
    case 'rate':
      return { kind: 'rate', rate: tally.trues / tally.total, trues: tally.trues, total: tally.total }
    case 'gauge':
      return { kind: 'gauge', value: tally.last, min: tally.min, max: tally.max }
    case 'trend':
      return trendValues(tally.histogram)
  }
}

function trendValues(histogram: Histogram): Values {
  return {
    kind: 'trend',
    count: histogram.count,
    ...(histogram.clamped > 0 && { clamped: histogram.clamped }),
    avg: histogram.mean / TREND_SCALE,
    min: histogram.min / TREND_SCALE,
    med: inUnit(histogram, 0.5),
    p90: inUnit(histogram, 0.9),
    p95: inUnit(histogram, 0.95),
    p99: inUnit(histogram, 0.99),
    p999: inUnit(histogram, 0.999),
    max: histogram.max / TREND_SCALE,
  }
}

/** A quantile in the metric's unit. */
export function inUnit(histogram: Histogram, quantile: number): number {
  return histogram.quantile(quantile) / TREND_SCALE
}

export function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? (count * 1_000) / durationMs : 0
}
