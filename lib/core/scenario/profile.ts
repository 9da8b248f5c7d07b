import { z } from 'zod'
import { thresholdSchema } from '../metrics/threshold.ts'
import { executorSchema } from '../schedule/executors.ts'

export const profileSchema = z.strictObject({
  description: z.string().optional(),
  executors: z.array(executorSchema).min(1),
  /** Rows judged besides the scenario's. A row with the title of one of them takes its place. */
  thresholds: z.array(thresholdSchema).optional(),
})
export type Profile = z.infer<typeof profileSchema>
