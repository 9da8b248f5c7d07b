export interface AutoscalerOptions {
  minTasks: number
  maxTasks: number
  slotsPerTask: number
  /** Busy share of the slots that a scaling step aims at. */
  targetUtilisation: number
  /** Busy share, waiting work included, above which tasks are added. */
  scaleOutAbove: number
  /** Observations in a row that must lie above it. */
  breachesToScaleOut: number
  /** From asking for a task until it runs. */
  provisioningMs: number
  /** How long fewer tasks must have been enough before tasks are given back. */
  scaleInAfterMs: number
}

/** Mean work in service and waiting between two moments. */
export interface Demand {
  fromMs: number
  toMs: number
  mean: number
}

/**
 * Target tracking over the number of tasks. Asks for tasks as soon as demand stays above the threshold, and
 * gives them back, running ones at once, when fewer have been enough for a while.
 */
export class Autoscaler {
  readonly #options: AutoscalerOptions
  #desiredTasks: number
  #runningTasks: number
  #launches: { tasks: number; readyAtMs: number }[] = []
  #needs: { tasks: number; atMs: number }[] = []
  #observedSinceMs: number | undefined
  #breaches = 0
  #breachedSinceMs: number | undefined
  #lastScaleOutDelayMs = 0

  constructor(options: AutoscalerOptions) {
    this.#options = options
    this.#desiredTasks = options.minTasks
    this.#runningTasks = options.minTasks
  }

  get desiredTasks(): number {
    return this.#desiredTasks
  }

  get runningTasks(): number {
    return this.#runningTasks
  }

  /** From demand passing the threshold until tasks were asked for, the last time; grows while none can be. */
  scaleOutDelayMs(nowMs: number): number {
    return this.#breachedSinceMs === undefined ? this.#lastScaleOutDelayMs : nowMs - this.#breachedSinceMs
  }

  observe(demand: Demand): void {
    this.#launch(demand.toMs)
    const needed = this.#tasksFor(demand.mean)
    this.#needs.push({ tasks: needed, atMs: demand.toMs })
    if (demand.mean > this.#options.scaleOutAbove * this.#desiredTasks * this.#options.slotsPerTask) {
      this.#breach(demand, needed)
    } else {
      this.#breaches = 0
      this.#breachedSinceMs = undefined
    }
    this.#scaleIn(demand)
  }

  #tasksFor(demand: number): number {
    const { slotsPerTask, targetUtilisation, minTasks, maxTasks } = this.#options
    const needed = Math.ceil(demand / (slotsPerTask * targetUtilisation))
    return Math.min(maxTasks, Math.max(minTasks, needed))
  }

  #launch(nowMs: number): void {
    for (const { tasks, readyAtMs } of this.#launches) {
      if (readyAtMs <= nowMs) this.#runningTasks = Math.max(this.#runningTasks, tasks)
    }
    this.#launches = this.#launches.filter(({ readyAtMs }) => readyAtMs > nowMs)
  }

  #breach(demand: Demand, needed: number): void {
    this.#breaches += 1
    this.#breachedSinceMs ??= demand.fromMs
    if (this.#breaches < this.#options.breachesToScaleOut || needed <= this.#desiredTasks) return
    this.#desiredTasks = needed
    this.#launches.push({ tasks: needed, readyAtMs: demand.toMs + this.#options.provisioningMs })
    this.#lastScaleOutDelayMs = demand.toMs - this.#breachedSinceMs
    this.#breaches = 0
    this.#breachedSinceMs = undefined
  }

  #scaleIn({ fromMs, toMs }: Demand): void {
    this.#observedSinceMs ??= fromMs
    const windowStartMs = toMs - this.#options.scaleInAfterMs
    this.#needs = this.#needs.filter(({ atMs }) => atMs > windowStartMs)
    if (this.#observedSinceMs > windowStartMs) return
    const enough = Math.max(...this.#needs.map(({ tasks }) => tasks))
    if (enough >= this.#desiredTasks) return
    this.#desiredTasks = enough
    this.#runningTasks = Math.min(this.#runningTasks, enough)
    this.#launches = this.#launches.map((launch) => ({ ...launch, tasks: Math.min(launch.tasks, enough) }))
  }
}
