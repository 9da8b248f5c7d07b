import { lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { secretsOfUrl } from '../../core/known-secrets.ts'
import { maskText } from '../../core/mask.ts'
import { forbiddenReason } from '../../forbidden-address.ts'

/** Reads a URL as text; rejects with an `Error` that says why it can't, without what is secret in the URL. */
export type FetchText = (url: string) => Promise<string>

interface FetchTextOptions {
  timeoutMs?: number
  maxBodyBytes?: number
  lookup?: LookupFunction
}

const TIMEOUT_MS = 5_000
const MAX_BODY_BYTES = 16 * 1_024 * 1_024
const LONGEST_QUOTE = 200

/**
 * Reads over HTTP. It follows no redirect, waits no longer than its timeout and takes no larger body than allowed.
 * Sources of metrics need not be allowed targets, since they are sent no load; link-local and metadata addresses are
 * refused all the same.
 */
export function httpFetchText({
  timeoutMs = TIMEOUT_MS,
  maxBodyBytes = MAX_BODY_BYTES,
  lookup = systemLookup,
}: FetchTextOptions = {}): FetchText {
  return async (text) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await open(new URL(text), permitted(lookup), signal)
      const body = await readBody(response, maxBodyBytes)
      const { statusCode = 0 } = response
      if (statusCode >= 200 && statusCode < 300) return body
      throw new Error(`HTTP ${statusCode}${detailOf(response, body)}`)
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${timeoutMs / 1_000} s`)
      throw new Error(maskText((error as Error).message, secretsOfUrl(text)))
    }
  }
}

function open(url: URL, lookup: LookupFunction, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A literal address is never looked up.
  const refused = isIP(host) === 0 ? undefined : refusalOf(host, [host])
  if (refused) return Promise.reject(refused)
  const request = { 'http:': httpRequest, 'https:': httpsRequest }[url.protocol]
  if (!request) return Promise.reject(new Error(`${url.protocol} is neither http: nor https:`))
  return new Promise((resolve, reject) => {
    request(url, { lookup, signal, agent: false }, resolve).on('error', reject).end()
  })
}

/** A look-up whose answer is an error where one of the addresses is forbidden. */
function permitted(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = error || typeof found === 'string' ? [] : found
      const refused =
        error ??
        refusalOf(
          hostname,
          addresses.map(({ address }) => address),
        )
      if (refused) callback(refused, [])
      else if (options.all) callback(null, addresses)
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
}

function refusalOf(host: string, addresses: readonly string[]): Error | undefined {
  for (const address of addresses) {
    const reason = forbiddenReason(address)
    if (reason !== undefined)
      return new Error(
        `${host === address ? host : `${host} (${address})`} is ${reason}, which is never asked`,
      )
  }
  return undefined
}

async function readBody(response: IncomingMessage, maxBodyBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBodyBytes) throw new Error(`the answer is larger than ${maxBodyBytes} B`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function detailOf({ statusCode = 0, headers }: IncomingMessage, body: string): string {
  if (statusCode >= 300 && statusCode < 400) return ` to ${headers.location}, and redirects are not followed`
  const text = body.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_QUOTE)
  return text === '' ? '' : `: ${text}`
}
