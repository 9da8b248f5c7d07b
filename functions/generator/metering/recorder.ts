import { BUILT_IN_METRICS } from '../../../lib/core/metrics/built-in-metrics.ts'
import type { MetricDefinition, Tags } from '../../../lib/core/metrics/metric.ts'
import { seriesKey } from '../../../lib/core/metrics/selector.ts'
import type { Cut } from '../../../lib/core/plan/cut.ts'
import { MANY_SERIES, type Overflow, type TagValues } from '../../../lib/core/plan/overflow.ts'
import type { SnapshotIncidents } from '../../../lib/core/results/incident.ts'
import type { Second, Series } from '../../../lib/core/results/snapshot.ts'
import { Incidents } from './incidents.ts'
import { createSeries, type HistogramSection, type LiveSeries } from './series.ts'
import { SeriesIndex } from './series-index.ts'
import { TagFold } from './tag-fold.ts'

const NO_TAGS: Tags = {}

/** What a generator measured during one cut. */
export interface Interval {
  seq: number
  fromMs: number
  toMs: number
  arrivals: number
  series: Series[]
  /** Tags whose values are not all told apart. */
  overflows?: Overflow[]
  seconds: Second[]
  incidents?: SnapshotIncidents
  histograms: Uint8Array
}

interface RecorderOptions {
  startAtMs: number
  /** Time from which this generator takes part, from the start of the run. */
  fromMs: number
  cuts: readonly Cut[]
  /** Custom metrics. */
  metrics: Record<string, MetricDefinition>
  /** Values of tags that are told apart however many there are: those that rows select by, and flows. */
  selected?: TagValues
  /** Where failures are told in words. */
  incidents?: Incidents
  onInterval: (interval: Interval) => void
}

/**
 * Where everything a slice measures comes together. A sample belongs to the cut in which it ended, so
 * `advance` has to be called with its time before it is recorded.
 */
export class Recorder {
  readonly incidents: Incidents
  readonly #startAtMs: number
  readonly #cuts: readonly Cut[]
  readonly #definitions: Record<string, MetricDefinition>
  readonly #onInterval: (interval: Interval) => void
  readonly #series = new Map<string, LiveSeries>()
  readonly #index = new SeriesIndex()
  readonly #fold: TagFold
  readonly #overflow: LiveSeries
  #cut: number
  #cutFromMs: number
  #cutEndsAtMs: number
  #arrivals = 0
  #seconds: Second[] = []
  #second: Second
  #secondEndsAtMs: number
  #activeUsers = 0

  constructor({
    startAtMs,
    fromMs,
    cuts,
    metrics,
    selected = new Map(),
    incidents = new Incidents(),
    onInterval,
  }: RecorderOptions) {
    this.incidents = incidents
    this.#startAtMs = startAtMs
    this.#cuts = cuts
    this.#definitions = { ...BUILT_IN_METRICS, ...metrics }
    this.#onInterval = onInterval
    const present = cuts.findIndex(({ toMs }) => toMs > fromMs)
    this.#cut = present === -1 ? cuts.length - 1 : present
    this.#cutFromMs = fromMs
    this.#cutEndsAtMs = this.#endOf(this.#cut)
    this.#fold = new TagFold(selected)
    this.#overflow = this.series('series_overflow')
    this.#second = this.#newSecond(fromMs)
    this.#secondEndsAtMs = this.#endOfSecond()
  }

  /**
   * The series of a metric with these tags; the same one for the same tags. Where there are too many, it is one that has
   * `(other)` for the values of the tags that have the most. Throws for a metric nobody declared.
   */
  series(metric: string, tags: Tags = NO_TAGS): LiveSeries {
    return this.#index.find(metric, tags) ?? this.#unindexed(metric, tags)
  }

  #unindexed(metric: string, tags: Tags): LiveSeries {
    const shown = this.#shown(tags)
    const folded = this.#fold.fold(shown)
    if (folded !== shown) this.#overflow.add(1)
    // Names that differ in their secrets alone have no end, nor have those that are folded: they are not indexed.
    return (folded !== tags && this.#index.find(metric, folded)) || this.#keyed(metric, folded)
  }

