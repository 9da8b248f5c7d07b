import { z } from 'zod'

export const stopKey = (run: string): string => `runs/${run}/STOP`

/** Written to end a run before its time; every generator looks for it. */
export const stopSchema = z.strictObject({
  by: z.enum(['user', 'threshold', 'budget', 'lease', 'infrastructure']),
  reason: z.string(),
})
export type Stop = z.infer<typeof stopSchema>
