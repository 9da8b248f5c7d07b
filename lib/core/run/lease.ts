import { z } from 'zod'
import { durationSchema, parseDuration } from '../base/duration.ts'

/** When somebody last asked for a run that goes on only while somebody does. */
export const leaseKey = (run: string): string => `runs/${run}/lease`
export const askedSchema = z.strictObject({ atMs: z.number() })
export type Asked = z.infer<typeof askedSchema>

const MIN_MS = 10_000
export const leaseSchema = durationSchema.refine((text) => (parseDuration(text) ?? MIN_MS) >= MIN_MS, {
  error: 'must be 10s or longer',
})
