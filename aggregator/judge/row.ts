import {
  aggregationOf,
  type Expression,
  formatAggregation,
  holds,
  parseExpression,
  stagesOf,
  type Threshold,
} from '../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import type { Row } from '../../lib/core/results/verdict.ts'
import { isSurelyBroken } from '../merge/bounds.ts'
import type { JudgedThreshold } from '../merge/built-in-thresholds.ts'
import { definitionOf, originOf, outsideOf, selectorOf } from '../merge/definition.ts'
import type { Measurement, Reading } from './measurement.ts'

/** Holds what was measured against a threshold. Of several windows, the worst one's value is the row's. */
export function rowOf(plan: Plan, threshold: JudgedThreshold, measurement: Measurement): Row {
  const about = describe(plan, threshold)
  if ('noData' in measurement)
    return { ...about, value: null, state: 'no-data', reason: `no data: ${measurement.noData}` }
  if ('incomplete' in measurement) return incompleteRow(about, threshold, measurement)
  const { readings, samples, note } = measurement
  const limit = expressionOf(threshold.limit)
  const target = expressionOf(threshold.target)
  const broken = limit && readings.find(({ value }) => !holds(limit, value))
  const missed = target && readings.some(({ value }) => !holds(target, value))
  const worst = worstOf(readings, (limit ?? target) as Expression)
  return {
    ...about,
    value: Number.isFinite(worst.value) ? worst.value : null,
    state: broken ? 'fail' : missed ? 'warn' : 'pass',
    ...(note !== undefined && { reason: note }),
    ...(broken?.fromMs !== undefined && { firstFailedAtMs: broken.fromMs }),
    ...(samples !== undefined && { samples }),
    ...(worst.samples !== undefined && { worstSamples: worst.samples }),
  }
}

/**
 * Fails where no sample that is missing could bring it within its limit. Otherwise it cannot be judged, whatever the row
 * says of a lack of data: there is data, and some of it may be its own.
 */
function incompleteRow(
  about: RowAbout,
  threshold: Threshold,
  { incomplete, bounds }: Extract<Measurement, { incomplete: string }>,
): Row {
  const limit = expressionOf(threshold.limit)
  const broken = limit && bounds.find((one) => isSurelyBroken(limit, one))
  if (!broken)
    return {
      ...about,
      value: null,
      state: 'no-data',
      noData: 'inconclusive',
      reason: `not all data: ${incomplete}`,
    }
  const isLeast = broken.least > limit.bound || !Number.isFinite(broken.most)
  return {
    ...about,
    value: isLeast ? broken.least : broken.most,
    state: 'fail',
    reason: `${isLeast ? 'at least' : 'at most'} this: ${incomplete}`,
    ...(broken.fromMs !== undefined && { firstFailedAtMs: broken.fromMs }),
  }
}

/** What the row does to the verdict. */
export function effectOf({ state, noData }: Row): Exclude<Row['state'], 'no-data'> | 'inconclusive' {
  return state === 'no-data' ? noData : state
}

type RowAbout = Omit<Row, 'value' | 'state' | 'reason' | 'firstFailedAtMs' | 'samples' | 'worstSamples'>

function describe(plan: Plan, threshold: JudgedThreshold): RowAbout {
  const { metric, tags } = selectorOf(threshold)
  const aggregation = formatAggregation(aggregationOf(threshold))
  const { group, limit, target, over } = threshold
  const stages = stagesOf(threshold)
  return {
    title: threshold.title ?? `${threshold.metric} ${aggregation}`,
    ...(group !== undefined && { group }),
    metric,
    ...(Object.keys(tags).length > 0 && { selector: { ...tags } }),
    aggregation,
    ...(limit !== undefined && { limit }),
    ...(target !== undefined && { target }),
    ...(over !== undefined && { over }),
    ...(stages.length > 0 && { stage: [...stages] }),
    unit: unitOf(plan, threshold),
    noData: threshold.noData ?? 'inconclusive',
    ...(threshold.builtIn && { builtIn: true }),
  }
}

/** A rise is a time, a counter's rate is per second, and a number of samples has no unit. */
function unitOf(plan: Plan, threshold: Threshold): string {
  const { name } = aggregationOf(threshold)
  if (name === 'rise') return 'ms'
  const selector = selectorOf(threshold)
  if (originOf(plan, selector) === 'outside') return outsideOf(plan, selector.metric)?.unit ?? ''
  const { kind, unit } = definitionOf(plan, selector.metric) ?? { kind: undefined, unit: '' }
  if (kind === 'counter' && name === 'rate') return `${unit}/s`
  return kind === 'trend' && name === 'count' ? '' : unit
}

function expressionOf(text: string | undefined): Expression | undefined {
  return text === undefined ? undefined : parseExpression(text)
}

/** The first of the readings that are furthest on the wrong side of an expression. */
function worstOf(readings: readonly Reading[], expression: Expression): Reading {
  return readings.reduce((worst, reading) =>
    badness(expression, reading.value) > badness(expression, worst.value) ? reading : worst,
  )
}

function badness({ operator, bound }: Expression, value: number): number {
  switch (operator) {
    case '<':
    case '<=':
      return value
    case '>':
    case '>=':
      return -value
    case '==':
      return Math.abs(value - bound)
    case '!=':
      return -Math.abs(value - bound)
  }
}
