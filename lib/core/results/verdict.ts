import { z } from 'zod'
import { EXIT } from '../base/errors.ts'

export const VERDICT_SCHEMA = 'volley.verdict/1'
export const verdictKey = (run: string): string => `runs/${run}/verdict.json`

export const stateSchema = z.enum(['pass', 'warn', 'fail', 'inconclusive'])
export type State = z.infer<typeof stateSchema>

const count = z.number().min(0)

/**
 * One threshold, judged. Every threshold of the plan has its row, whatever happened; the built-in ones have one where
 * the run did what they judge.
 */
export const rowSchema = z.strictObject({
  title: z.string(),
  group: z.string().optional(),
  /** Metric without its tags. */
  metric: z.string(),
  selector: z.record(z.string(), z.string()).optional(),
  /** What was measured, as in `p(95)`. */
  aggregation: z.string(),
  limit: z.string().optional(),
  target: z.string().optional(),
  over: z.string().optional(),
  stage: z.array(z.string()).optional(),
  /** Measured, in the metric's unit; `null` where there was no data. */
  value: z.number().nullable(),
  unit: z.string(),
  state: z.enum(['pass', 'warn', 'fail', 'no-data']),
  /** What a row without data does to the verdict. */
  noData: z.enum(['fail', 'warn', 'pass', 'inconclusive']),
  reason: z.string().optional(),
  /** Start of the first window that broke the limit, from the start of the run. */
  firstFailedAtMs: z.number().optional(),
  samples: count.optional(),
  /** Those behind `value`, where it is that of the worst window or check. */
  worstSamples: count.optional(),
  /** It judges what no threshold of the scenario does. */
  builtIn: z.boolean().optional(),
})
export type Row = z.infer<typeof rowSchema>

/** A summary, judged. */
export const verdictSchema = z.strictObject({
  schema: z.literal(VERDICT_SCHEMA),
  run: z.string(),
  scenario: z.string(),
  profile: z.string(),
  environment: z.string().optional(),
  note: z.string().optional(),
  target: z.string(),
  state: stateSchema,
  /** Why, the weightiest first. */
  reasons: z.array(z.string()),
  startedAt: z.number(),
  endedAt: z.number(),
  coverage: z.strictObject({
    generators: z.strictObject({ planned: count, seen: count }),
    time: z.number(),
    arrivals: z.number(),
  }),
  /** The time of load that was observed, which rates per second are about, and how long the run drained after it. */
  spans: z.strictObject({ loadMs: z.number(), drainMs: z.number() }).optional(),
  requests: z.strictObject({
    count,
    /** Those served or failed, out of which `failed` is a share: the end of the run cut off the rest. */
    completed: count.optional(),
    /** How many of them ended while the run drained; absent for none. */
    drained: count.optional(),
    failed: count,
    /** Those that ended under load, per second of it. */
    perSecond: z.number(),
  }),
  iterations: z.strictObject({
    /** Those that ended, out of which `failed` is a share. */
    count,
    /** With `dropped`, all that were due: some of these may have been interrupted. */
    started: count.optional(),
    failed: count,
    dropped: count,
  }),
  thresholds: z.array(rowSchema),
  cost: z.strictObject({ quotedUsd: z.number(), accruedUsd: z.number() }),
  generators: z.strictObject({
    count,
    limited: z.array(z.strictObject({ slice: z.number(), reasons: z.array(z.string()) })),
  }),
})
export type Verdict = z.infer<typeof verdictSchema>

/** The exit code that a verdict gives the command line. */
export function exitCodeOf(state: State): number {
  return { pass: EXIT.ok, warn: EXIT.ok, fail: EXIT.fail, inconclusive: EXIT.inconclusive }[state]
}
