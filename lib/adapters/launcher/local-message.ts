import { z } from 'zod'

const invocationSchema = z.strictObject({ slice: z.number(), window: z.number(), attempt: z.number() })

/** What the coordinator tells a generator process. */
export const orderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('prepare'),
    directory: z.string(),
    run: z.string(),
    invocation: invocationSchema,
  }),
  z.strictObject({ type: z.literal('start'), startAtMs: z.number() }),
])
export type Order = z.infer<typeof orderSchema>

/** What a generator process tells its coordinator. */
export const answerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('ended'), ending: z.string() }),
  z.strictObject({ type: z.literal('failed'), error: z.string() }),
])
export type Answer = z.infer<typeof answerSchema>
