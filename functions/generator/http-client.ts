import { Client } from 'undici'
import type { HttpSettings } from '../../lib/core/scenario.ts'
import type { UserCookies } from './cookie-jar.ts'
import { errorClassOf, errorMessageOf } from './error-class.ts'
import type { Exchange, WireRequest } from './exchange.ts'
import { Call } from './http/call.ts'
import type { Carrier, Open } from './http/carrier.ts'
import { LanePool, type Wiring } from './http/lane-pool.ts'
import { UserConnection } from './http/user-connection.ts'
import type { TargetGuard } from './target-guard.ts'
import type { TlsOptions } from './tls-options.ts'

export type { Exchange, WireRequest } from './exchange.ts'

/** One user's hold on its connections: its own, or those all users share. */
export interface Connection {
  /** Interrupts what is under way and closes the connections that are the user's own. */
  close(): Promise<void>
}

/** How opening a connection ahead of the first request went: how long it took, or what failed. */
export type Warmed =
  | { error?: undefined; connectMs: number; tlsMs?: number }
  | { error: string; errorMessage: string }

export interface HttpClient {
  /** `signal` interrupts every request of the user; answers fill the cookies. */
  openConnection(options?: { cookies?: UserCookies; signal?: AbortSignal }): Connection
  /**
   * Makes a request and follows its redirects. `onExchange` gets every request that went, or failed to go, on the
   * wire, the last one included. Never rejects: failures are in the exchange.
   */
  request(
    connection: Connection,
    request: WireRequest,
    onExchange: (exchange: Exchange) => void,
  ): Promise<Exchange>
  /** Opens a user's connection to an origin ahead of its first request, which then finds it open. */
  connect(connection: Connection, origin: string): Promise<Warmed>
  /** Connections open now. */
  openSockets(): number
  /** Closes the connections that users share; their own close with them. */
  close(): Promise<void>
}

interface HttpClientOptions {
  http: Pick<HttpSettings, 'connections' | 'maxBodyBytes'>
  guard: TargetGuard
  tls: TlsOptions
  /** Epoch milliseconds with a fraction. */
  now: () => number
}

/** As many as browsers open to one origin. */
const MOST_PER_USER = 6
/** A Lambda has 1,024 descriptors. */
const MOST_POOLED = 900
/** A server that says how long it keeps idle connections is believed, less this. */
const KEEP_ALIVE_MARGIN_MS = 1_000
const KEEP_ALIVE_MS = 60_000
const MAX_HEADER_BYTES = 65_536

/** An HTTP/1.1 client on undici. */
export function createHttpClient({ http, guard, tls, now }: HttpClientOptions): HttpClient {
  const wiring: Wiring = { guard, tls, now, createCarrier, sockets: { open: 0 } }
  const settings = { now, maxBodyBytes: http.maxBodyBytes }
  const shared = new PoolsByOrigin(wiring, MOST_POOLED)
  return {
    openConnection({ cookies, signal } = {}) {
      const pools =
        http.connections === 'pooled'
          ? { of: (origin: string) => shared.of(origin), leave: async () => {} }
          : new PoolsByOrigin(wiring, MOST_PER_USER)
      return new UserConnection(pools, cookies, signal)
    },
    request(connection: UserConnection, request, onExchange) {
      return new Promise((resolve) => new Call(connection, settings, request, onExchange, resolve).start())
    },
    async connect(connection: UserConnection, origin) {
      try {
        const { connectMs = 0, tlsMs } = (await connection.warm(origin)) ?? {}
        return { connectMs, ...(tlsMs === undefined ? {} : { tlsMs }) }
      } catch (error) {
        return { error: errorClassOf(error), errorMessage: errorMessageOf(error) }
      }
    },
    openSockets: () => wiring.sockets.open,
    close: () => shared.leave(),
  }
}

class PoolsByOrigin {
  readonly #wiring: Wiring
  readonly #most: number
  readonly #pools = new Map<string, LanePool>()

  constructor(wiring: Wiring, most: number) {
    this.#wiring = wiring
    this.#most = most
  }

  of(origin: string): LanePool {
    const known = this.#pools.get(origin)
    if (known) return known
    const created = new LanePool(this.#wiring, origin, this.#most)
    this.#pools.set(origin, created)
    return created
  }

  async leave(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()))
  }
}

function createCarrier(origin: string, open: Open): Carrier {
  return new Client(origin, {
    connect: ({ servername }, done) =>
      open(servername || undefined, (error, socket) =>
        socket ? done(null, socket) : done(error as Error, null),
      ),
    allowH2: false,
    // The deadline of a request is one for all of it, and kept by its call.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  })
}
