import type { Sleeper } from './sleepers.ts'

/** One think time of a user. */
export class Pause implements Sleeper {
  readonly wakesAtMs: number
  over = false
  /** One that the same user began before. */
  readonly next: Pause | undefined
  readonly #resolve: () => void
  readonly #reject: (reason: Error) => void

  constructor(
    wakesAtMs: number,
    resolve: () => void,
    reject: (reason: Error) => void,
    next: Pause | undefined,
  ) {
    this.wakesAtMs = wakesAtMs
    this.next = next
    this.#resolve = resolve
    this.#reject = reject
  }

  wake(): void {
    if (this.over) return
    this.over = true
    this.#resolve()
  }

  cut(reason: Error): void {
    if (this.over) return
    this.over = true
    this.#reject(reason)
  }
}
