import { z } from 'zod'
import { type Mistake, VolleyError } from '../base/errors.ts'
import { mistakesOf } from '../base/mistake.ts'
import { loadRequestSchema } from '../plan/make-plan.ts'
import { maskUrl } from '../secrets/mask.ts'
import { leaseSchema } from './lease.ts'

/** Run ids are parts of keys and names of executions. */
const runId = z.string().regex(/^[\w-]{1,80}$/, { error: 'must be at most 80 letters, digits, - and _' })

/** What starts a run in the cloud: the input of the state machine, as one types it in the console. */
export const startRequestSchema = loadRequestSchema.omit({ allow: true, logRequests: true }).extend({
  /** What starts a run is kept with it, and shown by consoles and logs on its way. */
  target: z
    .string()
    .refine((url) => maskUrl(url) === url, {
      error:
        'must be without credentials, which would be kept with the run: give the scenario a target.environments entry with them, or http.headers',
    })
    .optional(),
  /** A suite that is deployed with the stack, or `sha256:…`: a scenario that was uploaded. */
  scenario: z.string().min(1),
  /** The run is refused when its price is above, and stopped when it gets there. */
  budgetUsd: z.number().positive().optional(),
  /** The run is stopped when nobody has asked the API for it for so long. */
  lease: leaseSchema.optional(),
  /** A run is called as its execution: whatever ends the one ends the other. */
  run: runId.optional(),
})
export type StartRequest = z.infer<typeof startRequestSchema>

/** Validates the input of an execution. Throws `INPUT_INVALID` with all mistakes. */
export function parseStartRequest(input: unknown, execution: string): StartRequest {
  const parsed = startRequestSchema.safeParse(input)
  const mistakes: Mistake[] = parsed.success ? [] : mistakesOf(parsed.error, input)
  if (parsed.success && (parsed.data.run ?? execution) !== execution)
    mistakes.push({
      field: 'run',
      value: `${parsed.data.run}`,
      limit: `the name of its execution, ${execution}`,
      next: 'leave it out, and give the execution this name',
    })
  if (parsed.success && mistakes.length === 0) return parsed.data
  throw new VolleyError('INPUT_INVALID', 'the run cannot be started', mistakes)
}
