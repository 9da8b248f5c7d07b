import type { HttpSettings } from '../../../lib/core/scenario/scenario.ts'
import type { ExchangeRecord, WireRequest } from '../contract/exchange-record.ts'
import type { UserCookies } from '../cookies/cookie-jar.ts'
import type { CarrierKind } from '../http/carrier.ts'
import { errorClassOf, errorMessageOf } from '../metering/error-class.ts'
import type { Dial } from '../net/dial.ts'
import { Origins, serverNameOf } from '../net/origin.ts'
import type { TargetGuard } from '../net/target-guard.ts'
import type { TlsOptions } from '../net/tls-options.ts'
import { Deadlines } from '../time/deadlines.ts'
import { Call, type Caller } from './call.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { ConnectionPool } from './connection-pool.ts'
import { ownRoute } from './route.ts'
import { type Addressed, UserHttpState } from './user-http-state.ts'

export type { ExchangeRecord, WireRequest } from '../contract/exchange-record.ts'
export type { Caller } from './call.ts'

/** One user's hold on its connections: its own, or those all users share. */
export interface HttpState {
  /** Interrupts what is under way; nothing is begun any more. */
  interrupt(): void
  /** Interrupts what is under way and closes the connections that are the user's own. */
  close(): Promise<void>
}

/** How opening a connection ahead of the first request went: how long it took, or what failed. */
export type Preconnected =
  | { error?: undefined; connectMs: number; tlsMs?: number }
  | { error: string; errorMessage: string }

export interface HttpClient {
  /** Answers fill the cookies. */
  openState(options?: { cookies?: UserCookies }): HttpState
  /** Makes a request and follows its redirects. Failures are in the exchange. */
  request(state: HttpState, request: WireRequest, caller: Caller): void
  /** Opens a user's connection ahead of its first request, which then finds it open. `host`: where that names one of its own. */
  connect(state: HttpState, origin: string, host?: string): Promise<Preconnected>
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
const MAX_PER_USER = 6
/** A Lambda has 1,024 descriptors. */
const MAX_POOLED = 900
const NO_HEADERS = {}

export function createHttpClient({
  http,
  guard,
  tls,
  now,
  carrier = ownRoute(http.version).carrier,
  dial = ownRoute().dial,
}: HttpClientOptions): HttpClient {
  const { alpn, streams, forwards = false } = carrier
  const createCarrier = carrier.maker()
  const origins = new Origins(guard)
  const options: ConnectionOptions = {
    ...{ guard, origins, tls, now, alpn, streams, forwards, dial, createCarrier },
    sockets: { open: 0 },
  }
  const settings = { now, maxBodyBytes: http.maxBodyBytes, deadlines: new Deadlines(now) }
  const mostPerUser = streams > 1 ? 1 : MAX_PER_USER
  const shared = new OwnPools(options, MAX_POOLED)
  const sharedPools = { of: (request: Addressed) => shared.of(request), leave: async () => {} }
  return {
    openState({ cookies } = {}) {
      const pools = http.connections === 'pooled' ? sharedPools : new OwnPools(options, mostPerUser)
      return new UserHttpState(pools, cookies)
    },
    request(state: UserHttpState, request, caller) {
      new Call(state, settings, request, caller).start()
    },
    async connect(state: UserHttpState, origin, host) {
      const headers = host === undefined ? NO_HEADERS : { host }
      try {
        const { connectMs = 0, tlsMs } = (await state.warm({ origin, headers })) ?? {}
        return { connectMs, ...(tlsMs === undefined ? {} : { tlsMs }) }
      } catch (error) {
        return { error: errorClassOf(error), errorMessage: errorMessageOf(error) }
      }
    },
    openSockets: () => options.sockets.open,
    close: () => shared.leave(),
  }
}

/** Makes a request and resolves with its last exchange; `onRedirect` gets those before it. Never rejects. */
export function exchanged(
  client: HttpClient,
  state: HttpState,
  request: WireRequest,
  onRedirect: (exchange: ExchangeRecord) => void = () => undefined,
): Promise<ExchangeRecord> {
  return new Promise((resolve) => client.request(state, request, { onRedirect, onEnd: resolve }))
}

/** The pools of one user, or of all. Most users know one origin. */
class OwnPools {
  readonly #options: ConnectionOptions
  readonly #most: number
  #pools: readonly ConnectionPool[] = []

  constructor(options: ConnectionOptions, most: number) {
    this.#options = options
    this.#most = most
  }

  of(request: Addressed): ConnectionPool {
    const { origins, tls } = this.#options
    const { origin } = request
    const serverName = tls.serverName === undefined ? serverNameOf(request) : undefined
    for (const pool of this.#pools) {
      const { origin: known } = pool
      if (known.url === origin && known.serverName === serverName) return pool
    }
    const created = new ConnectionPool(this.#options, origins.of(origin, serverName), this.#most)
    this.#pools = this.#pools.concat(created)
    return created
  }

  async leave(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()))
  }
}
