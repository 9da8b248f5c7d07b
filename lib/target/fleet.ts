import { Autoscaler, type AutoscalerOptions } from './autoscaler.ts'
import { Capacity, type Served, type Usage } from './capacity.ts'
import type { Timers } from './timers.ts'

/** How hard the fleet works, smoothed over a few seconds. */
export interface FleetLoad {
  /** Busy share of the slots of the running tasks, 0 to 1. */
  utilisation: number
  /** The same, task by task. */
  utilisationByTask: number[]
  /** Share of the work that waits or is turned away, 0 to 1. */
  saturation: number
}

export interface FleetOptions {
  scaling: AutoscalerOptions
  queueLimit: number
  timers: Timers
}

const OBSERVATION_MS = 500
/** Weight of the newest observation: a step shows by 90 % after 4 s. */
const SMOOTHING = 0.25

/** Tasks behind a load balancer, watched and scaled by an autoscaler. */
export class Fleet {
  readonly capacity: Capacity
  readonly autoscaler: Autoscaler
  readonly #timers: Timers
  readonly #stopObserving: () => void
  #observed: Usage
  #load: FleetLoad = { utilisation: 0, utilisationByTask: [], saturation: 0 }

  constructor({ scaling, queueLimit, timers }: FleetOptions) {
    const { minTasks: tasks, slotsPerTask } = scaling
    this.#timers = timers
    this.autoscaler = new Autoscaler(scaling)
    this.capacity = new Capacity({ tasks, slotsPerTask, queueLimit, timers })
    this.#observed = this.capacity.usage()
    this.#stopObserving = timers.every(OBSERVATION_MS, () => this.#observe())
  }

  get load(): FleetLoad {
    return this.#load
  }

  get scaleOutDelayMs(): number {
    return this.autoscaler.scaleOutDelayMs(this.#timers.nowMs())
  }

  /** See `Capacity.offer`. */
  offer(serviceMs: number, done: (served: Served) => void): boolean {
    return this.capacity.offer(serviceMs, done)
  }

  stop(): void {
    this.#stopObserving()
  }

  #observe(): void {
    const before = this.#observed
    const now = this.capacity.usage()
    const elapsedMs = now.atMs - before.atMs
    if (elapsedMs <= 0) return
    const busyByTask = now.busyMsByTask.map(
      (busyMs, task) => (busyMs - (before.busyMsByTask[task] ?? 0)) / elapsedMs,
    )
    const busy = busyByTask.reduce((sum, level) => sum + level, 0)
    const waiting = (now.waitingMs - before.waitingMs) / elapsedMs
    const offered = now.offered - before.offered
    const rejected = now.rejected - before.rejected
    this.#observed = now
    this.#load = this.#smooth(busyByTask, {
      utilisation: Math.min(1, busy / (this.capacity.tasks * this.capacity.slotsPerTask)),
      saturation: Math.max(share(waiting, busy + waiting), share(rejected, offered)),
    })
    this.autoscaler.observe({ fromMs: before.atMs, toMs: now.atMs, mean: busy + waiting })
    if (this.autoscaler.runningTasks !== this.capacity.tasks)
      this.capacity.resize(this.autoscaler.runningTasks)
  }

  #smooth(busyByTask: number[], seen: Omit<FleetLoad, 'utilisationByTask'>): FleetLoad {
    const { utilisation, saturation, utilisationByTask } = this.#load
    const running = busyByTask.slice(0, this.capacity.tasks)
    return {
      utilisation: smoothed(utilisation, seen.utilisation),
      saturation: smoothed(saturation, seen.saturation),
      utilisationByTask: running.map((busy, task) =>
        smoothed(utilisationByTask[task] ?? 0, Math.min(1, busy / this.capacity.slotsPerTask)),
      ),
    }
  }
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}

function smoothed(before: number, now: number): number {
  return before + SMOOTHING * (now - before)
}
