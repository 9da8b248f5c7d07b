import type { Tags } from '../../lib/core/metrics/metric.ts'
import type { Selector } from '../../lib/core/metrics/selector.ts'
import { ExactSum } from '../sums/exact-sum.ts'
import type { HistogramPack } from '../sums/histogram-pack.ts'
import { matches } from './definition.ts'
import type { SeriesState } from './partial.ts'
import { addTally, emptyTally, type Tally, tallyFrom, tallyState } from './tally.ts'
import type { TallyShelf } from './tally-shelf.ts'
import type { Track } from './track.ts'

/** All samples of one metric with the same tags. */
export interface MergedSeries {
  metric: string
  tags: Tags
  tally: Tally
  /** The part of it that ended after the load's end, while the run drained: a counter's sum, a number of samples. */
  drained: ExactSum
  /** The thresholds that tell its samples apart by time. */
  tracks: Track[]
  /** Those whose samples may be among its own, as it is the rest of a tag that they name. */
  restOf: Track[]
  /** What charts follow it by, where any does. */
  shelf: TallyShelf | undefined
}

export function seriesState(
  { metric, tags, tally, drained }: MergedSeries,
  pack: HistogramPack,
): SeriesState {
  return { metric, tags: { ...tags }, tally: tallyState(tally, pack), drained: drained.state }
}

/** Takes the place of what was added so far. */
export function restoreSeries(
  series: MergedSeries,
  { tally, drained }: Pick<SeriesState, 'tally' | 'drained'>,
  pack: HistogramPack,
): void {
  series.tally = tallyFrom(tally, pack)
  series.drained = ExactSum.of(drained)
}

/** Two series of one kind as one, with the tags of the first. */
export function joined(a: MergedSeries, b: MergedSeries): MergedSeries {
  const sum = { tally: emptyTally(a.tally.kind), drained: new ExactSum() }
  for (const { tally, drained } of [a, b]) {
    addTally(sum.tally, tally)
    sum.drained.addSum(drained)
  }
  return { ...a, ...sum }
}

/** Whether a selector takes a series in. */
export function isOf(selector: Selector, metric: string, tags: Tags): boolean {
  return selector.metric === metric && matches(tags, selector.tags)
}
