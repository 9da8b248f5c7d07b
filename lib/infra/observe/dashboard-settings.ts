import { z } from 'zod'
import { resourceSchema } from '../../core/scenario/cloudwatch-source.ts'

/** `-c dashboard=codepal`, or with what the target is made of: `{"scenario": "codepal", "resources": [{"type": "ecs", …}]}`. */
export const dashboardSchema = z
  .preprocess(
    (given) => (typeof given === 'string' ? { scenario: given } : given),
    z.strictObject({
      /** A suite that is deployed with the stack. */
      scenario: z.string().min(1),
      /** As in a `cloudwatch` source. */
      resources: resourceSchema.array().default([]),
    }),
  )
  .optional()
export type DashboardSettings = NonNullable<z.infer<typeof dashboardSchema>>
