import { z } from 'zod'
import { metricDefinitionSchema } from '../metrics/metric.ts'
import { thresholdSchema } from '../metrics/threshold.ts'
import { plannedExperimentSchema } from '../scenario/experiment.ts'
import { sourcesSchema } from '../scenario/source.ts'
import { stageSpanSchema } from '../scenario/stage.ts'
import { executorSchema } from '../schedule/executors.ts'
import { quoteSchema } from './quote.ts'

export const PLAN_SCHEMA = 'volley.plan/1'
export const planKey = (run: string): string => `runs/${run}/plan.json`

/** Everything every process of a run must agree on. Written once, before anything starts. */
export const planSchema = z.strictObject({
  schema: z.literal(PLAN_SCHEMA),
  run: z.string(),
  scenario: z.strictObject({
    name: z.string(),
    /** URL of the module that holds the flows. */
    module: z.string(),
  }),
  profile: z.string(),
  environment: z.string().optional(),
  note: z.string().optional(),
  seed: z.number().int(),
  target: z.strictObject({
    url: z.string(),
    /** Hosts that may be sent requests besides loopback. */
    allow: z.array(z.string()),
    /** What the connections go through. */
    proxy: z.string().optional(),
  }),
  /** What writes and reads HTTP; by default Volley itself. */
  carrier: z.literal('undici').optional(),
  flows: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
  executors: z.array(executorSchema),
  stages: z.array(stageSpanSchema),
  /** Faults that stages start, in the order of the stages. */
  experiments: z.array(plannedExperimentSchema).default([]),
  /** Length of the schedule, without the graceful stop. */
  durationMs: z.number(),
  /** The longest graceful stop after it. */
  gracefulStopMs: z.number(),
  /** Iterations the arrival and iteration-count executors must make; users with think time promise none. */
  plannedArrivals: z.number().int(),
  peakUsers: z.number().int(),
  /** Connections that each user has open at once at most. */
  connectionsPerUser: z.number().int().min(1).default(1),
  slices: z.number().int().min(1),
  /** Longest part of a slice that one process carries. */
  windowMs: z.number(),
  /** Length of a snapshot's interval. */
  intervalMs: z.number(),
  /** Custom metrics; the built-in ones are the same for every run. */
  metrics: z.record(z.string(), metricDefinitionSchema),
  sources: sourcesSchema,
  thresholds: z.array(thresholdSchema),
  quote: quoteSchema,
  /** The run is stopped when it has cost this much; on one machine there is no such limit. */
  budgetUsd: z.number().optional(),
  /** The run is stopped when nobody has asked for it for so long. */
  leaseMs: z.number().optional(),
  /** Raw log of every request, for debugging. */
  logRequests: z.string().optional(),
})
export type Plan = z.infer<typeof planSchema>
