import type { Clock } from '../../ports.ts'
import { LongTimer } from './long-timer.ts'

/** Read once: the property is slower than the clock. */
const ORIGIN_MS = performance.timeOrigin

/** The machine's clock: wall time at the start of the process, advanced by the monotonic clock. */
export const systemClock: Clock = {
  now: () => ORIGIN_MS + performance.now(),

  async sleepUntil(atMs, signal) {
    for (;;) {
      const restMs = atMs - systemClock.now()
      if (restMs <= 0 || signal?.aborted) return
      await pause(restMs, signal)
    }
  },
}

function pause(forMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.clear()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = new LongTimer(forMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}
