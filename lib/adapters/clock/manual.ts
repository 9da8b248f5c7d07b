import type { Clock } from '../../ports.ts'

interface Sleeper {
  atMs: number
  wake: () => void
}

/** A clock that moves only when it is told to, for tests. */
export class ManualClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()

  constructor(nowMs = 0) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  sleepUntil(atMs: number, signal?: AbortSignal): Promise<void> {
    if (atMs <= this.#nowMs || signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        atMs,
        wake: () => {
          this.#sleepers.delete(sleeper)
          resolve()
        },
      }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', sleeper.wake, { once: true })
    })
  }

  /** Moves to an epoch time, waking sleepers in the order of their times and letting each one act. */
  async advanceTo(atMs: number): Promise<void> {
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0]
      if (!next || next.atMs > atMs) break
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.wake()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#nowMs = Math.max(this.#nowMs, atMs)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
