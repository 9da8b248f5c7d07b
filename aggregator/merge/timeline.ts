import type { Histogram } from '../../lib/core/metrics/histogram.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import type { Second } from '../../lib/core/results/snapshot.ts'
import type { Summary, TimelinePoint } from '../../lib/core/results/summary.ts'
import type { HistogramPack } from '../sums/histogram-pack.ts'
import { HistogramShelf } from '../sums/histogram-shelf.ts'
import type { TimelineState } from './partial.ts'
import { inUnit, perSecond, type Tally } from './tally.ts'
import type { TallyShelf } from './tally-shelf.ts'
import { type Bucket, TimelineMetrics } from './timeline-metrics.ts'
import { type Observed, Users } from './users.ts'

/** A chart is never wider than this many points. */
const MAX_BUCKETS = 360
const SECOND_MS = 1_000
const COUNTED = ['requests', 'completed', 'failed', 'ended', 'dropped', 'receivedBytes', 'sentBytes'] as const
type Counted = (typeof COUNTED)[number]

/**
 * What happened when, for charts. Buckets are as long as it takes for at most 360 of them to hold the plan, in
 * multiples of its interval and of whole seconds; one that the load ends in is cut there in two. So a second of the load
 * lies in one bucket, and so does a snapshot unless its interval is no whole number of seconds; then it goes where it
 * begins.
 */
export class Timeline {
  readonly bucketMs: number
  readonly users: Users
  readonly #metrics: TimelineMetrics
  readonly #counts: Record<Counted, Float64Array>
  readonly #requests: Float64Array
  #serviceTimes = new HistogramShelf()
  #activeUntilMs = 0
  readonly #loadMs: number
  /** How many buckets hold load. */
  readonly #loadBuckets: number

  constructor(plan: Pick<Plan, 'durationMs' | 'gracefulStopMs' | 'intervalMs' | 'metrics'>) {
    const endMs = plan.durationMs + plan.gracefulStopMs
    const stepMs = Math.ceil(plan.intervalMs / SECOND_MS) * SECOND_MS
    this.bucketMs = stepMs * Math.max(1, Math.ceil(endMs / stepMs / MAX_BUCKETS))
    this.#loadMs = plan.durationMs
    this.#loadBuckets = Math.ceil(plan.durationMs / this.bucketMs)
    const buckets = this.#bucketOf(endMs, true) + 1
    this.users = new Users(endMs)
    this.#metrics = new TimelineMetrics(plan)
    this.#requests = new Float64Array(Math.ceil(endMs / SECOND_MS) + 1)
    this.#counts = Object.fromEntries(COUNTED.map((name) => [name, new Float64Array(buckets)])) as Record<
      Counted,
      Float64Array
    >
  }

