import type { CarriedRequest } from './carrier.ts'

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** What leaves in one packet on any way: IPv6's least of 1,280, less 60 for IP and TCP, 12 for times, 22 for TLS. */
const ONE_PACKET_BYTES = 1_186
/** A reset is looked for every millisecond, for a round trip and this many more. */
const RESET_MARGIN_MS = 5
const MAX_RESET_WAIT_MS = 500
/** How long after a response a close may follow that belongs to it. */
const CLOSE_FOLLOWS_MS = 0.2
/** Later than that a close would have been seen. */
const JUST_NOW_MS = 1
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

/** How an origin lets go of its connections, as far as that has been seen. */
export class ClosingHabits {
  readonly #now: () => number
  #closesSilently = false
  #untilMs = 0

  /** `now`: milliseconds from any beginning. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** It has closed a connection right behind a response, without announcing it. */
  note(): void {
    this.#closesSilently = true
    this.#untilMs = this.#now() + HABIT_MS
  }

  /** It may close a connection that has been idle for so long. */
  mayClose(idleMs: number): boolean {
    if (!this.#closesSilently || idleMs > JUST_NOW_MS) return false
    this.#closesSilently = this.#now() < this.#untilMs
    return this.#closesSilently
  }
}

/** Calls back when a close that follows the response before has been seen, where there is one. */
export function afterClose(done: () => void): void {
  const untilMs = performance.now() + CLOSE_FOLLOWS_MS
  const look = (): void => {
    if (performance.now() < untilMs) setImmediate(look)
    else setImmediate(done)
  }
  setImmediate(look)
}
