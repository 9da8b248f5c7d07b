import { z } from 'zod'
import type { Plan } from '../plan/plan.ts'
import { windowsOf } from '../plan/slice.ts'

/** Execution time that AWS gives one Lambda invocation at most. */
export const MAX_INVOCATION_MS = 900_000
/** The longest window where that leaves room for it. */
export const MAX_WINDOW_MS = 780_000
/** How long before its window a generator is invoked: a cold start, the scenario and its data. */
export const RELAY_LEAD_MS = 15_000
/** For the last snapshots, after everything has ended. */
export const FLUSH_MS = 5_000
/** How often a generator looks for STOP: two cents an hour for 200 of them, and a stop is noticed within two seconds. */
export const STOP_POLL_MS = 1_500
/** Step Functions dispatches about 100 child workflows a second. */
const DISPATCH_MS = 10
/** Before the start of a run whatever its size: cold starts. */
const START_LEAD_MS = 10_000

/** From planning to the common start: by then the last generator has been dispatched and is up. */
export function startLeadMs(slices: number): number {
  return START_LEAD_MS + slices * DISPATCH_MS
}

/** The longest window of a plan whose first invocation also waits for the common start. */
export function longestWindowMs({ slices, gracefulStopMs }: Pick<Plan, 'slices' | 'gracefulStopMs'>): number {
  const leadMs = Math.max(startLeadMs(slices), RELAY_LEAD_MS)
  return Math.min(MAX_WINDOW_MS, MAX_INVOCATION_MS - leadMs - gracefulStopMs - FLUSH_MS)
}

/** When each slice's first window ends, from the start of the run: all that a child workflow needs to relay the rest. */
export function handoversOf(plan: Pick<Plan, 'durationMs' | 'windowMs' | 'slices'>): number[] {
  return Array.from({ length: plan.slices }, (_, slice) => windowsOf(plan, slice)[0]?.toMs as number)
}

export const claimPrefix = (run: string): string => `runs/${run}/claims/`
/** Claimed by the one invocation that carries a window: whatever invokes another makes no load twice. */
export const claimKey = (run: string, { slice, window }: { slice: number; window: number }): string =>
  `${claimPrefix(run)}${window}/${slice}`

/** The window in a claim's key; `undefined` for any other key. */
export function parseClaimKey(key: string): { window: number; slice: number } | undefined {
  const match = /^runs\/[^/]+\/claims\/(\d+)\/(\d+)$/.exec(key)
  return match ? { window: Number(match[1]), slice: Number(match[2]) } : undefined
}

/** Written when a run is ready to start: from then on there may be load, and something to judge. */
export const startKey = (run: string): string => `runs/${run}/start.json`
export const startSchema = z.strictObject({ startAtMs: z.number(), deadlineAtMs: z.number() })
export type Start = z.infer<typeof startSchema>

/** Written when no lane of any slice is left. */
export const relayedKey = (run: string): string => `runs/${run}/relayed.json`
export const relayedSchema = z.object({ atMs: z.number() })
export type Relayed = z.infer<typeof relayedSchema>

export const failurePrefix = (run: string): string => `runs/${run}/failures/`
export const failureKey = (run: string, { slice, window }: { slice: number; window: number }): string =>
  `${failurePrefix(run)}${window}-${slice}`

/** An invocation that did not end by itself; its cause is what Lambda said. */
export const failureSchema = z.object({
  slice: z.number().int(),
  window: z.number().int(),
  error: z.string(),
  cause: z.string().optional(),
})
export type Failure = z.infer<typeof failureSchema>

/** What the state machine has written down. */
export const noteSchema = z.discriminatedUnion('about', [
  z.object({ about: z.literal('relayed'), run: z.string() }),
  z.object({ about: z.literal('failure'), run: z.string(), failure: failureSchema }),
])

/** What the state machine hands a generator. Times are epoch milliseconds. */
export const generatorEventSchema = z.object({
  run: z.string(),
  slice: z.number().int().min(0),
  window: z.number().int().min(0),
  attempt: z.number().int().min(0),
  startAtMs: z.number(),
  /** No load is made after this, whatever the plan says. */
  deadlineAtMs: z.number(),
})
export type GeneratorEvent = z.infer<typeof generatorEventSchema>

/** What the planner hands the state machine: a few bytes for each slice and nothing that grows otherwise. */
export const plannedSchema = z.strictObject({
  run: z.string(),
  startAtMs: z.number(),
  deadlineAtMs: z.number(),
  durationMs: z.number(),
  windowMs: z.number(),
  relayLeadMs: z.number(),
  /** Seconds until metrics from CloudWatch have arrived. */
  settleSeconds: z.number(),
  handovers: z.array(z.number()),
})
export type Planned = z.infer<typeof plannedSchema>

/** What the planner says of a run that must not start. */
export const refusedSchema = z.strictObject({ refused: z.string(), cause: z.string() })
export type Refused = z.infer<typeof refusedSchema>
