import { VolleyError } from '../../lib/core/base/errors.ts'
import { type ApiRequest, type ApiResponse, json, refusalOf } from './http.ts'
import { listRuns } from './list-runs.ts'
import type { ApiPorts } from './ports.ts'
import { quoteRun } from './quote-run.ts'
import { reportRun } from './report-run.ts'
import { type OperationName, routesAt } from './routes.ts'
import { showRun } from './show-run.ts'
import { showScenario } from './show-scenario.ts'
import { startRun } from './start-run.ts'
import { stopRun } from './stop-run.ts'
import { uploadScenario } from './upload-scenario.ts'

type Operation = (http: ApiRequest, ports: ApiPorts, id: string) => Promise<ApiResponse>

const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  startRun,
  listRuns,
  showRun: (_, ports, run) => showRun(run, ports),
  stopRun: (_, ports, run) => stopRun(run, ports),
  reportRun: (http, ports, run) => reportRun(run, http, ports),
  quoteRun,
  showScenario: (_, ports, sha256) => showScenario(sha256, ports),
  uploadScenario: (http, ports, sha256) => uploadScenario(sha256, http, ports),
}

/** Answers a request. What a user did wrong is an answer too; anything else is thrown. */
export async function route(http: ApiRequest, ports: ApiPorts): Promise<ApiResponse> {
  const { routes, id } = routesAt(http.path)
  if (routes.length === 0) return refuse(404, `there is nothing at ${http.path}`)
  const found = routes.find(({ method }) => method === http.method)
  if (!found) {
    const methods = routes.map(({ method }) => method).join(' and ')
    return refuse(405, `${http.path} takes ${methods}, not ${http.method}`)
  }
  try {
    return await OPERATIONS[found.operation](http, ports, id)
  } catch (error) {
    if (error instanceof VolleyError) return refusalOf(error)
    throw error
  }
}

function refuse(status: number, message: string): ApiResponse {
  return json(status, { code: 'INPUT_INVALID', message, mistakes: [] })
}
