import { z } from 'zod'
import { StoreArchive } from '../../lib/adapters/run-archive/store.ts'
import { mistakesOf } from '../../lib/core/base/mistake.ts'
import { stateSchema } from '../../lib/core/results/verdict.ts'
import type { RunEntry } from '../../lib/core/run/run-entry.ts'
import type { RunList } from '../../lib/core/run/run-view.ts'
import { findRunEntry } from '../../lib/run/store/run-entry.ts'
import { type ApiRequest, type ApiResponse, invalid, json } from './http.ts'
import type { ApiPorts } from './ports.ts'
import { type RunState, runStateOf } from './run-state.ts'

/** Text, as a URL holds it. */
export const listQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** Name of a scenario. */
  scenario: z.string().optional(),
  profile: z.string().optional(),
  /** Epoch milliseconds: only runs that were asked for earlier. */
  before: z.coerce.number().int().min(0).optional(),
})

/** All that a list tells of a verdict: one that another version wrote does not hide the others. */
const outcomeSchema = z.object({ state: stateSchema, reasons: z.array(z.string()) })

/** `GET /runs?limit=20&scenario=shop&profile=spike`: the latest such runs, the newest first. */
export async function listRuns(http: ApiRequest, ports: ApiPorts): Promise<ApiResponse> {
  const query = listQuerySchema.safeParse(http.query)
  if (!query.success) throw invalid('the runs cannot be listed', ...mistakesOf(query.error, http.query))
  const runs = await new StoreArchive(ports.store).list(query.data)
  const rows = await Promise.all(runs.map(({ run }) => rowOf(run, ports)))
  return json(200, { runs: rows.flat() } satisfies RunList)
}

async function rowOf(run: string, ports: ApiPorts): Promise<RunList['runs']> {
  const entry = await findRunEntry(ports.store, run)
  return entry ? [describe(entry, await runStateOf(entry, outcomeSchema, ports))] : []
}

function describe(
  { run, requestedAtMs, request, scenario = request.scenario, profile, target, quote }: RunEntry,
  { phase, cause, verdict }: RunState<z.infer<typeof outcomeSchema>>,
): RunList['runs'][number] {
  return {
    run,
    requestedAtMs,
    scenario,
    profile,
    target,
    quotedUsd: quote.totalUsd,
    phase,
    ...(cause !== undefined && { cause }),
    ...(verdict && { state: verdict.state, reasons: verdict.reasons }),
  }
}
