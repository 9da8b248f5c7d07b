import { VolleyError } from '../../../lib/core/base/errors.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { BodyReader, ExchangeRecord, ResponseHead, WireRequest } from '../contract/exchange-record.ts'
import type { Deadlines, Expiring } from '../time/deadlines.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { Exchange, type ExchangeOwner } from './exchange.ts'
import { followRedirect, isRedirect } from './redirect.ts'
import type { OpenCall, UserHttpState } from './user-http-state.ts'

export interface CallSettings {
  now: () => number
  maxBodyBytes: number
  deadlines: Deadlines
}

/** Who makes a request. Both are called where throwing would end the process. */
export interface Caller {
  /** A redirect, which is followed. */
  onRedirect(exchange: ExchangeRecord): void
  /** The last exchange; nothing more comes. */
  onEnd(exchange: ExchangeRecord): void
}

/** One request of a flow: its deadline, and a exchange for each redirect. */
export class Call implements ExchangeOwner, Expiring {
  deadlineAtMs = 0
  earlier: Expiring | undefined
  later: Expiring | undefined
  /** The calls of the same user that are under way. */
  before: OpenCall | undefined
  after: OpenCall | undefined
  readonly #state: UserHttpState
  readonly #settings: CallSettings
  readonly #caller: Caller
  readonly #timeoutMs: number
  #request: WireRequest
  #redirectsLeft: number
  #exchange: Exchange | undefined
  #stopReason: Error | undefined

  constructor(state: UserHttpState, settings: CallSettings, request: WireRequest, caller: Caller) {
    this.#state = state
    this.#settings = settings
    this.#request = request
    this.#redirectsLeft = request.redirects
    this.#timeoutMs = request.timeoutMs
    this.#caller = caller
  }

  get maxBodyBytes(): number {
    return this.#settings.maxBodyBytes
  }

  now(): number {
    return this.#settings.now()
  }

  start(): void {
    const nowMs = this.now()
    this.#state.begin(this)
    this.#stopReason = this.#state.stopReason
    this.#settings.deadlines.add(this, nowMs, this.#timeoutMs)
    this.#begin(nowMs)
  }

  /** Ends the call; a redirect that is still to come is not made. */
  stop(reason: Error): void {
    this.#stopReason = reason
    this.#exchange?.cut(reason)
  }

  readerOf(head: ResponseHead): BodyReader | undefined {
    const goesOn = head.status < 200 || (isRedirect(head.status) && this.#request.redirects > 0)
    if (goesOn) return undefined
    const reader = this.#request.readBody?.(head)
    if (reader) this.#settings.deadlines.remove(this, this.#timeoutMs)
    return reader
  }

  expire(): void {
    const errorClass = this.#exchange?.connecting ? 'connect_timeout' : 'timeout'
    this.stop(new FlowError(errorClass, `no whole answer within ${this.#timeoutMs} ms`))
  }

  exchangeEnded(exchange: Exchange): void {
    this.#state.keepCookies(exchange)
    if (this.#redirect(exchange)) {
      this.#caller.onRedirect(exchange)
      this.#begin(exchange.endedAtMs)
    } else {
      this.#settings.deadlines.remove(this, this.#timeoutMs)
      this.#state.end(this)
      this.#caller.onEnd(exchange)
    }
  }

  #begin(calledAtMs: number): void {
    const state = this.#state
    let pool: ConnectionPool
    let request: WireRequest
    try {
      pool = state.poolFor(this.#request)
      request = state.withCookies(this.#request, pool, calledAtMs)
    } catch (error) {
      this.#exchange = new Exchange(this, this.#request, calledAtMs)
      this.#exchange.refuse(error as Error)
      return
    }
    const exchange = new Exchange(this, request, calledAtMs)
    this.#exchange = exchange
    if (this.#stopReason) exchange.cut(this.#stopReason)
    else pool.send(exchange)
  }

  /** Turns the request into the one a redirect asks for; false where the answer is the last. */
  #redirect(exchange: Exchange): boolean {
    if (!isRedirect(exchange.status) || this.#request.redirects === 0) return false
    const location = exchange.header('location')
    if (location === undefined) return false
    if (this.#redirectsLeft-- === 0) {
      exchange.fail(new FlowError('too_many_redirects', `more than ${this.#request.redirects} redirects`))
      return false
    }
    try {
      const next = followRedirect(this.#request, exchange.status, location)
      // A target that sends its users where load may not go has failed them; nothing is asked there.
      this.#state.poolFor(next)
      this.#request = next
      return true
    } catch (error) {
      exchange.fail(
        error instanceof VolleyError
          ? error
          : new FlowError('malformed_response', `redirected to ${location}, which is no URL`),
      )
      return false
    }
  }
}
