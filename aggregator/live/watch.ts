import { durationMs } from '../../lib/core/base/duration.ts'
import { type Expression, parseExpression, type Threshold } from '../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { overBudget } from '../../lib/core/price/accrued-cost.ts'
import type { Live } from '../../lib/core/results/live.ts'
import type { Row } from '../../lib/core/results/verdict.ts'
import type { Stop } from '../../lib/core/run/stop.ts'
import type { OutsideSeries } from '../../lib/core/scenario/source.ts'
import { costOf } from '../judge/cost.ts'
import type { Evidence } from '../judge/evidence.ts'
import { measure } from '../judge/measure.ts'
import { rowOf } from '../judge/row.ts'
import { rowSentence } from '../judge/sentence.ts'
import { judgedThresholds } from '../merge/built-in-thresholds.ts'
import { definitionOf } from '../merge/definition.ts'
import type { Merge } from '../merge/merge.ts'
import { aggregate } from '../merge/tally.ts'
import { SHARE } from '../report/model/figure.ts'

/** Requests per second are those of the latest seconds that all generators have reported. */
const RECENT_SECONDS = 5
const SECOND_MS = 1_000

/** Where a run stands, as far as snapshots have come in. */
export type LiveTotals = Omit<Live, 'generatorsUp' | 'stopping'>

/** Where a run stands now. `nowMs` is epoch time. */
export function live(
  plan: Plan,
  merge: Merge,
  nowMs: number,
  sampled: readonly OutsideSeries[] = [],
): LiveTotals {
  const elapsedMs = nowMs - merge.startAtMs
  const second = Math.floor(merge.settledMs / SECOND_MS)
  const recentFrom = Math.max(0, second - RECENT_SECONDS)
  const requests = merge.timeline.requestsBetween(recentFrom, second)
  const failed = merge.series.select({ metric: 'http_req_failed', tags: {} })
  const served = merge.series.select({ metric: 'http_req_duration', tags: {} })
  const p95Ms = served && aggregate(served, { name: 'p', percentile: 95 }, elapsedMs)
  const stages = stagesAt(plan, elapsedMs)
  const worst = worstOf(liveRows(plan, merge, sampled).map(({ row }) => row))
  return {
    run: plan.run,
    elapsedMs,
    durationMs: plan.durationMs,
    ...(stages.length > 0 && { stage: stages.join(', ') }),
    users: merge.timeline.users.at(Math.max(0, second - 1)),
    requestsPerSecond: second > recentFrom ? requests / (second - recentFrom) : 0,
    ...(p95Ms !== undefined && { p95Ms }),
    failedShare: failed?.kind === 'rate' && failed.total > 0 ? failed.trues / failed.total : 0,
    generatorsPlanned: plan.slices,
    ...(worst && { worst: inShort(plan, worst) }),
    ...(plan.quote.totalUsd > 0 && { cost: liveCost(merge, nowMs) }),
  }
}

function liveCost(merge: Merge, nowMs: number): LiveTotals['cost'] {
  return { quotedUsd: merge.plan.quote.totalUsd, accruedUsd: costOf(merge, nowMs).accruedUsd }
}

function inShort(plan: Plan, { title, metric, value, unit, limit, target, state }: Row): LiveTotals['worst'] {
  const isShare = definitionOf(plan, metric)?.kind === 'rate'
  return { title, value: value ?? 0, unit: isShare ? SHARE : unit, limit: limit ?? target ?? '', state }
}

/** Why a run must be stopped now, if it must: a threshold asks for it, or its budget is used up. */
export function reasonToStop(
  plan: Plan,
  merge: Merge,
  nowMs: number,
  sampled: readonly OutsideSeries[] = [],
): Stop | undefined {
  const [breach] = breaches(plan, merge, nowMs, sampled)
  if (breach !== undefined) return { by: 'threshold', reason: breach }
  return plan.budgetUsd === undefined ? undefined : overBudget(plan, costOf(merge, nowMs))
}

/**
 * The thresholds that are broken now and ask for the run to be stopped, in words. Of windows only the latest count:
 * earlier ones were seen before. `nowMs` is epoch time.
 */
export function breaches(
  plan: Plan,
  merge: Merge,
  nowMs: number,
  sampled: readonly OutsideSeries[] = [],
): string[] {
  const elapsedMs = nowMs - merge.startAtMs
  return liveRows(plan, merge, sampled)
    .filter(({ threshold, row }) => row.state === 'fail' && elapsedMs >= abortsAfterMs(threshold))
    .map(({ row }) => rowSentence(row))
}

function abortsAfterMs({ abortOnFail }: Threshold): number {
  if (abortOnFail === undefined || abortOnFail === false) return Number.POSITIVE_INFINITY
  return abortOnFail === true ? 0 : durationMs(abortOnFail.after)
}

/** Rows that have data, without those that more of the run may still fix. */
function liveRows(
  plan: Plan,
  merge: Merge,
  sampled: readonly OutsideSeries[],
): { threshold: Threshold; row: Row }[] {
  return judgedThresholds(plan).flatMap((threshold, i) => {
    const track = merge.tracks[i]
    const evidence: Evidence = {
      merge,
      sampled,
      untilMs: merge.settledMs,
      windowsSinceMs: merge.settledMs - durationMs(threshold.over ?? '0s'),
    }
    const row = rowOf(plan, threshold, measure(threshold, track, evidence))
    return row.state === 'no-data' || mayMend(threshold, row) ? [] : [{ threshold, row }]
  })
}

/** Counts and maxima only grow, minima only fall: what a whole run promises of them is broken for good, or not yet. */
function mayMend({ limit, over }: Threshold, { state, value, aggregation }: Row): boolean {
  const expression = parseExpression(limit ?? '')
  if (!expression || state !== 'fail' || value === null || over !== undefined) return false
  if (aggregation === 'count' || aggregation === 'max') return !brokenFromBelow(expression, value)
  return aggregation === 'min' && !brokenFromAbove(expression, value)
}

/** Whether growing can't fix it. */
function brokenFromBelow({ operator, bound }: Expression, value: number): boolean {
  return operator === '<' || operator === '<=' || (operator === '==' && value > bound)
}

/** Whether falling can't fix it. */
function brokenFromAbove({ operator, bound }: Expression, value: number): boolean {
  return operator === '>' || operator === '>=' || (operator === '==' && value < bound)
}

const SEVERITY = { 'no-data': 0, pass: 1, warn: 2, fail: 3 }

/** The worst state, and of several rows in it the one that has used up most of its limit. */
function worstOf(rows: readonly Row[]): Row | undefined {
  return rows.reduce<Row | undefined>((worst, row) => {
    if (worst === undefined) return row
    const difference = SEVERITY[row.state] - SEVERITY[worst.state]
    return difference > 0 || (difference === 0 && usedUp(row) > usedUp(worst)) ? row : worst
  }, undefined)
}

/** How far a value has come towards its bound: 1 is there, more is beyond. */
function usedUp({ value, limit, target }: Row): number {
  const expression = parseExpression(limit ?? target ?? '')
  if (!expression || value === null) return 0
  const { operator, bound } = expression
  const share = operator === '>' || operator === '>=' ? bound / value : value / bound
  return Number.isNaN(share) ? 0 : share
}

function stagesAt(plan: Plan, elapsedMs: number): string[] {
  const present = plan.stages.filter(({ fromMs, toMs }) => fromMs <= elapsedMs && elapsedMs < toMs)
  return [...new Set(present.map(({ name }) => name))]
}
