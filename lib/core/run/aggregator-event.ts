import { z } from 'zod'

/** What the aggregator is invoked with: to watch a run that goes on, or to judge one that is over. */
export const aggregatorEventSchema = z.object({
  action: z.enum(['watch', 'judge']),
  run: z.string(),
  startAtMs: z.number(),
  deadlineAtMs: z.number(),
})
export type AggregatorEvent = z.infer<typeof aggregatorEventSchema>
