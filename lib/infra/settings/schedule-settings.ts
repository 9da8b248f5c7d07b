import { z } from 'zod'
import { runRequestSchema } from '../../core/run/run-request.ts'

/** The name and the time, which follows it, make up the name of a run: at most 80 characters. */
const MAX_NAME = 64
/** Minutes, hours, day of the month, month, day of the week, year. */
const CRON = /^(\S+\s+){5}\S+$/

const scheduleSchema = z.strictObject({
  name: z
    .string()
    .max(MAX_NAME)
    .regex(/^[\w-]+$/, { error: 'must be letters, digits, - and _' }),
  cron: z.string().trim().regex(CRON, {
    error: 'must be the six fields of EventBridge: minutes hours day month weekday year, as 0 3 * * ? *',
  }),
  timeZone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, { error: 'must be a time zone such as Europe/Berlin' }),
  /** What `POST /runs` takes. */
  run: runRequestSchema,
})
export type ScheduleSetting = z.infer<typeof scheduleSchema>

export const schedulesSchema = scheduleSchema
  .array()
  .default([])
  .refine((schedules) => new Set(schedules.map(({ name }) => name)).size === schedules.length, {
    error: 'schedules with names that differ',
  })

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}
