import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { WireRequest } from '../contract/exchange-record.ts'
import type { CookieScope, UserCookies } from '../cookies/cookie-jar.ts'
import type { Dialled } from '../net/dial.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { Exchange } from './exchange.ts'

/** What of a request says which connections can carry it. */
export type Addressed = Pick<WireRequest, 'origin' | 'headers'>

/** Finds the pool for a request, or makes it. Throws `TARGET_NOT_ALLOWED`. */
export interface PoolsByOrigin {
  of(request: Addressed): ConnectionPool
  /** Closes the connections, unless others share them. */
  leave(): Promise<void>
}

/** A call in the list of those that are in exchange. */
export interface OpenCall {
  before: OpenCall | undefined
  after: OpenCall | undefined
  stop(reason: Error): void
}

/** One user's hold on its connections, cookies and calls. */
export class UserHttpState {
  readonly #pools: PoolsByOrigin
  readonly #cookies: UserCookies | undefined
  #latest: OpenCall | undefined
  #closed = false
  #interrupted = false

  constructor(pools: PoolsByOrigin, cookies: UserCookies | undefined) {
    this.#pools = pools
    this.#cookies = cookies
  }

  /** Why no call can be made any more. */
  get stopReason(): FlowError | undefined {
    if (this.#closed) return new FlowError('interrupted', 'the connection of the user is closed')
    return this.#interrupted ? new FlowError('interrupted') : undefined
  }

  begin(call: OpenCall): void {
    call.before = this.#latest
    if (this.#latest) this.#latest.after = call
    this.#latest = call
  }

  end(call: OpenCall): void {
    if (call.before) call.before.after = call.after
    if (call.after) call.after.before = call.before
    else this.#latest = call.before
  }

  /** Ends what is under way; nothing is begun any more. */
  interrupt(): void {
    this.#interrupted = true
    for (let call = this.#latest; call; ) {
      const { before }: OpenCall = call
      call.stop(new FlowError('interrupted'))
      call = before
    }
  }

  poolFor(request: Addressed): ConnectionPool {
    return this.#pools.of(request)
  }

  /** Opens a connection ahead of the first request. */
  warm(request: Addressed): Promise<Dialled | undefined> {
    return this.poolFor(request).warm()
  }

  withCookies(request: WireRequest, pool: ConnectionPool, nowMs: number): WireRequest {
    if (!this.#cookies || this.#cookies.empty) return request
    const headers = this.#cookies.beside(request.headers, scopeOf(request, pool), nowMs)
    return headers === request.headers ? request : { ...request, headers }
  }

  keepCookies(exchange: Exchange): void {
    const setCookie = exchange.header('set-cookie')
    if (setCookie === undefined || !this.#cookies) return
    const { request, endedAtMs } = exchange
    this.#cookies.store(setCookie, scopeOf(request, this.poolFor(request)), endedAtMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.interrupt()
    await this.#pools.leave()
  }
}

function scopeOf({ path }: WireRequest, { origin: { endpoint } }: ConnectionPool): CookieScope {
  return { secure: endpoint.secure, host: endpoint.host, path }
}
