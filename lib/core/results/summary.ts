import { z } from 'zod'
import { metricKindSchema } from '../metrics/metric.ts'
import { experimentSchema } from '../scenario/experiment.ts'
import { outsideSeriesSchema } from '../scenario/source.ts'
import { stageSpanSchema } from '../scenario/stage.ts'
import { incidentSchema } from './incident.ts'

export const SUMMARY_SCHEMA = 'volley.summary/1'

const count = z.number().min(0)
const tags = z.record(z.string(), z.string())

/** What one series adds up to over a whole run. Trend values are in the metric's unit. */
export const valuesSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('counter'),
    /** All of it. */
    count: z.number(),
    /** How much of it ended after the load's end, while the run drained; absent for none. */
    drained: z.number().optional(),
    /** What ended under load, per second of `durationMs`. */
    perSecond: z.number(),
  }),
  z.strictObject({ kind: z.literal('rate'), rate: z.number(), trues: count, total: count }),
  z.strictObject({ kind: z.literal('gauge'), value: z.number(), min: z.number(), max: z.number() }),
  z.strictObject({
    kind: z.literal('trend'),
    count,
    /** How many of the values were out of range and count as the nearest in it; absent for none. */
    clamped: count.optional(),
    avg: z.number(),
    min: z.number(),
    med: z.number(),
    p90: z.number(),
    p95: z.number(),
    p99: z.number(),
    p999: z.number(),
    max: z.number(),
  }),
])
export type Values = z.infer<typeof valuesSchema>

const stepSchema = z.strictObject({
  flow: z.string(),
  name: z.string(),
  method: z.string(),
  count,
  /** Those served or failed, out of which `failed` is a share: the end of the run cut off the rest. */
  completed: count.optional(),
  failed: count,
  /** How many of them ended after the load's end, while the run drained; absent for none. */
  drained: count.optional(),
  /** Those that ended under load, per second of `durationMs`. */
  perSecond: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
})

/** One point of the charts. Latencies are service times; they are absent where nothing was requested. */
const pointSchema = z.strictObject({
  /** Start of the bucket, from the start of the run. */
  atMs: z.number(),
  /** Its length where it is shorter than `bucketMs`: cut off where the load ends, or the run. */
  lengthMs: z.number().optional(),
  users: count,
  requestsPerSecond: z.number(),
  failedPerSecond: z.number(),
  /** Requests served or failed, out of which the failed are a share. */
  completedPerSecond: z.number().optional(),
  iterationsPerSecond: z.number(),
  droppedPerSecond: z.number(),
  receivedBytesPerSecond: z.number(),
  sentBytesPerSecond: z.number(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  p99Ms: z.number().optional(),
  maxMs: z.number().optional(),
})

const lineOf = { metric: z.string(), unit: z.string() }
/** A value for each point of the timeline; `null` where there was no sample. */
const column = z.array(z.number().nullable())

/**
 * A metric over all its tags, along the points of the charts. `ws_sessions_open` and `tcp_sessions_open` are no metrics
 * that a threshold could ask for: they tell how many sessions were open at the end of each point's time.
 */
const metricLineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...lineOf, kind: z.literal('counter'), perSecond: z.array(z.number()) }),
  z.strictObject({ ...lineOf, kind: z.literal('rate'), rate: column }),
  z.strictObject({ ...lineOf, kind: z.literal('gauge'), value: column }),
  z.strictObject({
    ...lineOf,
    kind: z.literal('trend'),
    p50: column,
    p95: column,
    p99: column,
    max: column,
  }),
])
export type MetricLine = z.infer<typeof metricLineSchema>

const generatorSchema = z.strictObject({
  slice: z.number().int(),
  /** Time observed out of the slice's schedule. */
  observedMs: z.number(),
  plannedMs: z.number(),
  ending: z.string().optional(),
  startLateMs: z.number(),
  requests: count,
  cpuShareMax: z.number(),
  loopShareMax: z.number(),
  loopDelayP99Ms: z.number(),
  gcMs: z.number(),
  heapMaxBytes: z.number(),
  rssMaxBytes: z.number(),
  socketsMax: z.number(),
  /** Sockets out of those that its descriptors allow; 0 where the system does not tell. */
  descriptorShareMax: z.number(),
  /** Why its numbers may be its own limit and not the target's. */
  limited: z.array(z.string()),
})
export type GeneratorSummary = z.infer<typeof generatorSchema>

