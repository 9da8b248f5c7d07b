import type { SignatureV4 } from '@smithy/signature-v4'
import { optionalPackage } from '../package/optional-package.ts'
import { type HttpReply, httpSender } from './http-sender.ts'
import { Sha256 } from './sha256.ts'

export type { HttpReply } from './http-sender.ts'

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the endpoint. */
  path: string
  query?: Record<string, string>
  /** JSON, unless the headers say otherwise. */
  body?: string | Uint8Array
  headers?: Record<string, string>
}

/** The two halves of a call that AWS wants signed: the first needs credentials, the second a network. */
export interface SignedCalls {
  /** The headers of a call, its signature among them. */
  sign(url: URL, call: HttpCall): Promise<Record<string, string>>
  send(url: URL, call: HttpCall, headers: Record<string, string>): Promise<HttpReply>
}

/** Calls signed (Signature Version 4) for one service, with the credentials that the AWS tools of this machine use. */
export function signedCalls(service: string, region: string, timeoutMs: number): SignedCalls {
  // biome-ignore lint/style/noProcessEnv: the proxies of this machine are named there
  const send = httpSender({ environment: process.env })
  let signer: Promise<SignatureV4> | undefined
  return {
    async sign(url, { method, body, headers = {}, query }) {
      signer ??= loadSigner(service, region)
      const signed = await (await signer).sign({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        ...(query && { query }),
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
          host: url.host,
        },
        ...(body !== undefined && { body }),
      })
      return signed.headers
    },
    async send(url, { method, body }, headers) {
      const { host: _, ...sent } = headers
      const reply = await send({ method, url, headers: sent, timeoutMs, ...(body !== undefined && { body }) })
      if (reply.status >= 300 && reply.status < 400)
        throw new Error(`redirected to ${reply.header('location')}, and redirects are not followed`)
      return reply
    },
  }
}

async function loadSigner(service: string, region: string): Promise<SignatureV4> {
  const [{ defaultProvider }, { SignatureV4 }] = await optionalPackage(
    () => Promise.all([import('@aws-sdk/credential-provider-node'), import('@smithy/signature-v4')]),
    {
      what: 'calls to a deployment or to AWS',
      packages: ['@aws-sdk/credential-provider-node', '@smithy/signature-v4'],
    },
  )
  return new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256 })
}

/** The address of a call below an endpoint. */
export function addressOf(endpoint: URL, { path, query = {} }: HttpCall): URL {
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}
