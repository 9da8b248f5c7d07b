import { z } from 'zod'

/** A named part of the schedule. Times count from the start of the run. */
export const stageSpanSchema = z.strictObject({
  name: z.string(),
  executor: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
})
export type StageSpan = z.infer<typeof stageSpanSchema>
