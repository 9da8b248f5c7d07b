import { formatDuration } from '../lib/core/duration.ts'
import { type Selector, writeTags } from '../lib/core/selector.ts'
import { type Aggregation, aggregationOf, stagesOf, type Threshold } from '../lib/core/threshold.ts'
import { definitionOf, isPerSecond, selectorOf } from './definition.ts'
import type { Evidence } from './measure.ts'
import type { Measurement, Reading } from './measurement.ts'
import type { Merge } from './merge.ts'
import { addTally, aggregate, emptyTally, samplesOf, type Tally } from './tally.ts'
import type { Step, Track, Window } from './track.ts'

/** Counters of what should not happen. Where iterations were observed and such a counter was not, it is 0. */
const ABSENT_IS_ZERO = [
  'dropped_iterations',
  'interrupted_iterations',
  'http_lenient_responses',
  'http_retries',
  'ws_reconnects',
  'tcp_reconnects',
  'stream_reconnects',
  'mcp_reconnects',
  'ws_msgs_unread',
  'tcp_msgs_unread',
  'stream_events_unread',
  'rpc_notifications_unread',
  'negative_values',
  'orphaned_errors',
  'unawaited_calls',
  'series_overflow',
]

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
  const zero = zeroOf(merge, selector)
  if (track?.overMs !== undefined) return measureWindows(track, track.overMs, aggregation, zero, evidence)
  if (track && isPerSecond(merge.plan, threshold)) return measureRate(threshold, track, evidence, zero)
  const spentMs = track ? observedTime(merge, track.steps, untilMs) : untilMs
  const tally = (track ? track.at(0) : merge.select(selector)) ?? zero
  const value = spentMs > 0 && tally ? aggregate(tally, aggregation, spentMs) : undefined
  if (tally === undefined || value === undefined) return { noData: whyNothing(merge, selector, threshold) }
  return { readings: [{ value }], samples: samplesOf(tally) }
}

/** Of a run that goes on, only the cuts count that all generators have reported. */
function measureRate(
  threshold: Threshold,
  track: Track,
  { merge, summary, untilMs }: Evidence,
  zero: Tally | undefined,
): Measurement {
  const settled = track.steps.findLastIndex(({ toMs }) => toMs <= untilMs)
  const last = summary ? track.steps.length - 1 : settled
  const steps = track.steps.slice(0, last + 1)
  const wholeRun = stagesOf(threshold).length === 0
  const loadMs = wholeRun ? Math.min(untilMs, steps.at(-1)?.toMs ?? 0) : observedTime(merge, steps, untilMs)
  const tally = sumOf(track, { first: 0, last }, new Map()) ?? zero
  if (loadMs <= 0 || !tally) return { noData: whyNothing(merge, selectorOf(threshold), threshold) }
  return { readings: [{ value: aggregate(tally, { name: 'rate' }, loadMs) as number }] }
}

function measureWindows(
  track: Track,
  overMs: number,
  aggregation: Aggregation,
  zero: Tally | undefined,
  { merge, untilMs, windowsSinceMs }: Evidence,
): Measurement {
  const readings: Reading[] = []
  const decoded = new Map<number, Tally | undefined>()
  let observed = 0
  for (const window of track.windows()) {
    const fromMs = (track.steps[window.first] as Step).fromMs
    const toMs = (track.steps[window.last] as Step).toMs
    if (toMs <= windowsSinceMs) continue
    const steps = track.steps.slice(window.first, window.last + 1)
    if (observedTime(merge, steps, untilMs) < toMs - fromMs) continue
    observed++
    const tally = sumOf(track, window, decoded) ?? zero
    const value = tally && aggregate(tally, aggregation, toMs - fromMs)
    if (value !== undefined) readings.push({ value, fromMs, samples: tally && samplesOf(tally) })
  }
  if (observed === 0) return { noData: `no window of ${formatDuration(overMs)} was observed` }
  if (readings.length === 0) return { noData: 'no samples' }
  return { readings, samples: track.samples }
}

/** The tally of a window. `decoded` keeps those of its steps for the windows that follow. */
function sumOf(
  track: Track,
  { first, last }: Window,
  decoded: Map<number, Tally | undefined>,
): Tally | undefined {
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
  const isFault = ABSENT_IS_ZERO.includes(selector.metric) && Object.keys(selector.tags).length === 0
  const known = merge.knows(selector) || (isFault && merge.knows({ metric: 'iteration_start_lag', tags: {} }))
  return known ? emptyTally('counter') : undefined
}

function whyNothing(merge: Merge, selector: Selector, threshold: Threshold): string {
  const stages = stagesOf(threshold)
  if (stages.length > 0 && merge.knows(selector)) return `no samples in ${stages.join(', ')}`
  const mistagged =
    Object.keys(selector.tags).length > 0 && merge.knows({ metric: selector.metric, tags: {} })
  return mistagged ? `no samples of ${selector.metric} have ${writeTags(selector.tags)}` : 'no samples'
}
