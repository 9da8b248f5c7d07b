import type { Sleeper } from './sleepers.ts'

/** The think times of a user, one at a time. */
export class Pause implements Sleeper {
  wakesAtMs = 0
  over = true
  /** Another of the same user. */
  readonly next: Pause | undefined
  #resolve = NOTHING
  #reject: (reason: Error) => void = NOTHING

  constructor(next: Pause | undefined) {
    this.next = next
  }

  /** Only where it is over. */
  begin(wakesAtMs: number, resolve: () => void, reject: (reason: Error) => void): void {
    this.over = false
    this.wakesAtMs = wakesAtMs
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

function NOTHING(): void {}
