import type { VolleyError } from '../../lib/core/base/errors.ts'
import { type Cut, cutsOf, isDrain } from '../../lib/core/plan/cut.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import {
  parseSnapshotKey,
  type Series,
  type Snapshot,
  type SnapshotId,
  snapshotInvalid,
} from '../../lib/core/results/snapshot.ts'
import { Bitset } from '../sums/bitset.ts'
import { HistogramPack } from '../sums/histogram-pack.ts'
import { HistogramPool } from '../sums/histogram-pool.ts'
import { HistogramShelf } from '../sums/histogram-shelf.ts'
import { judgedThresholds } from './built-in-thresholds.ts'
import { definitionOf } from './definition.ts'
import { GeneratorTally } from './generator-tally.ts'
import { IncidentTally } from './incident-tally.ts'
import type { PartialMerge } from './partial.ts'
import { SeriesSet } from './series-set.ts'
import { addTally, amountOf, type Tally, tallyOf } from './tally.ts'
import { Timeline } from './timeline.ts'
import { Track } from './track.ts'

/**
 * The union of a run's snapshots. Snapshots are a set by their keys: one that comes again changes nothing, and any
 * order gives the same result to the last bit, because whatever is added up is whole numbers or an `ExactSum`. Another
 * attempt of a window is another key: it joined the schedule at its present moment, so both count.
 *
 * What it holds is bounded by the plan and its series, however many snapshots there are. It is fastest in the order of
 * the snapshots' `seq`.
 */
export class Merge {
  readonly plan: Plan
  readonly startAtMs: number
  readonly cuts: readonly Cut[]
  readonly series: SeriesSet
  /** One for each of the run's thresholds that tells samples apart by their time. */
  readonly tracks: readonly (Track | undefined)[]
  readonly timeline: Timeline
  readonly generators = new Map<number, GeneratorTally>()
  startLags = new HistogramShelf()
  incidents = new IncidentTally()
  /** Intervals of the plan that anybody observed. */
  observedCuts = new Bitset()
  readonly #decoded = new HistogramPool()
  /** The first cut after the load's end. */
  readonly #drainsFrom: number
  readonly #seen = new Map<string, Bitset>()
  /** Snapshots that can't be read, by their keys, and why. */
  readonly refused = new Map<string, VolleyError>()
  #snapshots = 0
  #arrivals = 0
  #toMs = 0

  constructor(plan: Plan, startAtMs: number) {
    this.plan = plan
    this.startAtMs = startAtMs
    this.cuts = cutsOf(plan)
    this.#drainsFrom = this.cuts.findIndex((cut) => isDrain(cut, plan))
    this.timeline = new Timeline(plan)
    this.tracks = judgedThresholds(plan).map((threshold) => Track.of(plan, threshold))
    const tracks = this.tracks.filter((track) => track !== undefined)
    this.series = new SeriesSet(plan, tracks, this.timeline)
  }

  /** The merge that was put down. Throws where it is not one of this plan. */
  static from({ run, startAtMs, merge: state, histograms }: PartialMerge, plan: Plan): Merge {
    const merge = new Merge(plan, startAtMs)
    if (run !== plan.run || state.tracks.length !== merge.tracks.length)
      throw new RangeError(`the partial merge is not one of ${plan.run}`)
    merge.series.restore(state, histograms)
    for (const [i, track] of state.tracks.entries()) if (track) merge.tracks[i]?.restore(track, histograms)
    merge.timeline.restore(state.timeline, histograms)
    for (const [slice, generator] of state.generators)
      merge.generators.set(slice, GeneratorTally.of(slice, generator))
    merge.startLags = HistogramShelf.of(state.startLags, histograms)
    merge.incidents = IncidentTally.of(state.incidents)
    merge.observedCuts = Bitset.of(state.observedCuts)
    for (const [lane, seqs] of state.seen) merge.#seen.set(lane, Bitset.of(seqs))
    merge.#snapshots = state.snapshots
    merge.#arrivals = state.arrivals
    merge.#toMs = state.toMs
    return merge
  }

