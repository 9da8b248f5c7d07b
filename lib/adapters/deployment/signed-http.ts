import { VolleyError } from '../../core/base/errors.ts'
import { addressOf, type HttpCall, type HttpReply, type SignedCalls, signedCalls } from '../signed-calls.ts'

/** API Gateway answers within 29 s or gives up. */
const TIMEOUT_MS = 35_000
/** Between tries; what is sent is idempotent, all of it. */
const RETRY_AFTER_MS = [500, 1_000, 2_000]
/** Refused for now: throttled, or a gateway on the way. */
const FOR_NOW: ReadonlySet<number> = new Set([429, 502, 503, 504])

export type SendSigned = (call: HttpCall) => Promise<HttpReply>

/**
 * Calls to an API Gateway with IAM authorisation. Throws `API_UNREACHABLE`, or `API_REFUSED` without credentials.
 */
export function signedHttp(endpoint: URL, region: string): SendSigned {
  const calls = signedCalls('execute-api', region, TIMEOUT_MS)
  return async (call) => {
    const url = addressOf(endpoint, call)
    for (let attempt = 0; ; attempt++) {
      const last = attempt === RETRY_AFTER_MS.length
      const reply = await calls.send(url, call, await sign(calls, url, call)).catch((error) => {
        if (last) throw unreachable(endpoint, error)
        return undefined
      })
      if (reply && (last || !FOR_NOW.has(reply.status))) return reply
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS[attempt]))
    }
  }
}

async function sign(calls: SignedCalls, url: URL, call: HttpCall): Promise<Record<string, string>> {
  try {
    return await calls.sign(url, call)
  } catch (error) {
    if (error instanceof VolleyError) throw error
    throw new VolleyError(
      'API_REFUSED',
      `the call cannot be signed: ${messageOf(error)}`,
      [
        {
          field: 'AWS credentials',
          value: 'none that can be used',
          limit: 'a role or user that may invoke the API (execute-api:Invoke)',
          next: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with aws sso login',
        },
      ],
      { cause: error },
    )
  }
}

function unreachable({ href }: URL, error: unknown): VolleyError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return new VolleyError('API_UNREACHABLE', `nothing answers at ${href}: ${messageOf(cause)}`, [
    {
      field: '--endpoint',
      value: href,
      limit: 'the URL of a deployment (its output ApiUrl)',
      next: 'fix it, or see whether the stack is still deployed',
    },
  ])
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || error.name
}
