import type { Platform } from './platform.ts'
import { SOCKET_MESSAGE_MS } from './routes.ts'

const WAITING_LIMIT = 500

/** Counts over all WebSocket connections. */
export interface EditCounts {
  received: number
  delivered: number
  /** Those that met a full queue. */
  dropped: number
}

/** The edits of one connection: the fleet serves them one after another, so they leave in the order they came. */
export class Edits {
  readonly #platform: Platform
  readonly #counts: EditCounts
  readonly #waiting: (() => number)[] = []
  #serving = false

  constructor(platform: Platform, counts: EditCounts) {
    this.#platform = platform
    this.#counts = counts
  }

  /** Takes an edit; `broadcast` is called when it is served and says how many it reached. */
  add(broadcast: () => number): void {
    this.#counts.received += 1
    if (this.#waiting.length >= WAITING_LIMIT) {
      this.#counts.dropped += 1
      return
    }
    this.#waiting.push(broadcast)
    this.#serve()
  }

  #serve(): void {
    while (!this.#serving) {
      const broadcast = this.#waiting.shift()
      if (broadcast === undefined) return
      this.#serving = this.#platform.offer(SOCKET_MESSAGE_MS, () => {
        this.#counts.delivered += broadcast()
        this.#platform.backing.countMessage()
        this.#serving = false
        this.#serve()
      })
      if (!this.#serving) this.#counts.dropped += 1
    }
  }
}
