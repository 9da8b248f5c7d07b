import { z } from 'zod'

/** What a target's process tells the process that forked it, once. */
export const processMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('listening'), url: z.string() }),
  z.strictObject({
    type: z.literal('failed'),
    /** Code of the `VolleyError`. */
    code: z.string(),
    message: z.string(),
    mistakes: z.array(
      z.strictObject({ field: z.string(), value: z.string(), limit: z.string(), next: z.string() }),
    ),
  }),
])

export type ProcessMessage = z.infer<typeof processMessageSchema>
