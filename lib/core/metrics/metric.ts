import { z } from 'zod'

/** What a metric adds up to: a counter sums, a gauge keeps its latest value, a rate is true/total, a trend is an HDR histogram. */
export const metricKindSchema = z.enum(['counter', 'gauge', 'rate', 'trend'])
export type MetricKind = z.infer<typeof metricKindSchema>

export const metricDefinitionSchema = z.strictObject({
  kind: metricKindSchema,
  /** Unit of the values as the user sees them: `ms`, `%`, `B`, or none. */
  unit: z.string().max(16).default(''),
})
export type MetricDefinition = z.infer<typeof metricDefinitionSchema>

/** Tags of a series. Keys and values are short; their number is bounded by the registry of the generator. */
export type Tags = Readonly<Record<string, string>>

/** A trend stores thousandths of its unit as integers, so that milliseconds become the microseconds of the histograms. */
export const TREND_SCALE = 1_000
