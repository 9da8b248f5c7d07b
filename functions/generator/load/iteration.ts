import type { Clock } from '../../../lib/ports.ts'
import type { Flow, Start } from '../contract/start.ts'
import { errorAndCauseOf, errorClassOf } from '../metering/error-class.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { LiveSeries } from '../metering/series.ts'
import type { GeneratorUser } from '../user/virtual-user.ts'

interface FlowSeries {
  iterations: LiveSeries
  duration: LiveSeries
  responseTime: LiveSeries
  startLag: LiveSeries
  failed: LiveSeries
}

/** What a flow threw, which may be anything. */
interface Failure {
  error: unknown
}

/** Who has a user make iterations. */
export interface IterationOwner {
  iterationEnded(iterations: Iterations): void
  /** What should never be: neither the flow nor the target is at fault. */
  broken(fault: unknown): void
}

/** Where all iterations of one generator are recorded. */
export class IterationMeter {
  readonly recorder: Recorder
  readonly clock: Clock
  readonly #series = new Map<string, FlowSeries>()

  constructor(recorder: Recorder, clock: Clock) {
    this.recorder = recorder
    this.clock = clock
  }

  seriesOf(flow: string): FlowSeries {
    const known = this.#series.get(flow)
    if (known) return known
    const of = (metric: string): LiveSeries => this.recorder.series(metric, { flow })
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

/**
 * The iterations of one user, one at a time. Thousands of users think at any moment: what one of them keeps meanwhile is
 * made once, so that an iteration leaves little behind.
 */
export class Iterations {
  readonly user: GeneratorUser
  readonly #meter: IterationMeter
  readonly #owner: IterationOwner
  readonly #resolved = (): void => this.#settled(undefined)
  readonly #rejected = (error: unknown): void => this.#settled({ error })
  #flow = ''
  #intendedAtMs = 0
  #startedAtMs = 0

  constructor(user: GeneratorUser, meter: IterationMeter, owner: IterationOwner) {
    this.user = user
    this.#meter = meter
    this.#owner = owner
  }

  /** The owner hears of the end later than this returns. A flow's error fails its iteration and nothing else. */
  begin(start: Start): void {
    const { user } = this
    const { recorder, clock } = this.#meter
    const { flow, intendedAtMs } = start
    const startedAtMs = clock.now()
    recorder.advance(startedAtMs)
    recorder.second.started++
    this.#meter.seriesOf(flow.name).startLag.add(startedAtMs - intendedAtMs)
    this.#flow = flow.name
    this.#intendedAtMs = intendedAtMs
    this.#startedAtMs = startedAtMs
    user.beginIteration(start, startedAtMs - intendedAtMs)
    settled(flow, user).then(this.#resolved, this.#rejected)
  }

  /** A flow may have left calls behind, by a forgotten await: the iteration ends with the last of them. */
  #settled(failure: Failure | undefined): void {
    const { calls, interrupted } = this.user
    if (calls.count === 0 || interrupted) {
      this.#ended(failure)
      return
    }
    if (failure === undefined)
      this.#meter.recorder.series('unawaited_calls', { flow: this.#flow }).add(calls.count)
    calls.whenIdle(() => this.#ended(failure))
  }

  #ended(failure: Failure | undefined): void {
    if (this.user.abandoned) return
    try {
      this.user.endIteration()
      this.#record(failure)
      this.#owner.iterationEnded(this)
    } catch (fault) {
      this.#owner.broken(fault)
    }
  }

  #record(failure: Failure | undefined): void {
    const { recorder, clock } = this.#meter
    const flow = this.#flow
    const endedAtMs = clock.now()
    recorder.advance(endedAtMs)
    if (this.user.interrupted) {
      recorder.series('interrupted_iterations', { flow }).add(1)
      return
    }
    recorder.second.ended++
    const series = this.#meter.seriesOf(flow)
    series.iterations.add(1)
    series.duration.add(endedAtMs - this.#startedAtMs)
    series.responseTime.add(endedAtMs - this.#intendedAtMs)
    if (failure === undefined) series.failed.add(0)
    else this.#recordFailure(failure)
  }

  #recordFailure({ error }: Failure): void {
    const { recorder } = this.#meter
    const { incidents } = recorder
    const flow = this.#flow
    const errorClass = errorClassOf(error)
    recorder.series('iteration_failed', { flow, error: errorClass }).add(1)
    const incident = incidents.groupOf('iteration', errorClass, flow).count(errorAndCauseOf(error))
    if (incident) incidents.describe(incident, { error, ...this.user.circumstances(incidents) })
  }
}

/** A flow may be any function, and fail before it has a promise to give. */
function settled(flow: Flow, user: GeneratorUser): Promise<unknown> {
  try {
    const run = flow.run(user)
    return run instanceof Promise ? run : Promise.resolve(run)
  } catch (error) {
    return Promise.reject(error)
  }
}
