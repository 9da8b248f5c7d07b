import { Histogram } from '../../../lib/core/metrics/histogram.ts'
import { type MetricKind, type Tags, TREND_SCALE } from '../../../lib/core/metrics/metric.ts'
import type { Series } from '../../../lib/core/results/snapshot.ts'

/** Collects the encoded histograms of one snapshot. */
export interface HistogramSection {
  /** Appends a histogram and returns where it begins. */
  append(encoded: Uint8Array): number
}

/** One series while it grows. Values are in the metric's unit. */
export interface LiveSeries {
  add(value: number): void
  /** What came since the last call, or `undefined` where nothing did. */
  collect(histograms: HistogramSection): Series | undefined
}

class CounterSeries implements LiveSeries {
  #sum = 0
  /** Something was added, be it 0: a counter that says 0 has data. */
  #counted = false
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  add(value: number): void {
    this.#sum += value
    this.#counted = true
  }

  collect(): Series | undefined {
    if (!this.#counted) return undefined
    const series: Series = { ...this.#identity, kind: 'counter', sum: this.#sum }
    this.#sum = 0
    this.#counted = false
    return series
  }
}

class RateSeries implements LiveSeries {
  #trues = 0
  #total = 0
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  add(value: number): void {
    this.#total++
    if (value !== 0) this.#trues++
  }

  collect(): Series | undefined {
    if (this.#total === 0) return undefined
    const series: Series = { ...this.#identity, kind: 'rate', trues: this.#trues, total: this.#total }
    this.#trues = 0
    this.#total = 0
    return series
  }
}

class GaugeSeries implements LiveSeries {
  #last: number | undefined
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  add(value: number): void {
    this.#last = value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  collect(): Series | undefined {
    if (this.#last === undefined) return undefined
    const series: Series = {
      ...this.#identity,
      kind: 'gauge',
      last: this.#last,
      min: this.#min,
      max: this.#max,
    }
    this.#last = undefined
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
    return series
  }
}

class TrendSeries implements LiveSeries {
  readonly #histogram = new Histogram()
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  add(value: number): void {
    this.#histogram.record(value * TREND_SCALE)
  }

  collect(histograms: HistogramSection): Series | undefined {
    const { count, min, max, sum, clamped } = this.#histogram
    if (count === 0) return undefined
    const encoded = this.#histogram.encode()
    const offset = histograms.append(encoded)
    this.#histogram.reset()
    const place = { offset, length: encoded.length }
    return {
      ...this.#identity,
      kind: 'trend',
      count,
      min,
      max,
      sum,
      ...(clamped > 0 && { clamped }),
      ...place,
    }
  }
}

interface Identity {
  metric: string
  tags: Record<string, string>
}

const SERIES_OF = { counter: CounterSeries, rate: RateSeries, gauge: GaugeSeries, trend: TrendSeries }

export function createSeries(kind: MetricKind, metric: string, tags: Tags): LiveSeries {
  return new SERIES_OF[kind]({ metric, tags: textsOf(tags) })
}

/** Whatever got here as a tag: a snapshot that holds anything but text could not be read. */
function textsOf(tags: Tags): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const name of Object.keys(tags)) texts[name] = `${tags[name]}`
  return texts
}
