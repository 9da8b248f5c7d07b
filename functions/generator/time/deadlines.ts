import { MAX_TIMER_MS } from '../../../lib/adapters/clock/long-timer.ts'

/** Something that has to end by a time. Its neighbours are those with the same length of time. */
export interface Expiring {
  deadlineAtMs: number
  earlier: Expiring | undefined
  later: Expiring | undefined
  expire(): void
}

/** What must end within the same length of time, the first one to expire first. */
interface Queue {
  first: Expiring | undefined
  last: Expiring | undefined
}

/**
 * The deadlines of everything under way, on one timer. What has the same length of time expires in the order it came,
 * so that neither adding nor removing has anything to search for.
 */
export class Deadlines {
  readonly #now: () => number
  readonly #queues = new Map<number, Queue>()
  #timer: NodeJS.Timeout | undefined
  #firesAtMs = Number.POSITIVE_INFINITY
  #waiting = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** `fromMs` is the present. */
  add(item: Expiring, fromMs: number, withinMs: number): void {
    const queue = this.#queueOf(withinMs)
    item.deadlineAtMs = fromMs + withinMs
    item.earlier = queue.last
    item.later = undefined
    if (queue.last) queue.last.later = item
    else queue.first = item
    queue.last = item
    if (this.#waiting++ === 0) this.#timer?.ref()
    if (item.deadlineAtMs < this.#firesAtMs) this.#arm(item.deadlineAtMs, fromMs)
  }

  remove(item: Expiring, withinMs: number): void {
    const queue = this.#queues.get(withinMs)
    if (!queue) return
    if (item.earlier) item.earlier.later = item.later
    else if (queue.first === item) queue.first = item.later
    else return
    if (item.later) item.later.earlier = item.earlier
    else queue.last = item.earlier
    item.earlier = undefined
    item.later = undefined
    // A timer that nothing waits for must not keep the process.
    if (--this.#waiting === 0) this.#timer?.unref()
  }

  #queueOf(withinMs: number): Queue {
    let queue = this.#queues.get(withinMs)
    if (!queue) {
      queue = { first: undefined, last: undefined }
      this.#queues.set(withinMs, queue)
    }
    return queue
  }

  #arm(atMs: number, nowMs: number): void {
    clearTimeout(this.#timer)
    this.#firesAtMs = atMs
    this.#timer = setTimeout(expireDue, Math.min(Math.max(1, atMs - nowMs), MAX_TIMER_MS), this)
    if (this.#waiting === 0) this.#timer.unref()
  }

  expireDue(): void {
    const nowMs = this.#now()
    this.#timer = undefined
    this.#firesAtMs = Number.POSITIVE_INFINITY
    let nextAtMs = Number.POSITIVE_INFINITY
    for (const [withinMs, queue] of this.#queues) {
      while (queue.first && queue.first.deadlineAtMs <= nowMs) {
        const item = queue.first
        this.remove(item, withinMs)
        item.expire()
      }
      if (queue.first) nextAtMs = Math.min(nextAtMs, queue.first.deadlineAtMs)
      else this.#queues.delete(withinMs)
    }
    if (nextAtMs < this.#firesAtMs) this.#arm(nextAtMs, nowMs)
  }
}

function expireDue(deadlines: Deadlines): void {
  deadlines.expireDue()
}
