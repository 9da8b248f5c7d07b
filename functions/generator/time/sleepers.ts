import type { Clock } from '../../../lib/ports.ts'

/** Something that waits for a time. */
export interface Sleeper {
  readonly wakesAtMs: number
  wake(): void
}

/** How close two wake-ups are one: timers are no finer. */
const TOGETHER_MS = 1

/** Wakes thousands of sleepers with one timer: it is set to the first of them, and all that are due then wake. */
export class Sleepers {
  readonly #clock: Clock
  readonly #closing = new AbortController()
  /** A binary heap: no sleeper wakes before the one at half its index. The first is at 1. */
  readonly #heap: Sleeper[] = []
  /** When the next timer fires. */
  #firesAtMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(sleeper: Sleeper): void {
    this.#push(sleeper)
    if (sleeper.wakesAtMs < this.#firesAtMs - TOGETHER_MS) void this.#arm(sleeper.wakesAtMs)
  }

  /** Sets no timer any more; who still sleeps is left to sleep. */
  close(): void {
    this.#closing.abort()
    this.#heap.length = 0
  }

  async #arm(atMs: number): Promise<void> {
    this.#firesAtMs = atMs
    await this.#clock.sleepUntil(atMs, this.#closing.signal)
    // An earlier one was set meanwhile, and has seen to everything.
    if (this.#firesAtMs !== atMs) return
    this.#firesAtMs = Number.POSITIVE_INFINITY
    this.#wakeDue()
  }

  #wakeDue(): void {
    const nowMs = this.#clock.now()
    let first = this.#heap[1]
    while (first && first.wakesAtMs <= nowMs) {
      this.#pop()
      first.wake()
      first = this.#heap[1]
    }
    if (first && first.wakesAtMs < this.#firesAtMs - TOGETHER_MS) void this.#arm(first.wakesAtMs)
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#heap
    let at = Math.max(1, heap.length)
    for (let parent = at >> 1; parent > 0; parent = at >> 1) {
      const above = heap[parent] as Sleeper
      if (above.wakesAtMs <= sleeper.wakesAtMs) break
      heap[at] = above
      at = parent
    }
    heap[at] = sleeper
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Sleeper
    const end = heap.length
    if (end <= 1) {
      heap.length = 0
      return
    }
    let at = 1
    for (let child = 2; child < end; child = 2 * at) {
      if (child + 1 < end && wakesBefore(heap[child + 1], heap[child])) child++
      const below = heap[child] as Sleeper
      if (below.wakesAtMs >= last.wakesAtMs) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }
}

function wakesBefore(a: Sleeper | undefined, b: Sleeper | undefined): boolean {
  return (a as Sleeper).wakesAtMs < (b as Sleeper).wakesAtMs
}
