import { isIP } from 'node:net'
import type { WireRequest } from '../contract/exchange-record.ts'
import { type Endpoint, endpointOf } from './endpoint.ts'
import type { TargetGuard } from './target-guard.ts'

/** An origin that load may go to. */
export interface Origin {
  /** Scheme, host and port: `http://127.0.0.1:8080`. */
  readonly url: string
  readonly endpoint: Endpoint
  /** The name that its TLS server is asked for, where that is not the origin's own. */
  readonly serverName: string | undefined
}

const PORT = /:\d*$/
const BRACKETS = /^\[|\]$/g
/** A flow may ask for origins without bounds. */
const MAX_KNOWN = 1_000

/** The origins that the users of one generator know: most of them the same. */
export class Origins {
  readonly #guard: TargetGuard
  readonly #known = new Map<string, Origin>()

  constructor(guard: TargetGuard) {
    this.#guard = guard
  }

  /** Throws `TARGET_NOT_ALLOWED`. */
  of(origin: string, serverName: string | undefined): Origin {
    const key = serverName === undefined ? origin : `${origin} ${serverName}`
    const known = this.#known.get(key)
    if (known) return known
    const url = new URL(origin)
    this.#guard.checkUrl(url)
    const created = { url: origin, endpoint: endpointOf(url), serverName }
    if (this.#known.size < MAX_KNOWN) this.#known.set(key, created)
    return created
  }
}

/**
 * The name to ask a TLS server for, where a request names a host of its own: it says which certificate the server shows, so
 * connections are not shared among names. Without TLS a host is a header like any other; an address is no such name.
 */
export function serverNameOf({ origin, headers: { host } }: Pick<WireRequest, 'origin' | 'headers'>) {
  if (host === undefined || !origin.startsWith('https:')) return undefined
  const name = host.replace(PORT, '').toLowerCase()
  const isOwn = origin.replace(PORT, '') === `https://${name}`
  return isOwn || name === '' || isIP(name.replace(BRACKETS, '')) !== 0 ? undefined : name
}
