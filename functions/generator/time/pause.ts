import type { CallsInFlight } from './calls-in-flight.ts'
import type { Sleeper } from './sleepers.ts'

/** One think time of a user after the other. */
class Pause implements Sleeper {
  wakesAtMs = 0
  over = true
  /** Another of the same user. */
  readonly next: Pause | undefined
  readonly #calls: CallsInFlight
  #resolve = NOTHING
  #reject: (reason: Error) => void = NOTHING

  constructor(calls: CallsInFlight, next: Pause | undefined) {
    this.#calls = calls
    this.next = next
  }

  /** Only where it is over. */
  begin(wakesAtMs: number, resolve: () => void, reject: (reason: Error) => void): void {
    this.over = false
    this.wakesAtMs = wakesAtMs
    this.#resolve = resolve
    this.#reject = reject
    this.#calls.begin()
  }

  wake(): void {
    if (this.over) return
    this.over = true
    this.#calls.end()
    this.#resolve()
  }

  cut(reason: Error): void {
    if (this.over) return
    this.over = true
    this.#calls.end()
    this.#reject(reason)
  }
}

/** All think times of a user. */
export class Pauses {
  readonly #calls: CallsInFlight
  #latest: Pause | undefined

  constructor(calls: CallsInFlight) {
    this.#calls = calls
  }

  /** One that is over is used again; flows that think more than one thing at a time need more of them. */
  free(): Pause {
    for (let pause = this.#latest; pause; pause = pause.next) if (pause.over) return pause
    this.#latest = new Pause(this.#calls, this.#latest)
    return this.#latest
  }

  /** Ends all that are not over. */
  cut(reason: Error): void {
    for (let pause = this.#latest; pause; pause = pause.next) pause.cut(reason)
    this.#latest = undefined
  }
}

function NOTHING(): void {}
