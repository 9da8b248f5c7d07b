import { VolleyError } from '../../lib/core/base/errors.ts'
import type { RunEntry } from '../../lib/core/run/run-entry.ts'
import { runIdSchema } from '../../lib/core/run/run-request.ts'
import { findRunEntry } from '../../lib/run/store/run-entry.ts'
import type { ApiPorts } from './ports.ts'

/** The entry of a run. Throws `RUN_NOT_FOUND`. */
export async function findRun({ store }: ApiPorts, run: string): Promise<RunEntry> {
  const entry = runIdSchema.safeParse(run).success ? await findRunEntry(store, run) : undefined
  if (entry) return entry
  throw new VolleyError('RUN_NOT_FOUND', `there is no run ${run}`, [
    { field: 'run', value: run, limit: 'a run of this deployment', next: 'list them with volley runs' },
  ])
}
