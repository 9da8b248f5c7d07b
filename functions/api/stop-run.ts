import { z } from 'zod'
import type { Stopped } from '../../lib/core/run/run-view.ts'
import { requestStop } from '../../lib/run/store/stop.ts'
import { findRun } from './find-run.ts'
import { type ApiResponse, json } from './http.ts'
import type { ApiPorts } from './ports.ts'
import { runStateOf } from './run-state.ts'

/** `DELETE /runs/{id}`: asks every generator to stop. A run that has its verdict keeps it as it is. */
export async function stopRun(run: string, ports: ApiPorts): Promise<ApiResponse> {
  const { phase } = await runStateOf(await findRun(ports, run), z.unknown(), ports)
  if (phase === 'ended') return json(200, { run, phase } satisfies Stopped)
  await requestStop(ports.store, run, { by: 'user', reason: 'stopped through the API' })
  return json(202, { run, phase: phase === 'failed' ? phase : 'stopping' } satisfies Stopped)
}
