import { z } from 'zod'
import { runRequestSchema } from '../../lib/core/run/run-request.ts'

/** What a schedule sends when its time has come. */
export const scheduledSchema = z.strictObject({
  schedule: z.string(),
  /** When the run was due, as in 2026-03-22T03:00:00Z; the same however often it is sent. */
  scheduledAt: z.iso.datetime(),
  run: runRequestSchema,
})
export type Scheduled = z.infer<typeof scheduledSchema>

/**
 * The name of a scheduled run, and of its execution. A schedule is delivered at least once; since the second
 * delivery asks for the same name, it starts nothing.
 */
export function scheduledRunName({ schedule, scheduledAt }: Scheduled): string {
  const when = new Date(scheduledAt).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return `${schedule}-${when}`
}
