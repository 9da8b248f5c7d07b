/** Longest wait that setTimeout can hold: it would fire at once for a longer one. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** A timer for any length of time: what is longer than setTimeout can hold is waited for in parts. */
export class LongTimer {
  #timer: NodeJS.Timeout | undefined
  #restMs: number
  readonly #call: () => void

  constructor(lengthMs: number, call: () => void) {
    this.#restMs = lengthMs
    this.#call = call
    this.#wait()
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    const partMs = Math.min(this.#restMs, MAX_TIMER_MS)
    this.#restMs -= partMs
    this.#timer = setTimeout(() => (this.#restMs > 0 ? this.#wait() : this.#call()), partMs)
  }
}
