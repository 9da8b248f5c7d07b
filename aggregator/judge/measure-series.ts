import { formatDuration } from '../../lib/core/base/duration.ts'
import { BUILT_IN_METRICS, FAULT_METRICS } from '../../lib/core/metrics/built-in-metrics.ts'
import { type Selector, seriesKey, writeTags } from '../../lib/core/metrics/selector.ts'
import {
  type Aggregation,
  aggregationOf,
  stagesOf,
  type Threshold,
} from '../../lib/core/metrics/threshold.ts'
import { REST } from '../../lib/core/plan/overflow.ts'
import { type Bounds, boundsOf } from '../merge/bounds.ts'
import { definitionOf, isPerSecond, selectorOf } from '../merge/definition.ts'
import type { Merge } from '../merge/merge.ts'
import type { MergedSeries } from '../merge/merged-series.ts'
import { addTally, aggregate, emptyTally, samplesOf, type Tally } from '../merge/tally.ts'
import type { Step, Track, Window } from '../merge/track.ts'
import type { Evidence } from './evidence.ts'
import type { Measurement } from './measurement.ts'
import { named } from './sentence.ts'

/** What is measured, and where more of it may be. */
interface Measured extends Evidence {
  threshold: Threshold
  selector: Selector
  aggregation: Aggregation
  /** What a counter that was silent came to. */
  zero: Tally | undefined
  /** Series that may hold samples of it, as they are the rest of a tag it names. */
  rests: readonly MergedSeries[]
}

/** A value, or its bounds where something may be missing; with the start of its window. */
type Found = Bounds & { fromMs?: number; samples?: number | undefined; isWhole: boolean }

/**
 * Measures a threshold on series of the snapshots: over the whole run, its stages, or every window. A rate per second
 * is what ended under load, in the time of that load; everything else counts what drained, too.
 */
export function measureSeries(
  threshold: Threshold,
  track: Track | undefined,
  evidence: Evidence,
): Measurement {
  const { merge, untilMs } = evidence
  const selector = selectorOf(threshold)
  const aggregation = aggregationOf(threshold)
  const rests = merge.series.restsOf(selector)
  const measured = { ...evidence, threshold, selector, aggregation, zero: zeroOf(merge, selector), rests }
  if (track?.overMs !== undefined) return measureWindows(track, track.overMs, measured)
  if (track && isPerSecond(merge.plan, threshold)) return measureRate(track, measured)
  const spentMs = track ? observedTime(merge, track.steps, untilMs) : untilMs
  const tally = track ? track.at(0) : merge.series.select(selector)
  const rest = track ? track.rest?.at(0) : sumOfSeries(rests)
  const found = spentMs > 0 ? foundIn(measured, tally, rest, spentMs) : undefined
  if (!found) return { noData: whyNothing(merge, selector, threshold) }
  return measurementOf(measured, [found], tally && samplesOf(tally))
}

/** Of a run that goes on, only the cuts count that all generators have reported. */
function measureRate(track: Track, measured: Measured): Measurement {
  const { merge, summary, untilMs, threshold, selector } = measured
  const settled = track.steps.findLastIndex(({ toMs }) => toMs <= untilMs)
  const last = summary ? track.steps.length - 1 : settled
  const steps = track.steps.slice(0, last + 1)
  const wholeRun = stagesOf(threshold).length === 0
  const loadMs = wholeRun ? Math.min(untilMs, steps.at(-1)?.toMs ?? 0) : observedTime(merge, steps, untilMs)
  const sum = (one: Track | undefined): Tally | undefined => sumOf(one, { first: 0, last }, new Map())
  const found = loadMs > 0 ? foundIn(measured, sum(track), sum(track.rest), loadMs) : undefined
  if (!found) return { noData: whyNothing(merge, selector, threshold) }
  return measurementOf(measured, [found], undefined)
}

function measureWindows(track: Track, overMs: number, measured: Measured): Measurement {
  const { merge, untilMs, windowsSinceMs } = measured
  const all: Found[] = []
  const decoded = new Map<number, Tally | undefined>()
  const decodedRest = new Map<number, Tally | undefined>()
  let observed = 0
  for (const window of track.windows()) {
    const fromMs = (track.steps[window.first] as Step).fromMs
    const toMs = (track.steps[window.last] as Step).toMs
    if (toMs <= windowsSinceMs) continue
    const steps = track.steps.slice(window.first, window.last + 1)
    if (observedTime(merge, steps, untilMs) < toMs - fromMs) continue
    observed++
    const rest = sumOf(track.rest, window, decodedRest)
    const tally = sumOf(track, window, decoded)
    const found = foundIn(measured, tally, rest, toMs - fromMs)
    if (found) all.push({ ...found, fromMs, samples: tally && samplesOf(tally) })
  }
  if (observed === 0) return { noData: `no window of ${formatDuration(overMs)} was observed` }
  if (all.length === 0) return { noData: 'no samples' }
  return measurementOf(measured, all, track.samples)
}

