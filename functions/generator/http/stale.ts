import type { CarriedRequest } from './carrier.ts'

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** What leaves in one packet on any way: IPv6's least of 1,280, less 60 for IP and TCP, 12 for times, 22 for TLS. */
const ONE_PACKET_BYTES = 1_186
/** A reset is looked for every millisecond, for a round trip and this many more. */
const RESET_MARGIN_MS = 5
const MAX_RESET_WAIT_MS = 500
/** How long a close is waited for that follows a response; longer where that was too short. */
const MIN_WAIT_MS = 0.2
const MAX_WAIT_MS = 2
/** After that many requests that waited and met a close all the same, it is no habit. */
const MAX_MISSED_IN_VAIN = 3
/** Later than that a close would have been seen. */
const JUST_NOW_MS = 50
/** How long an origin is known by what it did once. */
const HABIT_MS = 10_000

/** A request that may be made twice, and that an application has as a whole or not at all. */
export function isRepeatable({ method }: CarriedRequest, requestBytes: number): boolean {
  return requestBytes <= ONE_PACKET_BYTES && IDEMPOTENT.has(method)
}

/** How long a reset may take to come back. `connectMs`: no less than a round trip. */
export function resetWaitMs(connectMs: number): number {
  return RESET_MARGIN_MS + Math.min(MAX_RESET_WAIT_MS, connectMs)
}

/** Nothing of what was written last has been taken. */
export function isOfWrite(error: Error): boolean {
  return 'syscall' in error && error.syscall === 'write'
}

/**
 * Whether an origin closes connections right behind responses without announcing it, as far as that has been seen. One that
 * drops requests looks alike at first, but none of its closes is ever seen before the request.
 */
export class ClosingHabits {
  /** How long the next request on a connection waits for a close to be seen. */
  waitMs = MIN_WAIT_MS
  readonly #now: () => number
  #isExpected = false
  #untilMs = 0
  #seenInTime = 0
  #missedInVain = 0

  /** `now`: milliseconds from any beginning. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** It has closed a connection under a request. `waited`: the request had waited for a close before. */
  noteMissed(waited: boolean): void {
    if (waited && this.#seenInTime === 0) this.#missedInVain++
    else if (waited) this.waitMs = Math.min(MAX_WAIT_MS, 2 * this.waitMs)
    this.#expect(this.#missedInVain < MAX_MISSED_IN_VAIN)
  }

  /** It has closed a connection before the request that waited was sent. */
  noteInTime(): void {
    this.#seenInTime++
    this.#expect(true)
  }

  /** It may close a connection that has been idle for so long. */
  mayClose(idleMs: number): boolean {
    if (!this.#isExpected || idleMs > JUST_NOW_MS) return false
    this.#isExpected = this.#now() < this.#untilMs
    return this.#isExpected
  }

  #expect(isExpected: boolean): void {
    this.#isExpected = isExpected
    this.#untilMs = this.#now() + HABIT_MS
  }
}

/** Calls back when so much time has passed, and the event loop has looked at its sockets since. */
export function afterWait(waitMs: number, done: () => void): void {
  const untilMs = performance.now() + waitMs
  const look = (): void => {
    if (performance.now() < untilMs) setImmediate(look)
    else setImmediate(done)
  }
  setImmediate(look)
}
