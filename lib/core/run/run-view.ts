import { z } from 'zod'
import { quoteSchema } from '../plan/quote.ts'
import { liveSchema } from '../results/live.ts'
import { stateSchema, verdictSchema } from '../results/verdict.ts'
import { runEntrySchema } from './run-entry.ts'
import { stopSchema } from './stop.ts'

/** How a run in the cloud stands. `failed`: it ended without a verdict. */
export const phaseSchema = z.enum(['starting', 'running', 'stopping', 'ended', 'failed'])
export type Phase = z.infer<typeof phaseSchema>

const headSchema = runEntrySchema.omit({ schema: true, quote: true }).extend({
  phase: phaseSchema,
  /** Why a failed run failed. */
  cause: z.string().optional(),
})

/** What the API says of one run. */
export const runViewSchema = headSchema.extend({
  quote: quoteSchema,
  /** How it goes, as of a few seconds ago. */
  live: liveSchema.optional(),
  /** Who asked it to stop, and why. */
  stop: stopSchema.optional(),
  verdict: verdictSchema.optional(),
})
export type RunView = z.infer<typeof runViewSchema>

/** The latest runs, the newest first. */
export const runListSchema = z.strictObject({
  runs: z.array(
    headSchema.omit({ request: true }).extend({
      scenario: z.string(),
      quotedUsd: z.number(),
      state: stateSchema.optional(),
      reasons: z.array(z.string()).optional(),
    }),
  ),
})
export type RunList = z.infer<typeof runListSchema>

export const startedSchema = z.strictObject({ run: z.string(), quote: quoteSchema })
export type Started = z.infer<typeof startedSchema>

/** What a run would be, and its price. */
export const quotedSchema = z.strictObject({
  scenario: z.string(),
  profile: z.string(),
  target: z.string(),
  durationMs: z.number(),
  peakUsers: z.number().int(),
  generators: z.number().int(),
  quote: quoteSchema,
})
export type Quoted = z.infer<typeof quotedSchema>

export const stoppedSchema = z.strictObject({ run: z.string(), phase: phaseSchema })
export type Stopped = z.infer<typeof stoppedSchema>

/** A scenario that the deployment has, under the name that a request for a run gives it. */
export const uploadedSchema = z.strictObject({ scenario: z.string() })
export type Uploaded = z.infer<typeof uploadedSchema>

/** Every answer that is no success. */
export const refusalSchema = z.strictObject({
  /** Stable. */
  code: z.string(),
  message: z.string(),
  /** All of them at once. */
  mistakes: z.array(
    z.strictObject({ field: z.string(), value: z.string(), limit: z.string(), next: z.string() }),
  ),
})
export type Refusal = z.infer<typeof refusalSchema>
