/** Time as a model target sees it. */
export interface Timers {
  /** Milliseconds with a fraction since a fixed moment, never going back. */
  nowMs(): number
  /** Calls once when the delay is over. */
  after(delayMs: number, call: () => void): void
  /** Calls once per period until the returned function is called. */
  every(periodMs: number, call: () => void): () => void
}

/** Real time. Nothing that waits for it keeps the process alive. */
export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, call) => void setTimeout(call, delayMs).unref(),
  every: (periodMs, call) => {
    const timer = setInterval(call, periodMs).unref()
    return () => clearInterval(timer)
  },
}
