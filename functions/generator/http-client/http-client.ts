import type { HttpSettings } from '../../../lib/core/scenario/scenario.ts'
import type { Exchange, WireRequest } from '../contract/exchange.ts'
import type { UserCookies } from '../cookies/cookie-jar.ts'
import type { CarrierKind } from '../http/carrier.ts'
import { SOCKETS } from '../http1/socket-carrier.ts'
import { HTTP2 } from '../http2/http2-carrier.ts'
import { errorClassOf, errorMessageOf } from '../metering/error-class.ts'
import { type Dial, dial as dialStraight } from '../net/dial.ts'
import { Sites, serverNameOf } from '../net/site.ts'
import type { TargetGuard } from '../net/target-guard.ts'
import type { TlsOptions } from '../net/tls-options.ts'
import { Deadlines } from '../time/deadlines.ts'
import { Call, type Caller } from './call.ts'
import { LanePool } from './lane-pool.ts'
import { type Addressed, UserConnection } from './user-connection.ts'
import type { Wiring } from './wiring.ts'

export type { Exchange, WireRequest } from '../contract/exchange.ts'
export type { Caller } from './call.ts'

/** One user's hold on its connections: its own, or those all users share. */
export interface Connection {
  /** Interrupts what is under way; nothing is begun any more. */
  interrupt(): void
  /** Interrupts what is under way and closes the connections that are the user's own. */
  close(): Promise<void>
}

/** How opening a connection ahead of the first request went: how long it took, or what failed. */
export type Warmed =
  | { error?: undefined; connectMs: number; tlsMs?: number }
  | { error: string; errorMessage: string }

export interface HttpClient {
  /** Answers fill the cookies. */
  openConnection(options?: { cookies?: UserCookies }): Connection
  /** Makes a request and follows its redirects. Failures are in the exchange. */
  request(connection: Connection, request: WireRequest, caller: Caller): void
  /** Opens a user's connection ahead of its first request, which then finds it open. `host`: where that names one of its own. */
  connect(connection: Connection, origin: string, host?: string): Promise<Warmed>
  /** Connections open now. */
  openSockets(): number
  /** Closes the connections that users share; their own close with them. */
  close(): Promise<void>
}

interface HttpClientOptions {
  http: Pick<HttpSettings, 'connections' | 'maxBodyBytes' | 'version'>
  guard: TargetGuard
  tls: TlsOptions
  /** Epoch milliseconds with a fraction. */
  now: () => number
  /** By default the one for the version of HTTP. */
  carrier?: CarrierKind
  /** By default straight. */
  dial?: Dial
}

/** As many as browsers open to one origin; where a connection carries many requests, they open one. */
const MOST_PER_USER = 6
/** A Lambda has 1,024 descriptors. */
const MOST_POOLED = 900
const NO_HEADERS = {}

export function createHttpClient({
  http,
  guard,
  tls,
  now,
  carrier = http.version === '2' ? HTTP2 : SOCKETS,
  dial = dialStraight,
}: HttpClientOptions): HttpClient {
  const { alpn, streams, forwards = false } = carrier
  const createCarrier = carrier.maker()
  const sites = new Sites(guard)
  const wiring: Wiring = {
    ...{ guard, sites, tls, now, alpn, streams, forwards, dial, createCarrier },
    sockets: { open: 0 },
  }
  const settings = { now, maxBodyBytes: http.maxBodyBytes, deadlines: new Deadlines(now) }
  const mostPerUser = streams > 1 ? 1 : MOST_PER_USER
  const shared = new PoolsByOrigin(wiring, MOST_POOLED)
  const sharedPools = { of: (request: Addressed) => shared.of(request), leave: async () => {} }
  return {
    openConnection({ cookies } = {}) {
      const pools = http.connections === 'pooled' ? sharedPools : new PoolsByOrigin(wiring, mostPerUser)
      return new UserConnection(pools, cookies)
    },
    request(connection: UserConnection, request, caller) {
      new Call(connection, settings, request, caller).start()
    },
    async connect(connection: UserConnection, origin, host) {
      const headers = host === undefined ? NO_HEADERS : { host }
      try {
        const { connectMs = 0, tlsMs } = (await connection.warm({ origin, headers })) ?? {}
        return { connectMs, ...(tlsMs === undefined ? {} : { tlsMs }) }
      } catch (error) {
        return { error: errorClassOf(error), errorMessage: errorMessageOf(error) }
      }
    },
    openSockets: () => wiring.sockets.open,
    close: () => shared.leave(),
  }
}

/** Makes a request and resolves with its last exchange; `onRedirect` gets those before it. Never rejects. */
export function exchanged(
  client: HttpClient,
  connection: Connection,
  request: WireRequest,
  onRedirect: (exchange: Exchange) => void = () => undefined,
): Promise<Exchange> {
  return new Promise((resolve) => client.request(connection, request, { onRedirect, onEnd: resolve }))
}

/** The pools of one user, or of all. Most users know one origin. */
class PoolsByOrigin {
  readonly #wiring: Wiring
  readonly #most: number
  #pools: readonly LanePool[] = []

  constructor(wiring: Wiring, most: number) {
    this.#wiring = wiring
    this.#most = most
  }

  of(request: Addressed): LanePool {
    const { sites, tls } = this.#wiring
    const { origin } = request
    const serverName = tls.serverName === undefined ? serverNameOf(request) : undefined
    for (const pool of this.#pools) {
      const { site } = pool
      if (site.origin === origin && site.serverName === serverName) return pool
    }
    const created = new LanePool(this.#wiring, sites.of(origin, serverName), this.#most)
    this.#pools = this.#pools.concat(created)
    return created
  }

  async leave(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()))
  }
}
