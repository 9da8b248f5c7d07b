import { z } from 'zod'

/**
 * What an incident is one of: a request that was answered with nothing or with a status that was not expected, a session of
 * messages, a call, an iteration, a check, an error that no flow waits for, or a line on the console.
 */
export const incidentPlaceSchema = z.enum([
  'request',
  'session',
  'call',
  'iteration',
  'check',
  'unhandled',
  'console',
])
export type IncidentPlace = z.infer<typeof incidentPlaceSchema>

const count = z.number().int().min(0)

const frameSchema = z.strictObject({
  /** `shop.ts:12:7`, relative to the folder of the scenario. */
  place: z.string(),
  function: z.string().optional(),
})
export type Frame = z.infer<typeof frameSchema>

/** A request and what came back. Secrets are masked, long texts cut. */
const exchangeSchema = z.strictObject({
  method: z.string(),
  url: z.string(),
  /** 0 where there was no whole response. */
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  /** How the body begins; absent where it is empty or no text. */
  body: z.string().optional(),
  /** Length of the body, its content encoding undone. */
  bodyBytes: count,
})
export type SampleExchange = z.infer<typeof exchangeSchema>

/** What is known of the first time. */
export const firstSchema = z.strictObject({
  /** From the start of the run. */
  atMs: z.number(),
  /** The step that the iteration had last asked for. */
  lastStep: z.string().optional(),
  /** The lines of the user's own files, the innermost first. */
  stack: z.array(frameSchema).optional(),
  /** The request, or the response that the flow had got last. */
  exchange: exchangeSchema.optional(),
})
export type First = z.infer<typeof firstSchema>

/** Failures that say the same of the same step, counted. */
export const incidentSchema = z.strictObject({
  where: incidentPlaceSchema,
  /** Class of the error, a status, the name of a check, or the level of a line on the console. */
  error: z.string(),
  /** Empty where it belongs to no flow. */
  flow: z.string(),
  /** Name of the step; empty for what is no step. */
  name: z.string(),
  /** As it was the first time. */
  message: z.string(),
  count,
  first: firstSchema.optional(),
})
export type Incident = z.infer<typeof incidentSchema>

/** What a generator tells of one interval: counts are deltas, and each incident is described once. */
export const incidentsSchema = z.strictObject({
  seen: z.array(incidentSchema),
  /** What found no room among them. */
  leftOut: z.array(z.strictObject({ where: incidentPlaceSchema, count })),
})
export type SnapshotIncidents = z.infer<typeof incidentsSchema>

export const MAX_MESSAGE = 500

/** Long words with digits (ids, hashes, tokens) and all numbers. */
const VARYING = /(?<![\w-])(?=[a-z_-]*\d)[\w-]{16,}|\d+/gi

/** Messages that differ in ids and numbers alone say the same. */
export function alike(message: string): string {
  return message.replace(VARYING, '#')
}

/** Cut to a number of characters, never between the halves of one. */
export function cutText(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1).toWellFormed()}…`
}

/** What tells one incident from all others. */
export function incidentKey({
  where,
  error,
  flow,
  name,
  message,
}: Omit<Incident, 'count' | 'first'>): string {
  return [where, error, flow, name, alike(message)].join('\n')
}
