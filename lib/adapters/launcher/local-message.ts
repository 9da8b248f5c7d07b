import { z } from 'zod'
import type { Invocation } from '../../ports.ts'

const invocationSchema = z.strictObject({ slice: z.number(), window: z.number(), attempt: z.number() })

/** What the coordinator tells a generator process. */
export const orderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('prepare'),
    directory: z.string(),
    run: z.string(),
    invocation: invocationSchema,
    /** With its user name and password, which the stored plan does not hold. */
    targetUrl: z.string(),
  }),
  z.strictObject({ type: z.literal('start'), startAtMs: z.number() }),
])
export type Order = z.infer<typeof orderSchema>

/** What a generator process tells its coordinator. */
export const answerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** What code of the scenario printed, and where. */
  z.strictObject({ type: z.literal('line'), text: z.string(), place: z.string().optional() }),
  z.strictObject({ type: z.literal('left-out'), lines: z.number() }),
  /** Sent every second: a generator that is silent is blocked, or gone. */
  z.strictObject({ type: z.literal('alive'), connected: z.number() }),
  z.strictObject({ type: z.literal('ended'), ending: z.string() }),
  z.strictObject({
    type: z.literal('failed'),
    error: z.string(),
    /** Where the user can correct it: the code and mistakes of a `VolleyError`. */
    code: z.string().optional(),
    mistakes: z
      .array(z.object({ field: z.string(), value: z.string(), limit: z.string(), next: z.string() }))
      .optional(),
  }),
])
export type Answer = z.infer<typeof answerSchema>

/** Hears what the code of scenarios prints in generators. */
export interface GeneratorPrinted {
  onLine(invocation: Invocation, line: { text: string; place?: string | undefined }): void
  onLeftOut(invocation: Invocation, lines: number): void
}

/** Where nobody is interested. */
export const UNHEARD: GeneratorPrinted = { onLine: () => undefined, onLeftOut: () => undefined }
