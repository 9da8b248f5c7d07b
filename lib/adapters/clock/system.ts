import type { Clock } from '../../ports.ts'

/** Longest wait that setTimeout can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Read once: the property is slower than the clock. */
const ORIGIN_MS = performance.timeOrigin

/** The machine's clock: wall time at the start of the process, advanced by the monotonic clock. */
export const systemClock: Clock = {
  now: () => ORIGIN_MS + performance.now(),

  async sleepUntil(atMs, signal) {
    for (;;) {
      const restMs = atMs - systemClock.now()
      if (restMs <= 0 || signal?.aborted) return
      await pause(Math.min(restMs, MAX_TIMER_MS), signal)
    }
  },
}

function pause(forMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, forMs)
    signal?.addEventListener('abort', done, { once: true })
  })
}