  /** Everything it holds, to be put down. */
  partial(): PartialMerge {
    const histograms = new HistogramPack()
    return {
      run: this.plan.run,
      startAtMs: this.startAtMs,
      histograms,
      merge: {
        snapshots: this.#snapshots,
        arrivals: this.#arrivals,
        toMs: this.#toMs,
        ...this.series.stateIn(histograms),
        tracks: this.tracks.map((track) => track?.stateIn(histograms) ?? null),
        timeline: this.timeline.stateIn(histograms),
        generators: [...this.generators].map(([slice, generator]) => [slice, generator.state]),
        startLags: this.startLags.stateIn(histograms),
        incidents: this.incidents.state,
        observedCuts: this.observedCuts.state,
        seen: [...this.#seen].map(([lane, seqs]) => [lane, seqs.state]),
      },
    }
  }

  /** Whether a key's snapshot was added or refused. */
  has(key: string): boolean {
    if (this.refused.has(key)) return true
    const id = parseSnapshotKey(key)
    return id !== undefined && (this.#seen.get(laneOf(id))?.has(id.seq) ?? false)
  }

  /** Keeps a snapshot out that can't be read: it will be no other when it is fetched again. */
  refuse(key: string, why: VolleyError): void {
    this.refused.set(key, why)
  }

  /** Adds a snapshot unless its key was added. Throws `SNAPSHOT_INVALID` and adds nothing if it isn't of this plan. */
  add(snapshot: Snapshot, key: string): void {
    const { header, histograms } = snapshot
    const id = this.#place(key)
    if (this.has(key)) return
    const origin = { toMs: header.toMs, key }
    this.#decoded.endRound()
    const tallies = header.series.map((series) => this.#tallyOf(series, histograms, origin))
    this.#remember(id)
    this.#snapshots++
    this.#arrivals += header.arrivals
    this.#toMs = Math.max(this.#toMs, header.toMs)
    this.timeline.addSeconds({
      fromMs: header.fromMs,
      toMs: header.toMs,
      lane: laneOf(id),
      seconds: header.seconds,
    })
    this.#generator(id.slice).add(header, key)
    if (header.incidents) this.incidents.add(header.incidents, key)
    this.series.addOverflows(header.overflows ?? [])
    for (const [i, series] of header.series.entries())
      this.#addSeries(id, header.fromMs, series, tallies[i] as Tally)
    this.series.placeAgain()
  }

  /** Who wrote the snapshots that were added, and the `seq` of each. */
  get lanes(): Iterable<{ window: number; slice: number; seqs: Bitset }> {
    return [...this.#seen].map(([lane, seqs]) => {
      const [window, slice] = lane.split(/[/-]/).map(Number) as [number, number]
      return { window, slice, seqs }
    })
  }

  /** How many snapshots were added. */
  get snapshots(): number {
    return this.#snapshots
  }

  /** Iterations that arrival and iteration-count executors started. */
  get arrivals(): number {
    return this.#arrivals
  }

  /** Time in which load was observed: until the last snapshot's end or that of the schedule, whichever is first. */
  get observedMs(): number {
    return Math.min(this.#toMs, this.plan.durationMs)
  }

  /** How long after the load's end something was still observed. */
  get drainMs(): number {
    return this.#toMs - this.observedMs
  }

  /** Until when all slices seen have reported load. */
  get settledMs(): number {
    return Math.min(this.observedMs, this.reportedMs)
  }

  /** Until when all slices seen have reported anything, not waiting for one that is two intervals behind the foremost. */
  get reportedMs(): number {
    const reported = [...this.generators.values()].map(({ toMs }) => toMs)
    const slowestMs = Math.min(...reported, this.#toMs)
    return Math.max(slowestMs, this.#toMs - 2 * this.plan.intervalMs)
  }

  #place(key: string): SnapshotId {
    const id = parseSnapshotKey(key)
    const { run, slices } = this.plan
    if (id?.run !== run) throw snapshotInvalid(key, 'run', id?.run ?? 'no key of a snapshot', run)
    if (id.slice >= slices) throw snapshotInvalid(key, 'slice', `${id.slice}`, `below ${slices}`)
    if (id.seq >= this.cuts.length)
      throw snapshotInvalid(key, 'seq', `${id.seq}`, `below ${this.cuts.length}`)
    return id
  }

  #tallyOf(series: Series, histograms: Uint8Array, origin: { toMs: number; key: string }): Tally {
    const declared = definitionOf(this.plan, series.metric)?.kind
    if (series.kind !== declared)
      throw snapshotInvalid(
        origin.key,
        `kind of ${series.metric}`,
        series.kind,
        declared ?? 'a declared metric',
      )
    return tallyOf(series, histograms, origin, () => this.#decoded.take())
  }

  #remember(id: SnapshotId): void {
    const lane = laneOf(id)
    const seen = this.#seen.get(lane) ?? new Bitset()
    this.#seen.set(lane, seen)
    seen.add(id.seq)
    this.observedCuts.add(id.seq)
  }

  #generator(slice: number): GeneratorTally {
    const generator = this.generators.get(slice) ?? new GeneratorTally(slice)
    this.generators.set(slice, generator)
    return generator
  }

  #addSeries({ slice, seq }: SnapshotId, fromMs: number, { metric, tags }: Series, tally: Tally): void {
    const merged = this.series.of(metric, tags, tally.kind)
    addTally(merged.tally, tally)
    if (seq >= this.#drainsFrom) merged.drained.add(amountOf(tally))
    for (const track of merged.tracks) track.add(seq, tally)
    for (const track of merged.restOf) track.addRest(seq, tally)
    if (merged.shelf) this.timeline.addTo(merged.shelf, fromMs, tally)
    if (tally.kind !== 'trend') return
    if (metric === 'http_req_duration') this.timeline.addServiceTimes(fromMs, tally.histogram)
    if (metric === 'iteration_start_lag') this.startLags.add(slice, tally.histogram)
  }
}

/** Who wrote a snapshot. */
function laneOf({ window, slice, attempt }: SnapshotId): string {
  return `${window}/${slice}-${attempt}`
}