/** What failed of one step in one way. Of a response it has the status, of all else the class of the error. */
const failureSchema = z.strictObject({
  where: z.enum(['request', 'session', 'call', 'iteration']),
  flow: z.string(),
  /** Name of the step; empty for iterations. */
  name: z.string(),
  method: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  count,
  /** All that the step was asked for, failed or not. */
  total: count,
})
export type Failure = z.infer<typeof failureSchema>

const logLineSchema = z.strictObject({
  level: z.string(),
  text: z.string(),
  /** How often it was printed, and lines that differ from it in numbers alone. */
  count,
  /** When it was printed first, from the start of the run. */
  atMs: z.number().optional(),
  /** The line of the scenario that printed it first: `shop.ts:12:7`. */
  place: z.string().optional(),
})
export type LogLine = z.infer<typeof logLineSchema>

/** All snapshots of a run merged: what happened, before anybody judges it. */
export const summarySchema = z.strictObject({
  schema: z.literal(SUMMARY_SCHEMA),
  run: z.string(),
  scenario: z.string(),
  profile: z.string(),
  environment: z.string().optional(),
  note: z.string().optional(),
  target: z.string(),
  seed: z.number(),
  /** Epoch milliseconds. */
  startedAt: z.number(),
  endedAt: z.number(),
  /** Time in which load was observed. Rates per second are those of what ended in it, per second of it. */
  durationMs: z.number(),
  /** How long after the load's end something was still observed: iterations that the graceful stop let end. */
  drainMs: z.number().optional(),
  stages: z.array(stageSpanSchema),
  coverage: z.strictObject({
    generators: z.strictObject({ planned: count, seen: count }),
    /** Shares of the plan, 0 to 1. */
    time: z.number(),
    arrivals: z.number(),
    arrivalsPlanned: count,
    arrivalsMade: count,
  }),
  /** Every metric over all its tags. */
  metrics: z.record(
    z.string(),
    z.strictObject({ unit: z.string(), kind: metricKindSchema, values: valuesSchema }),
  ),
  /** Every series by its tags. */
  series: z.array(z.strictObject({ metric: z.string(), tags, values: valuesSchema })),
  steps: z.array(stepSchema),
  /** Service time on an HDR percentile axis. */
  distribution: z.array(z.strictObject({ percentile: z.number(), valueMs: z.number(), count })),
  /** The same for response time. */
  responseDistribution: z.array(z.strictObject({ percentile: z.number(), valueMs: z.number(), count })),
  statuses: z.array(z.strictObject({ status: z.string(), count })),
  /** Requests without an answer, sessions of WebSockets, TCP and streams, calls and iterations that failed, by class. */
  errors: z.array(
    z.strictObject({ where: z.enum(['request', 'session', 'call', 'iteration']), error: z.string(), count }),
  ),
  /** All that failed by step and cause, the most frequent first. */
  failures: z.array(failureSchema).default([]),
  checks: z.array(z.strictObject({ name: z.string(), trues: count, total: count })),
  /** What failures said, the most frequent first: bounded, secrets masked. */
  incidents: z.array(incidentSchema).default([]),
  /** Failures that are in no incident, because there was no room for what they said. */
  incidentsLeftOut: count.default(0),
  /** What flows printed on the console, as far as there was room. */
  log: z.strictObject({ lines: z.array(logLineSchema), leftOut: count }).default({ lines: [], leftOut: 0 }),
  timeline: z.strictObject({
    bucketMs: z.number(),
    points: z.array(pointSchema),
    /** What other protocols than HTTP are followed by, and the first of a scenario's own metrics. */
    metrics: z.array(metricLineSchema).default([]),
  }),
  server: z.array(outsideSeriesSchema),
  /** Every experiment of the plan. */
  experiments: z.array(experimentSchema).default([]),
  generators: z.array(generatorSchema),
})
export type Summary = z.infer<typeof summarySchema>
export type TimelinePoint = z.infer<typeof pointSchema>
export type Step = z.infer<typeof stepSchema>
