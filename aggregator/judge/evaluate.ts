import type { Plan } from '../../lib/core/plan/plan.ts'
import type { GeneratorEnd } from '../../lib/core/results/observed.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import { type Row, type State, VERDICT_SCHEMA, type Verdict } from '../../lib/core/results/verdict.ts'
import type { Stop } from '../../lib/core/run/stop.ts'
import { isShown, judgedThresholds } from '../merge/built-in-thresholds.ts'
import type { Merge } from '../merge/merge.ts'
import { samplesIn, totalOf } from '../summary/totals.ts'
import { caveatsOf, clampedSentence, droppedSentence, refusedSentence } from './caveats.ts'
import { flowRemarks } from './flow-remarks.ts'
import { measure } from './measure.ts'
import { overflowSentences } from './overflow-sentence.ts'
import { effectOf, rowOf } from './row.ts'
import { rowSentence } from './sentence.ts'

export interface Evaluated {
  plan: Plan
  merge: Merge
  summary: Summary
  /** How the generators ended, as far as anybody knows. */
  ends?: readonly GeneratorEnd[]
  /** Why the end of the run was not seen, if it was not. */
  cutShort?: string | undefined
  /** Why the run was stopped before its end, if it was. */
  stop?: Stop | undefined
  /** What else the reader should know; it changes no state. */
  remarks?: readonly string[]
  /** What the run cost up to now. */
  accruedUsd?: number
}

/**
 * Judges a run. It is inconclusive if something is missing that the plan promised or a generator was at its own limit:
 * then no number can be trusted. Else a broken limit fails it, a threshold without data leaves it inconclusive, and a
 * missed target warns. A run that a threshold stopped has failed, whatever else is missing because of that.
 */
export function evaluate(evaluated: Evaluated): Verdict {
  const { plan, merge, summary, stop, accruedUsd = 0 } = evaluated
  const evidence = { merge, summary, untilMs: summary.durationMs, windowsSinceMs: 0 }
  const rows = judgedThresholds(plan).flatMap((threshold, i) => {
    const measurement = measure(threshold, merge.tracks[i], evidence)
    return isShown(threshold, !('noData' in measurement)) ? [rowOf(plan, threshold, measurement)] : []
  })
  const { generators, time, arrivals } = summary.coverage
  const caveats = caveatsOf({ summary, ends: evaluated.ends ?? [], cutShort: evaluated.cutShort, stop })
  return {
    schema: VERDICT_SCHEMA,
    run: summary.run,
    scenario: summary.scenario,
    profile: summary.profile,
    ...(summary.environment !== undefined && { environment: summary.environment }),
    ...(summary.note !== undefined && { note: summary.note }),
    target: summary.target,
    state: stateOf(rows, caveats, stop),
    reasons: [
      ...reasonsOf(rows, caveats, { merge, summary, stop }),
      ...refusedSentence(merge),
      ...(evaluated.remarks ?? []),
    ],
    startedAt: summary.startedAt,
    endedAt: summary.endedAt,
    coverage: { generators, time, arrivals },
    spans: { loadMs: summary.durationMs, drainMs: summary.drainMs ?? 0 },
    requests: requestsOf(summary),
    iterations: {
      count: totalOf(summary, 'iterations'),
      started: samplesIn(summary, 'iteration_start_lag'),
      failed: totalOf(summary, 'iteration_failed'),
      dropped: totalOf(summary, 'dropped_iterations'),
    },
    thresholds: rows,
    cost: { quotedUsd: plan.quote.totalUsd, accruedUsd },
    generators: {
      count: plan.slices,
      limited: summary.generators
        .filter(({ limited }) => limited.length > 0)
        .map(({ slice, limited }) => ({ slice, reasons: limited })),
    },
  }
}

function requestsOf(summary: Summary): Verdict['requests'] {
  const values = summary.metrics.http_reqs?.values
  const { count, drained, perSecond } = values?.kind === 'counter' ? values : { count: 0, perSecond: 0 }
  const failed = totalOf(summary, 'http_req_failed')
  const completed = samplesIn(summary, 'http_req_failed')
  return { count, completed, ...(drained !== undefined && { drained }), failed, perSecond }
}

function stateOf(rows: readonly Row[], caveats: readonly string[], stop: Stop | undefined): State {
  if (stop?.by === 'threshold') return 'fail'
  if (caveats.length > 0) return 'inconclusive'
  const effects = rows.map(effectOf)
  return (['fail', 'inconclusive', 'warn'] as const).find((state) => effects.includes(state)) ?? 'pass'
}

/** What decided the state comes first. */
function reasonsOf(
  rows: readonly Row[],
  caveats: readonly string[],
  { merge, summary, stop }: Pick<Evaluated, 'merge' | 'summary' | 'stop'>,
): string[] {
  const sentences = (effect: State): string[] =>
    rows.filter((row) => effectOf(row) === effect).map(rowSentence)
  // Where the whole run can't be trusted, rows without data say nothing new.
  const undecided = caveats.length > 0 ? [] : sentences('inconclusive')
  const remarks = [
    ...undecided,
    ...sentences('warn'),
    ...droppedSentence(summary),
    ...clampedSentence(summary),
    ...flowRemarks(summary),
  ]
  // Rows are listed wherever reasons are; what is told apart no more is said here alone.
  const failed = [...overflowSentences(merge), ...sentences('fail')]
  if (stop?.by === 'threshold')
    return [`the run was stopped by a threshold: ${stop.reason}`, ...failed, ...caveats, ...remarks]
  const reasons = [...caveats, ...failed, ...remarks]
  return reasons.length > 0 ? reasons : [heldSentence(rows)]
}

function heldSentence(rows: readonly Row[]): string {
  const held = rows.filter(({ state }) => state === 'pass').length
  if (held === rows.length) return held === 1 ? 'the threshold holds' : `all ${held} thresholds hold`
  return `${held} of ${rows.length} thresholds hold; the others have no data, which they allow`
}
