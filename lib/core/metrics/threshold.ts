import { z } from 'zod'
import { durationSchema } from '../base/duration.ts'
import type { MetricKind } from './metric.ts'
import { selectorMistake } from './selector.ts'

/*
 * The grammar of a threshold, whose selector has one of its own (`selector.ts`):
 *
 *   expression  = aggregation operator number
 *   aggregation = "avg" | "min" | "max" | "med" | "count" | "rate" | "value" | "rise" | "p(" number ")"
 *   operator    = "<" | "<=" | ">" | ">=" | "==" | "!="
 *
 * "rise" is for outside metrics: the milliseconds from the start of the row's stage until the series first
 * exceeds the value it had then.
 */

export type Operator = '<' | '<=' | '>' | '>=' | '==' | '!='
export type AggregationName = 'avg' | 'min' | 'max' | 'med' | 'count' | 'rate' | 'value' | 'rise' | 'p'

export interface Aggregation {
  name: AggregationName
  /** For `p`: 0 to 100. */
  percentile?: number
}

export interface Expression {
  aggregation: Aggregation
  operator: Operator
  bound: number
}

/** Outside metrics are series of points, whatever they count at their source. */
export type Judged = MetricKind | 'points'

/** What can be asked of each kind of metric. */
export const AGGREGATIONS: Record<Judged, readonly AggregationName[]> = {
  counter: ['count', 'rate'],
  gauge: ['value', 'min', 'max'],
  rate: ['rate'],
  trend: ['avg', 'min', 'max', 'med', 'p', 'count'],
  points: ['avg', 'min', 'max', 'med', 'p', 'value', 'rise'],
}

const EXPRESSION =
  /^(avg|min|max|med|count|rate|value|rise|p\((\d+(?:\.\d+)?)\))\s*(<=|>=|==|!=|<|>)\s*(-?\d+(?:\.\d+)?)$/

const EXPRESSION_FORM = 'aggregation, operator, number: p(95)<250, rate<=0.01, count>100'

/** Parses `p(95)<250`; `undefined` where the text is no expression. */
export function parseExpression(text: string): Expression | undefined {
  const match = EXPRESSION.exec(text.trim())
  if (!match) return undefined
  const [, written = '', percentileText, operator, bound] = match
  const percentile = percentileText === undefined ? undefined : Number(percentileText)
  if (percentile !== undefined && percentile > 100) return undefined
  const aggregation: Aggregation =
    percentile === undefined ? { name: written as AggregationName } : { name: 'p', percentile }
  return { aggregation, operator: operator as Operator, bound: Number(bound) }
}

/** Whether a value keeps an expression's promise. */
export function holds({ operator, bound }: Expression, value: number): boolean {
  switch (operator) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '==':
      return value === bound
    case '!=':
      return value !== bound
  }
}

/** How an aggregation is written: `p(95)`. */
export function formatAggregation({ name, percentile }: Aggregation): string {
  return name === 'p' ? `p(${percentile})` : name
}

const expressionSchema = z
  .string()
  .refine((text) => parseExpression(text) !== undefined, { error: `must be ${EXPRESSION_FORM}` })
const selectorSchema = z.string().superRefine((text, context) => {
  const message = selectorMistake(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

/** One row of a scenario's thresholds. */
export const thresholdSchema = z
  .strictObject({
    /** What a reader of the verdict calls this row; by default the selector and aggregation. */
    title: z.string().optional(),
    /** Heading under which reports collect rows. */
    group: z.string().optional(),
    metric: selectorSchema,
    /** Broken: the run fails. */
    limit: expressionSchema.optional(),
    /** Missed: the run warns. */
    target: expressionSchema.optional(),
    /** Judge every window of this length instead of the whole run; the worst one counts. */
    over: durationSchema.optional(),
    /** Judge only these stages. */
    stage: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    /** Stop the run when the limit is broken, once `after` has passed. */
    abortOnFail: z.union([z.boolean(), z.strictObject({ after: durationSchema })]).optional(),
    /** State of the row when it saw no data. By default the verdict is inconclusive. */
    noData: z.enum(['fail', 'warn', 'pass']).optional(),
  })
  .refine((row) => row.limit !== undefined || row.target !== undefined, {
    error: 'needs a limit, a target, or both',
    path: ['limit'],
  })
  .refine((row) => sameAggregation(row.limit, row.target), {
    error: 'must aggregate as the limit does',
    path: ['target'],
  })
export type Threshold = z.infer<typeof thresholdSchema>

function sameAggregation(limit: string | undefined, target: string | undefined): boolean {
  if (limit === undefined || target === undefined) return true
  const [a, b] = [parseExpression(limit), parseExpression(target)]
  if (a === undefined || b === undefined) return true
  return formatAggregation(a.aggregation) === formatAggregation(b.aggregation)
}

/** The aggregation a row measures, from its limit or its target. */
export function aggregationOf(row: Threshold): Aggregation {
  const expression = parseExpression(row.limit ?? row.target ?? '')
  if (!expression) throw new TypeError(`threshold on ${row.metric} was not validated`)
  return expression.aggregation
}

/** The stages a row is about: none means the whole run. */
export function stagesOf(row: Threshold): readonly string[] {
  return row.stage === undefined ? [] : typeof row.stage === 'string' ? [row.stage] : row.stage
}
