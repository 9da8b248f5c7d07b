import { z } from 'zod'
import { type Duration, durationMs, durationSchema, writtenDuration } from '../base/duration.ts'

/** Actions that one template of AWS FIS may have. */
const MAX_ACTIONS = 20

export const templateSchema = z
  .string()
  .regex(/^EXT\w{1,61}$/, { error: 'must be the id of a template of AWS FIS: EXT…' })

/** Experiments that a stage starts: faults that are described as templates of AWS FIS. */
export const chaosSchema = z
  .array(
    z.strictObject({
      /** In charts and reports; by default the template. */
      name: z.string().min(1).max(60).optional(),
      template: templateSchema,
      /** When it starts, counted from the start of the stage. */
      after: durationSchema.default('0s'),
      /** When it is stopped at the latest, counted from its start; by default at the end of the stage. */
      for: durationSchema
        .refine((text) => /[1-9]/.test(text), { error: 'must be longer than zero' })
        .optional(),
      /** How many actions the template has: each has its price. */
      actions: z.number().int().min(1).max(MAX_ACTIONS).default(1),
    }),
  )
  .min(1)
export type Chaos = z.infer<typeof chaosSchema>

/** The chaos of a stage that gets another length: experiments keep their part of it. Rounded down, none starts after its end. */
export function rescaledChaos(chaos: Chaos | undefined, before: Duration, now: Duration): { chaos?: Chaos } {
  if (!chaos) return {}
  const factor = durationMs(now) / durationMs(before)
  const scaled = (length: Duration): number => Math.floor(durationMs(length) * factor)
  return {
    chaos: chaos.map((one) => ({
      ...one,
      after: writtenDuration(scaled(one.after)),
      ...(one.for !== undefined && { for: writtenDuration(Math.max(1, scaled(one.for))) }),
    })),
  }
}
