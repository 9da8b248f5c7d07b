import type { VirtualUser } from '../../lib/core/flow.ts'
import type { Clock } from '../../lib/ports.ts'
import { errorClassOf } from './error-class.ts'
import type { Recorder } from './recorder.ts'
import type { LiveSeries } from './series.ts'
import type { GeneratorUser } from './virtual-user.ts'

export interface Flow {
  name: string
  run: (vu: VirtualUser) => Promise<unknown>
}

/** One iteration to be made. */
export interface Start {
  /** Number of the iteration: the user's own, or the run's for arrival rates. */
  iteration: number
  /** Seed of its random choices. */
  seed: number
  flow: Flow
  intendedAtMs: number
}

interface FlowSeries {
  iterations: LiveSeries
  duration: LiveSeries
  responseTime: LiveSeries
  startLag: LiveSeries
  failed: LiveSeries
}

/** Runs iterations and records how they went. */
export class IterationRunner {
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #series = new Map<string, FlowSeries>()
  #running = 0

  constructor(recorder: Recorder, clock: Clock) {
    this.#recorder = recorder
    this.#clock = clock
  }

  get running(): number {
    return this.#running
  }

  /** Never throws: a flow's error fails its iteration and nothing else. */
  async run(user: GeneratorUser, start: Start): Promise<void> {
    const { flow, intendedAtMs } = start
    const series = this.#seriesOf(flow.name)
    const startedAtMs = this.#clock.now()
    this.#recorder.advance(startedAtMs)
    this.#recorder.second.started++
    this.#running++
    series.startLag.add(startedAtMs - intendedAtMs)
    user.beginIteration(start, startedAtMs - intendedAtMs)
    let failure: string | undefined
    try {
      await flow.run(user)
    } catch (error) {
      failure = errorClassOf(error)
    }
    user.endIteration()
    this.#running--
    const endedAtMs = this.#clock.now()
    this.#recorder.advance(endedAtMs)
    if (user.interrupted) {
      this.#recorder.series('interrupted_iterations', { flow: flow.name }).add(1)
      return
    }
    this.#recorder.second.ended++
    series.iterations.add(1)
    series.duration.add(endedAtMs - startedAtMs)
    series.responseTime.add(endedAtMs - intendedAtMs)
    if (failure === undefined) series.failed.add(0)
    else this.#recorder.series('iteration_failed', { flow: flow.name, error: failure }).add(1)
  }

  #seriesOf(flow: string): FlowSeries {
    const known = this.#series.get(flow)
    if (known) return known
    const of = (metric: string): LiveSeries => this.#recorder.series(metric, { flow })
    const created = {
      iterations: of('iterations'),
      duration: of('iteration_duration'),
      responseTime: of('iteration_response_time'),
      startLag: of('iteration_start_lag'),
      failed: of('iteration_failed'),
    }
    this.#series.set(flow, created)
    return created
  }
}
