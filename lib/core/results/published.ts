import { z } from 'zod'
import { BUILT_IN_METRICS, type BuiltInMetric } from '../metrics/built-in-metrics.ts'
import type { MetricDefinition } from '../metrics/metric.ts'
import { parseSelector } from '../metrics/selector.ts'
import type { Plan } from '../plan/plan.ts'

export const PUBLISHED_SCHEMA = 'volley.published/1'
export const publishedKey = (run: string): string => `runs/${run}/published.json`

const MIN_INTERVAL_MS = 10_000

/** No more often than snapshots come. */
export function publishEveryMs({ intervalMs }: Pick<Plan, 'intervalMs'>): number {
  return Math.max(MIN_INTERVAL_MS, intervalMs)
}

/** Metrics that every run publishes, over all tags. */
export const PUBLISHED_METRICS = [
  'iterations',
  'iteration_failed',
  'dropped_iterations',
  'iteration_start_lag',
  'http_reqs',
  'http_req_failed',
  'http_req_duration',
  'http_req_response_time',
  'checks',
  'data_received',
] as const satisfies readonly BuiltInMetric[]

/** How a run stands at a moment; no sample adds up to them. */
export const PUBLISHED_GAUGES = {
  /** Users active. */
  vus: 'Count',
  generators_up: 'Count',
  /** Share of a CPU that the busiest generator's event loop uses, 0 to 1: above 0.85 it delays its own requests. */
  generator_loop_share: 'None',
  /** Spent, and what can't be kept from being spent. */
  accrued_usd: 'None',
} as const
export type PublishedGauge = keyof typeof PUBLISHED_GAUGES

/** What thresholds judge besides; each series costs money in every hour it is published in. */
const MAX_JUDGED = 10

/** The metrics that a run publishes: those of every run, and what its thresholds judge besides, in their order. */
export function publishedMetrics(plan: Pick<Plan, 'metrics' | 'thresholds'>): string[] {
  const always: readonly string[] = [...PUBLISHED_METRICS, ...Object.keys(PUBLISHED_GAUGES)]
  const judged = plan.thresholds
    .map(({ metric }) => parseSelector(metric)?.metric ?? '')
    .filter((metric) => !always.includes(metric) && publishable(definitionOf(plan, metric)))
  return [...PUBLISHED_METRICS, ...[...new Set(judged)].slice(0, MAX_JUDGED)]
}

/** How many series a run publishes at most, gauges included. */
export function publishedCount(plan: Pick<Plan, 'metrics' | 'thresholds'>): number {
  return publishedMetrics(plan).length + Object.keys(PUBLISHED_GAUGES).length
}

/** A metric of one slice's own, such as a gauge, adds up to nothing; one from outside is another's to publish. */
function publishable(definition: MetricDefinition | undefined): boolean {
  return definition !== undefined && definition.kind !== 'gauge'
}

function definitionOf({ metrics }: Pick<Plan, 'metrics'>, metric: string): MetricDefinition | undefined {
  if (Object.hasOwn(BUILT_IN_METRICS, metric)) return BUILT_IN_METRICS[metric as BuiltInMetric]
  return Object.hasOwn(metrics, metric) ? metrics[metric] : undefined
}

export type SeriesUnit = 'Count' | 'Milliseconds' | 'Bytes' | 'Percent' | 'None'
const UNITS: Readonly<Record<string, SeriesUnit>> = { ms: 'Milliseconds', B: 'Bytes', '%': 'Percent' }

/** CloudWatch's name of a metric's unit. */
export function seriesUnitOf({ metrics }: Pick<Plan, 'metrics'>, metric: string): SeriesUnit {
  const definition = definitionOf({ metrics }, metric)
  return UNITS[definition?.unit ?? ''] ?? (definition?.kind === 'counter' ? 'Count' : 'None')
}

/** The name of a scenario's profile as dimensions: series of later runs of the same continue those of earlier ones. */
export function seriesDimensions(plan: Pick<Plan, 'scenario' | 'profile'>): Record<string, string> {
  return { Scenario: plan.scenario.name, Profile: plan.profile }
}

const count = z.number().min(0)

/** What a metric had come to when it was published last; a trend as its encoded histogram, in base64. */
export const publishedTotalSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('counter'), sum: z.number() }),
  z.strictObject({ kind: z.literal('rate'), trues: count, total: count }),
  z.strictObject({ kind: z.literal('trend'), counts: z.string() }),
])
export type PublishedTotal = z.infer<typeof publishedTotalSchema>

/** How far a run has been published: whoever publishes next goes on from there. */
export const publishedSchema = z.strictObject({
  schema: z.literal(PUBLISHED_SCHEMA),
  totals: z.record(z.string(), publishedTotalSchema),
  failures: count,
  /** Why the latest of them failed. */
  failure: z.string().optional(),
})
export type Published = z.infer<typeof publishedSchema>
