import type { Ending } from '../../lib/core/results/snapshot.ts'
import type { Clock } from '../../lib/ports.ts'

/** How long an interrupted flow may take to notice. */
export const ABANDON_MS = 1_000

/** Whether and why this generator is on its way out. The first reason counts. */
export class Shutdown {
  readonly #abort = new AbortController()
  #ending: Ending | undefined

  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Set when nothing may start any more and everything under way is cut off. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  leave(ending: Ending): void {
    this.#ending ??= ending
    if (ending !== 'complete') this.#abort.abort()
  }

  /** Resolves when flows that were cut off have had their time to notice. The deadline has given it to them. */
  async abandoned(clock: Clock): Promise<void> {
    if (!this.signal.aborted)
      await new Promise<void>((resolve) =>
        this.signal.addEventListener('abort', () => resolve(), { once: true }),
      )
    if (this.#ending !== 'deadline') await clock.sleepUntil(clock.now() + ABANDON_MS)
  }
}
