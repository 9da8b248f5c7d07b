import type { RunView } from '../../lib/core/run-view.ts'
import { verdictSchema } from '../../lib/core/verdict.ts'
import { findRun } from './find-run.ts'
import { type ApiAnswer, json } from './http.ts'
import type { ApiPorts } from './ports.ts'
import { runStateOf } from './run-state.ts'

/** `GET /runs/{id}`: how a run goes, or how it ended. */
export async function showRun(run: string, ports: ApiPorts): Promise<ApiAnswer> {
  const entry = await findRun(ports, run)
  const { requestedAtMs, request, profile, target, quote } = entry
  const head = { run, requestedAtMs, request, profile, target, quote }
  return json(200, { ...head, ...(await runStateOf(entry, verdictSchema, ports)) } satisfies RunView)
}
