import { z } from 'zod'
import { type Summary, type Values, valuesSchema } from '../../../lib/core/results/summary.ts'
import { rowSchema, type Verdict, verdictSchema } from '../../../lib/core/results/verdict.ts'
import { experimentSchema } from '../../../lib/core/scenario/experiment.ts'
import { trendOf } from '../model/key-figures.ts'
import { countStates } from '../model/row.ts'

const METRICS_SUMMARY_SCHEMA = 'volley.metrics-summary/1'

const count = z.number().min(0)

/** What a machine needs to know of a run: which thresholds hold, and the key figures. */
export const metricsSummarySchema = z.strictObject({
  schema: z.literal(METRICS_SUMMARY_SCHEMA),
  ...verdictSchema.pick({
    run: true,
    scenario: true,
    profile: true,
    environment: true,
    target: true,
    state: true,
    reasons: true,
    startedAt: true,
    endedAt: true,
  }).shape,
  /** Time in which load was observed: rates per second are about it. */
  durationMs: z.number(),
  /** How long the run drained after it. */
  drainMs: z.number().optional(),
  thresholds: z.strictObject({
    counts: z.strictObject({ pass: count, warn: count, fail: count, 'no-data': count }),
    rows: z.array(
      rowSchema.pick({
        title: true,
        group: true,
        metric: true,
        selector: true,
        aggregation: true,
        stage: true,
        over: true,
        value: true,
        unit: true,
        limit: true,
        target: true,
        state: true,
        reason: true,
        samples: true,
        worstSamples: true,
        builtIn: true,
      }),
    ),
  }),
  ...verdictSchema.pick({ requests: true, iterations: true, coverage: true, cost: true }).shape,
  /** Service time of all requests; absent where there were none. */
  latencyMs: z
    .strictObject({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
    .optional(),
  /** Every experiment of the plan. */
  experiments: z.array(experimentSchema),
  /** Every metric over all its tags. */
  metrics: z.record(z.string(), valuesSchema),
})
export type MetricsSummary = z.infer<typeof metricsSummarySchema>

export function jsonReport(verdict: Verdict, summary: Summary): string {
  return `${JSON.stringify(metricsSummary(verdict, summary), undefined, 2)}\n`
}

function metricsSummary(verdict: Verdict, summary: Summary): MetricsSummary {
  const { run, scenario, profile, environment, target, state, reasons, startedAt, endedAt } = verdict
  const { requests, iterations, coverage, cost } = verdict
  const trend = trendOf(summary, 'http_req_duration')
  const valuesOf = ([name, { values }]: [string, { values: Values }]) => [name, values] as const
  return {
    schema: METRICS_SUMMARY_SCHEMA,
    ...{ run, scenario, profile, environment, target, state, reasons, startedAt, endedAt },
    durationMs: summary.durationMs,
    drainMs: summary.drainMs,
    thresholds: { counts: countStates(verdict.thresholds), rows: verdict.thresholds.map(compliance) },
    ...{ requests, iterations, coverage, cost },
    ...(trend && { latencyMs: { p50: trend.med, p95: trend.p95, p99: trend.p99, max: trend.max } }),
    experiments: summary.experiments,
    metrics: Object.fromEntries(Object.entries(summary.metrics).map(valuesOf)),
  }
}

function compliance(row: Verdict['thresholds'][number]): MetricsSummary['thresholds']['rows'][number] {
  const { title, group, metric, selector, aggregation, stage, over } = row
  const { value, unit, limit, target, state, reason } = row
  return {
    title,
    group,
    metric,
    selector,
    aggregation,
    stage,
    over,
    value,
    unit,
    limit,
    target,
    state,
    reason,
  }
}
