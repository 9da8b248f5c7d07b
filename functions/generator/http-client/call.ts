import { VolleyError } from '../../../lib/core/base/errors.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { AnswerHead, BodyReader, Exchange, WireRequest } from '../contract/exchange.ts'
import type { Deadlines, Expiring } from '../time/deadlines.ts'
import { Flight, type FlightOwner } from './flight.ts'
import type { LanePool } from './lane-pool.ts'
import { followRedirect, isRedirect } from './redirect.ts'
import type { OpenCall, UserConnection } from './user-connection.ts'

export interface CallSettings {
  now: () => number
  maxBodyBytes: number
  deadlines: Deadlines
}

/** Who makes a request. Both are called where throwing would end the process. */
export interface Caller {
  /** A redirect, which is followed. */
  onRedirect(exchange: Exchange): void
  /** The last exchange; nothing more comes. */
  onEnd(exchange: Exchange): void
}

/** One request of a flow: its deadline, and a flight for each redirect. */
export class Call implements FlightOwner, Expiring {
  deadlineAtMs = 0
  earlier: Expiring | undefined
  later: Expiring | undefined
  /** The calls of the same user that are under way. */
  before: OpenCall | undefined
  after: OpenCall | undefined
  readonly #connection: UserConnection
  readonly #settings: CallSettings
  readonly #caller: Caller
  readonly #timeoutMs: number
  #request: WireRequest
  #redirectsLeft: number
  #flight: Flight | undefined
  #stopReason: Error | undefined

  constructor(connection: UserConnection, settings: CallSettings, request: WireRequest, caller: Caller) {
    this.#connection = connection
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
    this.#connection.begin(this)
    this.#stopReason = this.#connection.stopReason
    this.#settings.deadlines.add(this, nowMs, this.#timeoutMs)
    this.#fly(nowMs)
  }

  /** Ends the call; a redirect that is still to come is not made. */
  stop(reason: Error): void {
    this.#stopReason = reason
    this.#flight?.cut(reason)
  }

  readerOf(head: AnswerHead): BodyReader | undefined {
    const goesOn = head.status < 200 || (isRedirect(head.status) && this.#request.redirects > 0)
    if (goesOn) return undefined
    const reader = this.#request.readBody?.(head)
    if (reader) this.#settings.deadlines.remove(this, this.#timeoutMs)
    return reader
  }

  expire(): void {
    const errorClass = this.#flight?.connecting ? 'connect_timeout' : 'timeout'
    this.stop(new FlowError(errorClass, `no whole answer within ${this.#timeoutMs} ms`))
  }

  landed(flight: Flight): void {
    this.#connection.keepCookies(flight)
    if (this.#redirect(flight)) {
      this.#caller.onRedirect(flight)
      this.#fly(flight.endedAtMs)
    } else {
      this.#settings.deadlines.remove(this, this.#timeoutMs)
      this.#connection.end(this)
      this.#caller.onEnd(flight)
    }
  }

  #fly(calledAtMs: number): void {
    const connection = this.#connection
    let pool: LanePool
    let request: WireRequest
    try {
      pool = connection.poolFor(this.#request)
      request = connection.withCookies(this.#request, pool, calledAtMs)
    } catch (error) {
      this.#flight = new Flight(this, this.#request, calledAtMs)
      this.#flight.refuse(error as Error)
      return
    }
    const flight = new Flight(this, request, calledAtMs)
    this.#flight = flight
    if (this.#stopReason) flight.cut(this.#stopReason)
    else pool.send(flight)
  }

  /** Turns the request into the one a redirect asks for; false where the answer is the last. */
  #redirect(flight: Flight): boolean {
    if (!isRedirect(flight.status) || this.#request.redirects === 0) return false
    const location = flight.header('location')
    if (location === undefined) return false
    if (this.#redirectsLeft-- === 0) {
      flight.fail(new FlowError('too_many_redirects', `more than ${this.#request.redirects} redirects`))
      return false
    }
    try {
      const next = followRedirect(this.#request, flight.status, location)
      // A target that sends its users where load may not go has failed them; nothing is asked there.
      this.#connection.poolFor(next)
      this.#request = next
      return true
    } catch (error) {
      flight.fail(
        error instanceof VolleyError
          ? error
          : new FlowError('malformed_response', `redirected to ${location}, which is no URL`),
      )
      return false
    }
  }
}
