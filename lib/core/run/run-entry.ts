import { z } from 'zod'
import { quoteSchema } from '../plan/quote.ts'
import { runIdSchema, runRequestSchema } from './run-request.ts'

export const RUN_ENTRY_SCHEMA = 'volley.run-entry/1'
export const runEntryKey = (run: string): string => `runs/${run}/request.json`

/**
 * Prefix of the index: an empty object for every run, so that a list of runs costs one LIST per thousand runs and
 * never meets a snapshot. Runs of one scenario, or of one of its profiles, are listed by themselves.
 */
export const RUN_INDEX = 'run-index/'

export const runIndexKey = ({ run, requestedAtMs, scenario, profile }: RunEntry): string => {
  const timed = `${String(requestedAtMs).padStart(15, '0')}/${run}`
  // An entry of an earlier version is indexed as that version did.
  return scenario === undefined ? `${RUN_INDEX}${timed}` : `${runIndexPrefix({ scenario, profile })}${timed}`
}

/** What the index keys of such runs begin with; a profile narrows the list of a scenario only. */
export function runIndexPrefix({ scenario, profile }: { scenario?: string; profile?: string }): string {
  const parts = scenario === undefined ? [] : profile === undefined ? [scenario] : [scenario, profile]
  return RUN_INDEX + parts.map((part) => `${encodeURIComponent(part)}/`).join('')
}

/** What was asked for and what was answered. Written once, before the run's execution starts. */
export const runEntrySchema = z.strictObject({
  schema: z.literal(RUN_ENTRY_SCHEMA),
  run: runIdSchema,
  /** Epoch milliseconds. */
  requestedAtMs: z.number().int().min(0),
  request: runRequestSchema,
  /** Name of the scenario; entries of earlier versions have none. */
  scenario: z.string().optional(),
  profile: z.string(),
  target: z.string(),
  quote: quoteSchema,
})
export type RunEntry = z.infer<typeof runEntrySchema>

/** What an index key tells of a run; keys of an earlier version name neither scenario nor profile. */
export interface IndexedRun {
  run: string
  /** Epoch milliseconds. */
  requestedAtMs: number
  scenario?: string
  profile?: string
}

/** `undefined` for a key that is not of the index. */
export function parseRunIndexKey(key: string): IndexedRun | undefined {
  const match = /^run-index\/(?:([^/]+)\/([^/]+)\/)?(\d{15})\/([^/]+)$/.exec(key)
  if (!match) return undefined
  const [, scenario, profile, time, run = ''] = match
  return {
    run,
    requestedAtMs: Number(time),
    ...(scenario !== undefined && { scenario: decodeURIComponent(scenario) }),
    ...(profile !== undefined && { profile: decodeURIComponent(profile) }),
  }
}