/** What a tally comes to, if it has samples; `rest` may have some more. */
function foundIn(
  { selector, aggregation, zero, rests }: Measured,
  tally: Tally | undefined,
  rest: Tally | undefined,
  durationMs: number,
): Found | undefined {
  const own = tally ?? zero
  if (rest === undefined || rests.length === 0) {
    const value = own && aggregate(own, aggregation, durationMs)
    return value === undefined ? undefined : { least: value, most: value, isWhole: true }
  }
  const onlyGrows = Object.hasOwn(BUILT_IN_METRICS, selector.metric)
  return { ...boundsOf(own, rest, aggregation, durationMs, onlyGrows), isWhole: false }
}

function measurementOf(
  { selector, rests }: Measured,
  all: readonly Found[],
  samples: number | undefined,
): Measurement {
  if (!all.every(({ isWhole }) => isWhole)) return { incomplete: whyIncomplete(selector, rests), bounds: all }
  const readings = all.map(({ least, fromMs, samples: own }) => ({
    value: least,
    ...(fromMs !== undefined && { fromMs, samples: own }),
  }))
  return { readings, ...(samples !== undefined && { samples }) }
}

/** Where the samples are that may be missing: `12 samples recorded as http_reqs{flow:buy,name:(other)} may belong to it`. */
function whyIncomplete({ metric, tags }: Selector, rests: readonly MergedSeries[]): string {
  const samples = sumOfSeries(rests)
  const count = samples && samplesOf(samples)
  const shown = ['flow', ...Object.keys(tags), REST]
  const places = rests.map((rest) =>
    seriesKey(metric, Object.fromEntries(Object.entries(rest.tags).filter(([tag]) => shown.includes(tag)))),
  )
  const what = count === undefined ? 'what was' : `${count} ${count === 1 ? 'sample' : 'samples'}`
  return `${what} recorded as ${named([...new Set(places)].sort())} may belong to it`
}

/** The tally of a window. `decoded` keeps those of its steps for the windows that follow. */
function sumOf(
  track: Track | undefined,
  { first, last }: Window,
  decoded: Map<number, Tally | undefined>,
): Tally | undefined {
  if (!track) return undefined
  let sum: Tally | undefined
  for (const step of decoded.keys()) if (step < first) decoded.delete(step)
  for (let step = first; step <= last; step++) {
    if (!decoded.has(step)) decoded.set(step, track.at(step))
    const tally = decoded.get(step)
    if (tally === undefined) continue
    sum ??= emptyTally(tally.kind)
    addTally(sum, tally)
  }
  return sum
}

function sumOfSeries(series: readonly MergedSeries[]): Tally | undefined {
  let sum: Tally | undefined
  for (const { tally } of series) {
    sum ??= emptyTally(tally.kind)
    addTally(sum, tally)
  }
  return sum
}

/** The part of some steps in which any generator observed the run. */
function observedTime({ cuts, observedCuts }: Merge, steps: readonly Step[], untilMs: number): number {
  let sumMs = 0
  for (const seq of steps.flatMap(({ seqs }) => seqs)) {
    const cut = cuts[seq]
    if (cut && observedCuts.has(seq)) sumMs += Math.max(0, Math.min(cut.toMs, untilMs) - cut.fromMs)
  }
  return sumMs
}

/** A counter that counts somewhere in the run, or would count faults, is 0 where it was silent. */
function zeroOf(merge: Merge, selector: Selector): Tally | undefined {
  if (definitionOf(merge.plan, selector.metric)?.kind !== 'counter') return undefined
  const isFault = FAULT_METRICS.has(selector.metric) && Object.keys(selector.tags).length === 0
  const known =
    merge.series.knows(selector) ||
    (isFault && merge.series.knows({ metric: 'iteration_start_lag', tags: {} }))
  return known ? emptyTally('counter') : undefined
}

function whyNothing(merge: Merge, selector: Selector, threshold: Threshold): string {
  const stages = stagesOf(threshold)
  const mayBe = merge.series.knows(selector) || merge.series.restsOf(selector).length > 0
  if (stages.length > 0 && mayBe) return `no samples in ${stages.join(', ')}`
  const mistagged =
    Object.keys(selector.tags).length > 0 && merge.series.knows({ metric: selector.metric, tags: {} })
  return mistagged ? `no samples of ${selector.metric} have ${writeTags(selector.tags)}` : 'no samples'
}
