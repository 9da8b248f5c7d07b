import { z } from 'zod'
import { stateSchema } from '../results/verdict.ts'

export const RUN_ENDED_SCHEMA = 'volley.run-ended/1'
/** What the event is called on EventBridge's default bus. */
export const RUN_ENDED = { source: 'volley', detailType: 'Volley Run Ended' }

/** How a run in the cloud ended, whatever ended it: the detail of an event. Times are epoch milliseconds. */
export const runEndedSchema = z.strictObject({
  schema: z.literal(RUN_ENDED_SCHEMA),
  /** The stack's name. */
  deployment: z.string(),
  run: z.string(),
  scenario: z.string().optional(),
  profile: z.string().optional(),
  target: z.string().optional(),
  /** The verdict's; `failed` where there is none: the run was refused or aborted, or broke. */
  state: z.enum([...stateSchema.options, 'failed']),
  /** Why, the weightiest first. */
  reasons: z.array(z.string()),
  endedAt: z.number(),
  cost: z.strictObject({ quotedUsd: z.number(), accruedUsd: z.number() }).optional(),
  bucket: z.string(),
  /** Key of the report, where there is one. */
  report: z.string().optional(),
})
export type RunEnded = z.infer<typeof runEndedSchema>
