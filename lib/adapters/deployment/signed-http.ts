import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { SignatureV4 } from '@smithy/signature-v4'
import { VolleyError } from '../../core/errors.ts'
import { Sha256 } from './sha256.ts'

/** API Gateway answers within 29 s or gives up. */
const TIMEOUT_MS = 35_000
/** Between tries; what is sent is idempotent, all of it. */
const RETRY_AFTER_MS = [500, 1_000, 2_000]
/** Refused for now: throttled, or a gateway on the way. */
const FOR_NOW: ReadonlySet<number> = new Set([429, 502, 503, 504])

export interface HttpCall {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below the endpoint. */
  path: string
  query?: Record<string, string>
  body?: string
  headers?: Record<string, string>
}

export interface HttpReply {
  status: number
  contentType: string
  body: string
}

export type SendSigned = (call: HttpCall) => Promise<HttpReply>

/**
 * Calls to an API Gateway with IAM authorisation, signed (Signature Version 4) with the credentials that the AWS
 * tools of this machine use. Throws `API_UNREACHABLE`, or `API_REFUSED` without credentials.
 */
export function signedHttp(endpoint: URL, region: string): SendSigned {
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: defaultProvider(),
    sha256: Sha256,
  })
  return async (call) => {
    const url = new URL(endpoint)
    url.pathname = `${url.pathname.replace(/\/$/, '')}${call.path}`
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    for (let attempt = 0; ; attempt++) {
      const last = attempt === RETRY_AFTER_MS.length
      const reply = await send(url, call, await sign(signer, url, call)).catch((error) => {
        if (last) throw unreachable(endpoint, error)
        return undefined
      })
      if (reply && (last || !FOR_NOW.has(reply.status))) return reply
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS[attempt]))
    }
  }
}

async function sign(
  signer: SignatureV4,
  url: URL,
  { method, body, headers = {}, query }: HttpCall,
): Promise<Record<string, string>> {
  try {
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      ...(query && { query }),
      headers: {
        ...headers,
        host: url.host,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    })
    return signed.headers
  } catch (error) {
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

async function send(
  url: URL,
  { method, body }: HttpCall,
  headers: Record<string, string>,
): Promise<HttpReply> {
  const { host: _, ...sent } = headers
  const response = await fetch(url, {
    method,
    headers: sent,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body }),
  })
  const contentType = response.headers.get('content-type') ?? ''
  return { status: response.status, contentType, body: await response.text() }
}

function unreachable({ href }: URL, error: unknown): VolleyError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return new VolleyError('API_UNREACHABLE', `nothing answers at ${href}: ${messageOf(cause)}`, [
    {
      field: '--endpoint',
      value: href,
      limit: 'the URL of a deployment (its output ApiUrl)',
      next: 'mend it, or see whether the stack is still deployed',
    },
  ])
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || error.name
}
