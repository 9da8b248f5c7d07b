import type { z } from 'zod'
import { type Mistake, VolleyError } from '../base/errors.ts'
import { mistakesOf } from '../base/mistake.ts'
import { startRequestSchema } from './start-request.ts'

/** What a user asks of a deployment: the input of its state machine, but for the name of the run. */
export const runRequestSchema = startRequestSchema.omit({ run: true })
export type RunRequest = z.infer<typeof runRequestSchema>

/** What a run may be called. */
export const runIdSchema = startRequestSchema.shape.run.unwrap()

/** The flags of the command line; the scenario has none. */
const FLAG_BY_FIELD = new Map(
  Object.keys(runRequestSchema.shape)
    .filter((field) => field !== 'scenario')
    .map((field) => [field, field === 'budgetUsd' ? '--budget' : `--${field}`]),
).set('Idempotency-Key', '--run')
const FIELD_BY_FLAG = new Map([...FLAG_BY_FIELD].map(([field, flag]) => [flag, field]))

/** Validates a request of unknown shape. Throws `INPUT_INVALID` with all mistakes. */
export function parseRunRequest(request: unknown): RunRequest {
  const parsed = runRequestSchema.safeParse(request)
  if (parsed.success) return parsed.data
  throw new VolleyError('INPUT_INVALID', 'the run cannot be planned', mistakesOf(parsed.error, request))
}

/** A mistake as the API tells it: fields of a request have the request's names. */
export function asField(mistake: Mistake): Mistake {
  return { ...mistake, field: FIELD_BY_FLAG.get(mistake.field) ?? mistake.field }
}

/** The same as the command line tells it: fields of a request have the names of their flags. */
export function asFlag(mistake: Mistake): Mistake {
  return { ...mistake, field: FLAG_BY_FIELD.get(mistake.field) ?? mistake.field }
}