  #keyed(metric: string, tags: Tags): LiveSeries {
    const key = seriesKey(metric, tags)
    const known = this.#series.get(key)
    if (known) {
      this.#index.add(metric, tags, known)
      return known
    }
    if (this.#series.size >= MANY_SERIES) {
      const folded = this.#fold.tighten(tags, this.#series.size)
      if (folded !== tags) {
        this.#overflow.add(1)
        return this.#keyed(metric, folded)
      }
    }
    const definition = this.#definitions[metric]
    if (!definition) throw new TypeError(`no metric ${metric}: declare it in the scenario's metrics`)
    const created = createSeries(definition.kind, metric, tags)
    this.#series.set(key, created)
    this.#index.add(metric, tags, created)
    this.#fold.learn(tags)
    return created
  }

  /** Tags as they leave the generator, without secrets; the same object where there are none. */
  #shown(tags: Tags): Tags {
    const { maskName } = this.incidents
    let shown: Record<string, string> | undefined
    for (const name in tags) {
      const value = tags[name] as string
      const masked = maskName(value)
      if (masked === value) continue
      shown ??= { ...tags }
      shown[name] = masked
    }
    return shown ?? tags
  }

  /** Closes every cut that ended by this epoch time. */
  advance(nowMs: number): void {
    while (nowMs >= this.#cutEndsAtMs) this.#closeCut(this.#cutEndsAtMs)
    if (nowMs >= this.#secondEndsAtMs) {
      this.#second = this.#newSecond(nowMs - this.#startAtMs)
      this.#secondEndsAtMs = this.#endOfSecond()
    }
  }

  /** Closes the current cut for good, whether or not anything is in it: the generator is shutdown. */
  finish(nowMs: number): void {
    this.advance(nowMs)
    this.#closeCut(Math.max(nowMs, this.#startAtMs + this.#cutFromMs))
  }

  /** When the current cut ends, epoch milliseconds. */
  get cutEndsAtMs(): number {
    return this.#cutEndsAtMs
  }

  /** The present second's counters, to be added to. */
  get second(): Second {
    return this.#second
  }

  countArrival(): void {
    this.#arrivals++
  }

  userStarted(): void {
    this.#activeUsers++
    if (this.#activeUsers > this.#second.users) this.#second.users = this.#activeUsers
  }

  userEnded(): void {
    this.#activeUsers--
  }

  get activeUsers(): number {
    return this.#activeUsers
  }

  #closeCut(atMs: number): void {
    const { seq } = this.#cuts[this.#cut] as Cut
    this.series('vus').add(this.#activeUsers)
    const { series, histograms } = this.#collect()
    const overflows = this.#fold.overflows()
    const toMs = atMs - this.#startAtMs
    const incidents = this.incidents.collect()
    this.#onInterval({
      seq,
      fromMs: this.#cutFromMs,
      toMs,
      arrivals: this.#arrivals,
      series,
      ...(overflows.length > 0 && { overflows }),
      seconds: this.#seconds,
      ...(incidents && { incidents }),
      histograms,
    })
    this.#arrivals = 0
    this.#seconds = []
    this.#second = this.#newSecond(toMs)
    this.#secondEndsAtMs = this.#endOfSecond()
    this.#cutFromMs = toMs
    this.#cut = Math.min(this.#cut + 1, this.#cuts.length - 1)
    this.#cutEndsAtMs = this.#endOf(this.#cut)
  }

  #collect(): { series: Series[]; histograms: Uint8Array } {
    const chunks: Uint8Array[] = []
    let length = 0
    const section: HistogramSection = {
      append(encoded) {
        chunks.push(encoded)
        length += encoded.length
        return length - encoded.length
      },
    }
    const series = [...this.#series.values()].flatMap((live) => live.collect(section) ?? [])
    return { series, histograms: new Uint8Array(Buffer.concat(chunks, length)) }
  }

  #newSecond(sinceStartMs: number): Second {
    const second: Second = {
      second: Math.max(0, Math.floor(sinceStartMs / 1_000)),
      requests: 0,
      completed: 0,
      failed: 0,
      started: 0,
      ended: 0,
      dropped: 0,
      receivedBytes: 0,
      sentBytes: 0,
      users: this.#activeUsers,
    }
    this.#seconds.push(second)
    return second
  }

  #endOfSecond(): number {
    return this.#startAtMs + (this.#second.second + 1) * 1_000
  }

  /** The last cut ends when the generator leaves: what was interrupted at its end still belongs to it. */
  #endOf(cut: number): number {
    const { toMs } = this.#cuts[cut] as Cut
    return cut >= this.#cuts.length - 1 ? Number.POSITIVE_INFINITY : this.#startAtMs + toMs
  }
}
