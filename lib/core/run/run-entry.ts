import { z } from 'zod'
import { quoteSchema } from '../plan/quote.ts'
import { runIdSchema, runRequestSchema } from './run-request.ts'

export const RUN_ENTRY_SCHEMA = 'volley.run-entry/1'
export const runEntryKey = (run: string): string => `runs/${run}/request.json`

/**
 * Prefix of the index: an empty object for every run, so that a list of runs costs one LIST per thousand runs and
 * never meets a snapshot.
 */
export const RUN_INDEX = 'run-index/'
export const runIndexKey = ({ run, requestedAtMs }: RunEntry): string =>
  `${RUN_INDEX}${String(requestedAtMs).padStart(15, '0')}/${run}`

/** What was asked for and what was answered. Written once, before the run's execution starts. */
export const runEntrySchema = z.strictObject({
  schema: z.literal(RUN_ENTRY_SCHEMA),
  run: runIdSchema,
  /** Epoch milliseconds. */
  requestedAtMs: z.number().int().min(0),
  request: runRequestSchema,
  profile: z.string(),
  target: z.string(),
  quote: quoteSchema,
})
export type RunEntry = z.infer<typeof runEntrySchema>

/** Name and time of an index key; `undefined` for any other key. */
export function parseRunIndexKey(key: string): { run: string; requestedAtMs: number } | undefined {
  const match = /^run-index\/(\d{15})\/([^/]+)$/.exec(key)
  return match ? { run: match[2] as string, requestedAtMs: Number(match[1]) } : undefined
}
