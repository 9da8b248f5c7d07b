import type { MetricKind, Tags } from '../../lib/core/metrics/metric.ts'
import { type Selector, seriesKey } from '../../lib/core/metrics/selector.ts'
import type { Overflow } from '../../lib/core/plan/overflow.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { ExactSum } from '../sums/exact-sum.ts'
import type { HistogramPack } from '../sums/histogram-pack.ts'
import { matches } from './definition.ts'
import { isOf, joined, type MergedSeries, restoreSeries, seriesState } from './merged-series.ts'
import type { MergeState } from './partial.ts'
import { type FoldedTag, isRestOf, SeriesFold } from './series-fold.ts'
import { addTally, emptyTally, type Tally } from './tally.ts'
import type { Timeline } from './timeline.ts'
import type { Track } from './track.ts'

type SetState = Pick<MergeState, 'series' | 'fold' | 'distinct'>

/** The series of a merge by their tags. What is too much to tell apart is added up in the rest of its tag. */
export class SeriesSet {
  /** By their canonical text. */
  readonly #series = new Map<string, MergedSeries>()
  readonly #fold: SeriesFold
  readonly #tracks: readonly Track[]
  readonly #timeline: Timeline

  constructor(plan: Plan, tracks: readonly Track[], timeline: Timeline) {
    this.#fold = new SeriesFold(plan)
    this.#tracks = tracks
    this.#timeline = timeline
  }

  stateIn(pack: HistogramPack): SetState {
    return {
      series: [...this.#series.values()].map((series) => seriesState(series, pack)),
      ...this.#fold.state,
    }
  }

  /** Takes the place of what was added so far. */
  restore({ series, fold, distinct }: SetState, pack: HistogramPack): void {
    this.#series.clear()
    this.#fold.restore({ fold, distinct })
    for (const one of series) restoreSeries(this.#at(one.metric, one.tags, one.tally.kind), one, pack)
  }

  /** The series that samples with these tags are added to. */
  of(metric: string, tags: Tags, kind: MetricKind): MergedSeries {
    const key = seriesKey(metric, tags)
    const known = this.#series.get(key)
    if (known) return known
    this.#fold.learn(key, tags)
    return this.#at(metric, this.#fold.placeOf(tags), kind)
  }

  #at(metric: string, tags: Tags, kind: MetricKind): MergedSeries {
    const key = seriesKey(metric, tags)
    const known = this.#series.get(key)
    if (known) return known
    const tracks = this.#tracks.filter(({ selector }) => selector.metric === metric)
    const created: MergedSeries = {
      metric,
      tags,
      tally: emptyTally(kind),
      drained: new ExactSum(),
      tracks: tracks.filter(({ selector }) => matches(tags, selector.tags)),
      restOf: tracks.filter(({ selector }) => isRestOf(tags, selector.tags)),
      shelf: this.#timeline.shelfOf(metric),
    }
    this.#series.set(key, created)
    return created
  }

  /** Takes over what a generator tells apart no more; `placeAgain` has to follow when its series are added. */
  addOverflows(overflows: readonly Overflow[]): void {
    this.#fold.add(overflows)
  }

  /** Adds up what is told apart no more. Its samples are in tracks and charts already, which know nothing of its tags. */
  placeAgain(): void {
    if (!this.#fold.narrowed()) return
    for (const [key, { metric, tags, tally, drained }] of this.#series) {
      const place = this.#fold.placeOf(tags)
      if (place === tags) continue
      this.#series.delete(key)
      const into = this.#at(metric, place, tally.kind)
      addTally(into.tally, tally)
      into.drained.addSum(drained)
    }
  }

  /** All samples that a selector takes in; `undefined` where there are none. */
  select(selector: Selector): Tally | undefined {
    let selected: Tally | undefined
    for (const series of this.#series.values()) {
      if (!isOf(selector, series.metric, series.tags)) continue
      selected ??= emptyTally(series.tally.kind)
      addTally(selected, series.tally)
    }
    return selected
  }

  /** What of those ended while the run drained. */
  drainedOf(selector: Selector): ExactSum {
    const sum = new ExactSum()
    for (const { metric, tags, drained } of this.#series.values())
      if (isOf(selector, metric, tags)) sum.addSum(drained)
    return sum
  }

  /** Whether a selector takes in any series. */
  knows(selector: Selector): boolean {
    return [...this.#series.values()].some(({ metric, tags }) => isOf(selector, metric, tags))
  }

  /** The series that may hold samples which a selector asks for, under the rest of a tag that it names. */
  restsOf({ metric, tags }: Selector): MergedSeries[] {
    if (Object.keys(tags).length === 0) return []
    return [...this.#series.values()].filter(
      (series) => series.metric === metric && this.#fold.mayHold(series.tags, tags),
    )
  }

  /** Every series, or those of a metric, as reports have them: what is not whole under its own name is in the rest. */
  reported(metric?: string): MergedSeries[] {
    this.#fold.settle()
    this.placeAgain()
    const reported = new Map<string, MergedSeries>()
    for (const series of this.#series.values()) {
      if (metric !== undefined && series.metric !== metric) continue
      const tags = this.#fold.reported(series.tags)
      const key = seriesKey(series.metric, tags)
      const before = reported.get(key)
      reported.set(key, before ? joined(before, series) : { ...series, tags })
    }
    return [...reported].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  }

  /** The tags whose values are not all told apart. */
  folded(): FoldedTag[] {
    this.#fold.settle()
    return this.#fold.folded()
  }
}
