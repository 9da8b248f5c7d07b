import { parseRunRequest } from '../../lib/core/run/run-request.ts'
import type { Quoted } from '../../lib/core/run/run-view.ts'
import { maskUrl } from '../../lib/core/secrets/mask.ts'
import { type ApiRequest, type ApiResponse, json, jsonBody } from './http.ts'
import type { ApiPorts } from './ports.ts'

/** `POST /quotes`: what a run would be and cost, whatever the budget. */
export async function quoteRun(http: ApiRequest, ports: ApiPorts): Promise<ApiResponse> {
  const plan = await ports.planAtAnyPrice(parseRunRequest(jsonBody(http)), 'quote')
  const quoted: Quoted = {
    scenario: plan.scenario.name,
    profile: plan.profile,
    target: maskUrl(plan.target.url),
    durationMs: plan.durationMs,
    peakUsers: plan.peakUsers,
    generators: plan.slices,
    quote: plan.quote,
  }
  return json(200, quoted)
}