  stateIn(pack: HistogramPack): TimelineState {
    return {
      users: this.users.state,
      counts: Object.fromEntries(COUNTED.map((name) => [name, [...this.#counts[name]]])),
      requests: [...this.#requests],
      serviceTimes: this.#serviceTimes.stateIn(pack),
      metrics: this.#metrics.stateIn(pack),
      activeUntilMs: this.#activeUntilMs,
    }
  }

  /** Takes the place of what was added so far. */
  restore(
    { users, counts, requests, serviceTimes, metrics, activeUntilMs }: TimelineState,
    pack: HistogramPack,
  ): void {
    this.users.restore(users)
    for (const name of COUNTED) this.#counts[name].set(counts[name] ?? [])
    this.#requests.set(requests)
    this.#serviceTimes = HistogramShelf.of(serviceTimes, pack)
    this.#metrics.restore(metrics, pack)
    this.#activeUntilMs = activeUntilMs
  }

  addSeconds(observed: Observed): void {
    this.users.add(observed)
    const drains = observed.fromMs >= this.#loadMs
    for (const second of observed.seconds) this.#addSecond(second, drains)
  }

  #addSecond(second: Second, drains: boolean): void {
    // What a generator reports after the plan's end belongs to its last moment.
    const at = Math.min(second.second, this.#requests.length - 1)
    const bucket = this.#bucketOf(at * SECOND_MS, drains)
    const { completed = second.requests } = second
    for (const name of COUNTED) add(this.#counts[name], bucket, { ...second, completed }[name])
    add(this.#requests, at, second.requests)
    if (COUNTED.some((name) => (second[name] ?? 0) > 0))
      this.#activeUntilMs = Math.max(this.#activeUntilMs, (at + 1) * SECOND_MS)
  }

  addServiceTimes(fromMs: number, histogram: Histogram): void {
    this.#serviceTimes.add(this.#bucketFrom(fromMs), histogram)
  }

  /** Where `addTo` adds a metric's samples; `undefined` for a metric that no chart follows. */
  shelfOf(metric: string): TallyShelf | undefined {
    return this.#metrics.shelfOf(metric)
  }

  addTo(shelf: TallyShelf, fromMs: number, tally: Tally): void {
    shelf.add(this.#bucketFrom(fromMs), tally)
  }

  requestsBetween(fromSecond: number, toSecond: number): number {
    return this.#requests.subarray(fromSecond, toSecond).reduce((sum, requests) => sum + requests, 0)
  }

  /**
   * Points up to the end of the observed load, and on while anything still happened: at the longest until the last
   * snapshot's end.
   */
  summary(observedMs: number, reportedMs: number): Summary['timeline'] {
    const endMs = Math.max(observedMs, Math.min(this.#activeUntilMs, reportedMs))
    const buckets: Bucket[] = []
    for (let fromMs = 0; fromMs < endMs; fromMs = this.#startOf(buckets.length))
      buckets.push({ fromMs, toMs: Math.min(this.#startOf(buckets.length + 1), endMs) })
    return {
      bucketMs: this.bucketMs,
      points: buckets.map((times, bucket) => this.#point(bucket, times)),
      metrics: this.#metrics.lines(buckets),
    }
  }

  #point(bucket: number, { fromMs, toMs }: Bucket): TimelinePoint {
    const rate = (name: Counted): number => perSecond(this.#counts[name][bucket] ?? 0, toMs - fromMs)
    const histogram = this.#serviceTimes.get(bucket)
    return {
      atMs: fromMs,
      ...(toMs - fromMs < this.bucketMs && { lengthMs: toMs - fromMs }),
      users: this.users.meanBetween(fromMs, toMs),
      requestsPerSecond: rate('requests'),
      failedPerSecond: rate('failed'),
      completedPerSecond: rate('completed'),
      iterationsPerSecond: rate('ended'),
      droppedPerSecond: rate('dropped'),
      receivedBytesPerSecond: rate('receivedBytes'),
      sentBytesPerSecond: rate('sentBytes'),
      ...(histogram && {
        p50Ms: inUnit(histogram, 0.5),
        p95Ms: inUnit(histogram, 0.95),
        p99Ms: inUnit(histogram, 0.99),
        maxMs: inUnit(histogram, 1),
      }),
    }
  }

  #bucketFrom(fromMs: number): number {
    return this.#bucketOf(fromMs, fromMs >= this.#loadMs)
  }

  /** Load that is reported after its end belongs to its last bucket. */
  #bucketOf(atMs: number, drains: boolean): number {
    const whole = Math.floor(atMs / this.bucketMs)
    return drains
      ? Math.max(this.#loadBuckets, whole + this.#cutBuckets)
      : Math.min(whole, this.#loadBuckets - 1)
  }

  #startOf(bucket: number): number {
    if (bucket < this.#loadBuckets) return bucket * this.bucketMs
    return Math.max(this.#loadMs, (bucket - this.#cutBuckets) * this.bucketMs)
  }

  /** 1 where the load ends within a bucket: its drain has another one. */
  get #cutBuckets(): number {
    return this.#loadMs % this.bucketMs === 0 ? 0 : 1
  }
}

function add(counts: Float64Array, index: number, count: number): void {
  counts[index] = (counts[index] ?? 0) + count
}
