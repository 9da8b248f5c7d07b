import { maskText } from '../../lib/core/secrets/mask.ts'
import { json } from './http.ts'
import type { ApiPorts } from './ports.ts'
import { type ProxyResult, proxyEventSchema, requestOf, resultOf } from './proxy-event.ts'
import { route } from './router.ts'

/** One line for every call. */
export interface CallLog {
  method: string
  path: string
  status: number
  /** Who signed the call. */
  caller?: string
  /** What went wrong inside. */
  error?: string
}

/** Answers one event of API Gateway's proxy integration. */
export async function answer(
  event: unknown,
  ports: ApiPorts,
  log: (call: CallLog) => void,
): Promise<ProxyResult> {
  const proxied = proxyEventSchema.parse(event)
  const request = requestOf(proxied)
  const { method, path } = request
  const caller = proxied.requestContext?.identity?.userArn ?? undefined
  const call = { method, path, ...(caller !== undefined && { caller }) }
  try {
    const answered = await route(request, ports)
    log({ ...call, status: answered.status })
    return resultOf(answered, request)
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : `${error}`
    log({ ...call, status: 500, error: maskText(told) })
    const message = "the deployment could not answer; its API function's log says why"
    return resultOf(json(500, { code: 'API_REFUSED', message, mistakes: [] }), request)
  }
}
