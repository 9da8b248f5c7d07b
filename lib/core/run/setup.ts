import { z } from 'zod'

export const setupKey = (run: string): string => `runs/${run}/setup.json`

/** What the scenario's `setup` returned, for every generator. */
export const setupSchema = z.strictObject({ value: z.unknown().optional() })
export type Setup = z.infer<typeof setupSchema>
