import { isIP } from 'node:net'
import { secretsOfUrl } from '../../core/scenario/known-secrets.ts'
import { maskText } from '../../core/secrets/mask.ts'
import { type HttpReply, httpSender } from '../http-sender.ts'
import { checkedLookup, type Resolve, systemResolve } from '../net/checked-lookup.ts'
import { forbiddenReason } from '../net/forbidden-address.ts'

/** Reads a URL as text; rejects with an `Error` that says why it can't, without what is secret in the URL. */
export type FetchText = (url: string) => Promise<string>

interface FetchTextOptions {
  timeoutMs?: number
  maxBodyBytes?: number
  resolve?: Resolve
}

const TIMEOUT_MS = 5_000
const MAX_BODY_BYTES = 16 * 1_024 * 1_024
const MAX_QUOTE = 200

/**
 * Reads over HTTP. It follows no redirect, waits no longer than its timeout and takes no larger body than allowed.
 * Sources of metrics need not be allowed targets, since they are sent no load; link-local and metadata addresses are
 * refused all the same.
 */
export function httpFetchText({
  timeoutMs = TIMEOUT_MS,
  maxBodyBytes = MAX_BODY_BYTES,
  resolve = systemResolve,
}: FetchTextOptions = {}): FetchText {
  const lookup = checkedLookup(resolve, (host, found) =>
    refusalOf(
      host,
      found.map(({ address }) => address),
    ),
  )
  const send = httpSender({ lookup, keepAlive: false, maxBodyBytes })
  return async (text) => {
    try {
      const url = new URL(text)
      refuseAddress(url)
      const reply = await send({ method: 'GET', url, timeoutMs })
      if (reply.status >= 200 && reply.status < 300) return reply.body
      throw new Error(`HTTP ${reply.status}${detailOf(reply)}`)
    } catch (error) {
      throw new Error(maskText((error as Error).message, secretsOfUrl(text)))
    }
  }
}

/** A literal address is never looked up. */
function refuseAddress({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) === 0 ? undefined : refusalOf(host, [host])
  if (refusal) throw refusal
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

function detailOf({ status, header, body }: HttpReply): string {
  if (status >= 300 && status < 400) return ` to ${header('location')}, and redirects are not followed`
  const text = body.trim().replaceAll(/\s+/g, ' ').slice(0, MAX_QUOTE)
  return text === '' ? '' : `: ${text}`
}
