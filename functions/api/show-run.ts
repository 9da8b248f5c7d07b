import { durationMs } from '../../lib/core/base/duration.ts'
import { verdictSchema } from '../../lib/core/results/verdict.ts'
import type { RunView } from '../../lib/core/run/run-view.ts'
import { renewLease } from '../../lib/run/store/lease.ts'
import { findRun } from './find-run.ts'
import { type ApiResponse, json } from './http.ts'
import type { ApiPorts } from './ports.ts'
import { runStateOf } from './run-state.ts'

/** `GET /runs/{id}`: how a run goes, or how it ended. Asking for a run with a lease keeps it going. */
export async function showRun(run: string, ports: ApiPorts): Promise<ApiResponse> {
  const entry = await findRun(ports, run)
  const { requestedAtMs, request, profile, target, quote } = entry
  const head = { run, requestedAtMs, request, profile, target, quote }
  const state = await runStateOf(entry, verdictSchema, ports)
  if (request.lease !== undefined && !state.verdict)
    await renewLease(ports.store, run, durationMs(request.lease), ports.clock.now())
  return json(200, { ...head, ...state } satisfies RunView)
}
