import { durationMs } from '../../lib/core/base/duration.ts'
import { aggregationOf, stagesOf, type Threshold } from '../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import type { OutsideSeries } from '../../lib/core/scenario/source.ts'
import type { JudgedThreshold } from '../merge/built-in-thresholds.ts'
import { originOf, outsideOf, selectorOf } from '../merge/definition.ts'
import type { Track } from '../merge/track.ts'
import { type Span, Spans } from '../sums/spans.ts'
import { throughputLinearity } from './derived.ts'
import type { Evidence } from './evidence.ts'
import { measureBuiltIn } from './measure-built-in.ts'
import { measureSeries } from './measure-series.ts'
import type { Measurement, WholeMeasurement } from './measurement.ts'
import { measurePoints, measureRise, type Point } from './points.ts'

/** Measures one threshold; `track` is what the merge kept for it. */
export function measure(
  threshold: JudgedThreshold,
  track: Track | undefined,
  evidence: Evidence,
): Measurement {
  const { merge, summary, untilMs } = evidence
  const { plan } = merge
  const stages = stagesOf(threshold)
  if (stages.length > 0 && !plan.stages.some(({ name }) => stages.includes(name)))
    return { noData: `profile ${plan.profile} has no stage ${stages.join(', ')}` }
  switch (originOf(plan, selectorOf(threshold))) {
    case 'series':
      if (threshold.builtIn) return measureBuiltIn(threshold, evidence)
      return measureSeries(threshold, track, evidence)
    case 'users':
      return measurePoints(
        merge.timeline.users.pointsUntil(untilMs),
        spansOf(plan, threshold, untilMs),
        aggregationOf(threshold),
        overOf(threshold),
      )
    case 'derived':
      if (!summary) return { noData: 'the run is not over' }
      return throughputLinearity(summary.timeline, spansOf(plan, threshold, untilMs))
    case 'outside':
      return summary ? measureOutside(threshold, plan, summary) : measureSampled(threshold, evidence)
  }
}

/** The same of a run that goes on, as far as its generators have reported; of windows, only the latest. */
function measureSampled(threshold: Threshold, evidence: Evidence): WholeMeasurement {
  const { merge, sampled = [], untilMs, windowsSinceMs } = evidence
  const { plan, startAtMs } = merge
  const isKnown = sampled.some(({ metric }) => metric === selectorOf(threshold).metric)
  // What has not risen yet may still rise.
  if (!isKnown || aggregationOf(threshold).name === 'rise') return { noData: 'the run is not over' }
  const seen = { server: sampled, startedAt: startAtMs, endedAt: startAtMs + untilMs, durationMs: untilMs }
  const measured = measureOutside(threshold, plan, seen)
  const overMs = overOf(threshold)
  if ('noData' in measured || overMs === undefined) return measured
  const readings = measured.readings.filter(({ fromMs = 0 }) => fromMs + overMs > windowsSinceMs)
  return readings.length > 0 ? { ...measured, readings } : { noData: 'no window has ended lately' }
}

/** Points count from the start of the load to its end, or within the stages; a rise may come until the run's end. */
function measureOutside(
  threshold: Threshold,
  plan: Plan,
  summary: Pick<Summary, 'startedAt' | 'endedAt' | 'durationMs'> & { server: readonly OutsideSeries[] },
): WholeMeasurement {
  const { metric } = selectorOf(threshold)
  const found = summary.server.find((series) => series.metric === metric)
  if (!found) return { noData: `source ${outsideOf(plan, metric)?.source} was not read` }
  if (found.points.length === 0) return { noData: found.noData ?? 'no samples' }
  const points = found.points.map(([at, value]): Point => [at - summary.startedAt, value])
  const aggregation = aggregationOf(threshold)
  const spans = spansOf(plan, threshold, summary.durationMs)
  const stages = stagesOf(threshold)
  if (spans.length === 0) return { noData: `the run ended before ${stages.join(', ')} began` }
  if (aggregation.name !== 'rise')
    return withNote(measurePoints(points, spans, aggregation, overOf(threshold)), found.missing)
  const span = { fromMs: spans[0]?.fromMs ?? 0, toMs: summary.endedAt - summary.startedAt }
  const risen = measureRise(points, span, stages.length === 0 ? undefined : stages.join(', '))
  const wasCutShort = summary.durationMs < (spansOf(plan, threshold, plan.durationMs).at(-1)?.toMs ?? 0)
  return wasCutShort && 'note' in risen ? { noData: 'it had not risen when the run ended' } : risen
}

function withNote(measurement: WholeMeasurement, note: string | undefined): WholeMeasurement {
  return 'noData' in measurement || note === undefined ? measurement : { ...measurement, note }
}

/** The time a threshold is about, as far as it was observed. */
function spansOf(plan: Plan, threshold: Threshold, untilMs: number): Span[] {
  const stages = stagesOf(threshold)
  const wanted =
    stages.length === 0
      ? [{ fromMs: 0, toMs: plan.durationMs }]
      : plan.stages.filter(({ name }) => stages.includes(name))
  return Spans.of(wanted).until(untilMs)
}

function overOf({ over }: Threshold): number | undefined {
  return over === undefined ? undefined : durationMs(over)
}
