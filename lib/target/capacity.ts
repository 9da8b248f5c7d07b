import { Level } from './level.ts'
import type { Timers } from './timers.ts'

/** What one piece of work went through, as measured. */
export interface Served {
  waitMs: number
  serviceMs: number
}

/** Totals from the beginning until `atMs`; two of them give the means of the time between. */
export interface Usage {
  atMs: number
  /** Slots busy × milliseconds, by task. */
  busyMsByTask: number[]
  /** Work waiting × milliseconds. */
  waitingMs: number
  offered: number
  rejected: number
}

export interface CapacityOptions {
  tasks: number
  /** Pieces of work that one task serves at a time. */
  slotsPerTask: number
  /** Pieces of work that may wait for a slot; more are rejected. */
  queueLimit: number
  timers: Timers
}

interface Waiting {
  offeredMs: number
  serviceMs: number
  done: (served: Served) => void
}

/** Finitely many workers behind one queue, first come, first served. */
export class Capacity {
  readonly slotsPerTask: number
  readonly #queueLimit: number
  readonly #timers: Timers
  readonly #busyByTask: Level[] = []
  readonly #queue: Waiting[] = []
  readonly #waiting: Level
  #tasks = 0
  #lastTask = 0
  #offered = 0
  #rejected = 0

  constructor({ tasks, slotsPerTask, queueLimit, timers }: CapacityOptions) {
    this.slotsPerTask = slotsPerTask
    this.#queueLimit = queueLimit
    this.#timers = timers
    this.#waiting = new Level(timers.nowMs())
    this.resize(tasks)
  }

  get tasks(): number {
    return this.#tasks
  }

  get busy(): number {
    return this.#busyByTask.reduce((sum, level) => sum + level.value, 0)
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Takes work on: `done` is called when it is served. Says `false`, and forgets the work, when the queue is full. */
  offer(serviceMs: number, done: (served: Served) => void): boolean {
    this.#offered += 1
    const work = { offeredMs: this.#timers.nowMs(), serviceMs, done }
    const task = this.#leastBusyTask()
    if (task !== undefined) {
      this.#begin(work, task)
      return true
    }
    if (this.#queue.length >= this.#queueLimit) {
      this.#rejected += 1
      return false
    }
    this.#queue.push(work)
    this.#waiting.add(1, work.offeredMs)
    return true
  }

  /** Changes the number of tasks. A task that goes takes no new work and finishes what it has. */
  resize(tasks: number): void {
    while (this.#busyByTask.length < tasks) this.#busyByTask.push(new Level(this.#timers.nowMs()))
    this.#tasks = tasks
    this.#drainQueue()
  }

  usage(): Usage {
    const atMs = this.#timers.nowMs()
    return {
      atMs,
      busyMsByTask: this.#busyByTask.map((level) => level.areaAt(atMs)),
      waitingMs: this.#waiting.areaAt(atMs),
      offered: this.#offered,
      rejected: this.#rejected,
    }
  }

  #drainQueue(): void {
    for (let task = this.#leastBusyTask(); task !== undefined; task = this.#leastBusyTask()) {
      const work = this.#queue.shift()
      if (work === undefined) return
      this.#waiting.add(-1, this.#timers.nowMs())
      this.#begin(work, task)
    }
  }

  #begin(work: Waiting, task: Level): void {
    const begunMs = this.#timers.nowMs()
    task.add(1, begunMs)
    this.#timers.after(work.serviceMs, () => {
      const endedMs = this.#timers.nowMs()
      task.add(-1, endedMs)
      this.#drainQueue()
      work.done({ waitMs: begunMs - work.offeredMs, serviceMs: endedMs - begunMs })
    })
  }

  /** The task with the fewest slots busy, in turn among equals; none when all are full. */
  #leastBusyTask(): Level | undefined {
    let least: Level | undefined
    let chosen = this.#lastTask
    for (let i = 1; i <= this.#tasks; i++) {
      const task = (this.#lastTask + i) % this.#tasks
      const level = this.#busyByTask[task] as Level
      if (level.value >= (least?.value ?? this.slotsPerTask)) continue
      least = level
      chosen = task
    }
    this.#lastTask = chosen
    return least
  }
}
