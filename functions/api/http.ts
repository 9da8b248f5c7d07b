import { EXIT, type Mistake, VolleyError } from '../../lib/core/base/errors.ts'
import { asField } from '../../lib/core/run/run-request.ts'
import type { Refusal } from '../../lib/core/run/run-view.ts'

/** A request as operations see it. Header names are in lower case. */
export interface ApiRequest {
  method: string
  path: string
  headers: Readonly<Record<string, string | undefined>>
  query: Readonly<Record<string, string | undefined>>
  body: Uint8Array
}

export interface ApiResponse {
  status: number
  contentType: string
  body: string
}

export function json(status: number, body: unknown): ApiResponse {
  return { status, contentType: 'application/json', body: JSON.stringify(body) }
}

/** The request's body as JSON. Throws `INPUT_INVALID` where it is none. */
export function jsonBody(request: ApiRequest): unknown {
  const body = new TextDecoder().decode(request.body)
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('the body is no JSON', {
      field: 'body',
      value: body === '' ? 'not given' : body.slice(0, 60),
      limit: 'a JSON object such as {"scenario": "codepal"}',
      next: 'send one',
    })
  }
}

export function invalid(message: string, ...mistakes: Mistake[]): VolleyError {
  return new VolleyError('INPUT_INVALID', message, mistakes)
}

/** The answer to what a user did wrong, or to what the deployment cannot do now. */
export function refusalOf(error: VolleyError): ApiResponse {
  const { code, message, mistakes } = error
  return json(statusOf(error), { code, message, mistakes: mistakes.map(asField) } satisfies Refusal)
}

function statusOf({ code, exitCode }: VolleyError): number {
  if (code === 'RUN_NOT_FOUND') return 404
  if (code === 'RUN_NOT_ENDED' || code === 'RUN_EXISTS') return 409
  if (exitCode === EXIT.badInput) return 400
  return exitCode === EXIT.overBudget ? 402 : 503
}
