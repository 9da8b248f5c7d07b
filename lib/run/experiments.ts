import type { Plan } from '../core/plan/plan.ts'
import {
  type Experiment,
  experimentKey,
  experimentPrefix,
  experimentSchema,
  experimentToken,
  type PlannedExperiment,
} from '../core/scenario/experiment.ts'
import type { Clock, Fault, FaultInjector, SnapshotStore } from '../ports.ts'
import { readMessage } from './store/message.ts'
import { findStop } from './store/stop.ts'

const LOOK_EVERY_MS = 2_000
const END_LOOK_MS = 1_000
/** How long an experiment that was told to stop is watched. */
const ENDING_MS = 20_000
const RUN_STOPPED = 'the run was stopped'

interface Conducted {
  plan: Pick<Plan, 'run' | 'experiments'>
  /** Start of the run, epoch milliseconds. */
  startAtMs: number
  store: SnapshotStore
  clock: Clock
  injector: FaultInjector
}

/**
 * Starts the experiments of a run at their times and ends them at theirs, or with the run. What it knows is in the store:
 * another process goes on with it, and one that asks for the same experiment again finds the one that there is.
 */
export class Experiments {
  readonly #of: Conducted
  /** By their numbers in the plan; absent while nothing is known of them. */
  readonly #known = new Map<number, Experiment>()
  readonly #written = new Map<number, string>()
  /** Those that were told to stop. */
  readonly #told = new Set<number>()
  /** What went wrong last. */
  readonly #trouble = new Map<number, string>()

  static async open(conducted: Conducted): Promise<Experiments> {
    const experiments = new Experiments(conducted)
    await experiments.#read()
    return experiments
  }

  private constructor(conducted: Conducted) {
    this.#of = conducted
  }

  /** What became of each experiment of the plan. */
  get all(): Experiment[] {
    return [...this.#of.plan.experiments.keys()].map((i) => this.#known.get(i) ?? this.#notStarted(i))
  }

  /** Goes on until every experiment has ended, or somebody else takes over. */
  async conduct(signal: AbortSignal): Promise<void> {
    const { clock } = this.#of
    while (!signal.aborted && this.#open().length > 0) {
      await this.#look()
      await clock.sleepUntil(this.#nextLookMs(), signal)
    }
  }

  /** Ends whatever goes on, and waits for it. Nothing starts any more. */
  async end(): Promise<void> {
    const { clock } = this.#of
    const patientUntilMs = clock.now() + ENDING_MS
    const why = (await this.#isStopped()) ? RUN_STOPPED : 'the load was over'
    const running = (): number[] => this.#open().filter((i) => this.#known.has(i))
    while (running().length > 0 && clock.now() < patientUntilMs) {
      await Promise.all(running().map((i) => this.#follow(i, why)))
      if (running().length > 0) await clock.sleepUntil(Math.min(patientUntilMs, clock.now() + END_LOOK_MS))
    }
    for (const i of running()) if (this.#told.has(i)) await this.#leave(i)
    for (const i of this.#open()) if (!this.#known.has(i)) await this.#giveUp(i)
  }

  async #look(): Promise<void> {
    const stopped = await this.#isStopped()
    const { experiments } = this.#of.plan
    await Promise.all(
      this.#open().map(async (i) => {
        const planned = experiments[i] as PlannedExperiment
        if (this.#known.has(i)) await this.#follow(i, stopped ? RUN_STOPPED : undefined)
        else if (stopped || this.#nowMs() >= planned.toMs) await this.#giveUp(i)
        else if (this.#nowMs() >= planned.fromMs) await this.#start(i, planned)
      }),
    )
  }

  /** A store that can't be read now is read again in a moment. */
  async #isStopped(): Promise<boolean> {
    const { store, plan } = this.#of
    return (await findStop(store, plan.run).catch(() => undefined)) !== undefined
  }

  async #start(i: number, planned: PlannedExperiment): Promise<void> {
    const { plan, injector } = this.#of
    const startedMs = this.#nowMs()
    const token = experimentToken(plan.run, planned, i)
    const started = await this.#tried(i, () => injector.start(planned.template, token))
    if (!started) return
    await this.#keep(
      i,
      'id' in started
        ? { ...planned, state: 'running', id: started.id, startedMs }
        : { ...planned, state: 'not-started', reason: started.refused },
    )
  }

  /** Writes down how an experiment stands, and stops it if it has to; `why` says so before its time is over. */
  async #follow(i: number, why: string | undefined): Promise<void> {
    const { injector, startAtMs } = this.#of
    const experiment = this.#known.get(i) as Experiment
    const id = experiment.id as string
    const isOver = this.#nowMs() >= experiment.toMs
    const fault = await this.#tried(i, () => injector.state(id))
    const seen = { ...experiment, ...timesOf(fault, startAtMs) }
    if (fault && fault.state !== 'running') {
      const endedMs = seen.endedMs ?? this.#nowMs()
      return this.#keep(i, { ...seen, endedMs, ...this.#endOf(i, fault, isOver, why) })
    }
    await this.#keep(i, seen)
    if ((why !== undefined || isOver) && !this.#told.has(i))
      await this.#tried(i, async () => {
        await injector.stop(id)
        this.#told.add(i)
      })
  }

  /** One that somebody else has stopped in its time was not the fault that the plan meant. */
  #endOf(
    i: number,
    { state, reason = '' }: Fault,
    isOver: boolean,
    why: string | undefined,
  ): Pick<Experiment, 'state' | 'reason'> {
    if (state === 'stopped' && (this.#told.has(i) || isOver || why !== undefined))
      return { state, ...(!isOver && why !== undefined && { reason: why }) }
    const said = [...(state === 'stopped' ? ['it was stopped by somebody else'] : []), reason]
    const text = said.filter((part) => part !== '').join(': ')
    return { state: state === 'completed' ? state : 'failed', ...(text !== '' && { reason: text }) }
  }

  /** It was told to stop, and goes on ending: nobody waits for that. */
  async #leave(i: number): Promise<void> {
    const reason = `it was still ending ${ENDING_MS / 1_000} s after it was told to`
    await this.#keep(i, {
      ...(this.#known.get(i) as Experiment),
      state: 'stopped',
      endedMs: this.#nowMs(),
      reason,
    })
  }

  async #giveUp(i: number): Promise<void> {
    await this.#keep(i, this.#notStarted(i))
  }

  #notStarted(i: number): Experiment {
    const planned = this.#of.plan.experiments[i] as PlannedExperiment
    const early = this.#nowMs() < planned.fromMs
    const why = early ? 'the run was over before it was due' : 'nobody could start it in its time'
    return { ...planned, state: 'not-started', reason: this.#trouble.get(i) ?? why }
  }

  /** Numbers of the experiments that may still change. */
  #open(): number[] {
    return [...this.#of.plan.experiments.keys()].filter(
      (i) => (this.#known.get(i)?.state ?? 'running') === 'running',
    )
  }

  #nowMs(): number {
    return this.#of.clock.now() - this.#of.startAtMs
  }

  #nextLookMs(): number {
    const { plan, startAtMs, clock } = this.#of
    const times = plan.experiments.flatMap(({ fromMs, toMs }) => [startAtMs + fromMs, startAtMs + toMs])
    return Math.min(clock.now() + LOOK_EVERY_MS, ...times.filter((atMs) => atMs > clock.now()))
  }

  /** What goes wrong now is tried again at the next look. */
  async #tried<T>(i: number, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#trouble.set(i, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  async #keep(i: number, experiment: Experiment): Promise<void> {
    const body = JSON.stringify(experiment)
    this.#known.set(i, experiment)
    if (this.#written.get(i) === body) return
    await this.#tried(i, async () => {
      await this.#of.store.put(experimentKey(this.#of.plan.run, i), body)
      this.#written.set(i, body)
    })
  }

  async #read(): Promise<void> {
    const { plan, store } = this.#of
    for (const i of plan.experiments.keys()) {
      const known = await readMessage(store, experimentKey(plan.run, i), experimentSchema)
      if (known) this.#known.set(i, known)
    }
  }
}

function timesOf(fault: Fault | undefined, startAtMs: number): Pick<Experiment, 'startedMs' | 'endedMs'> {
  const { startedAtMs, endedAtMs } = fault ?? {}
  return {
    ...(startedAtMs !== undefined && { startedMs: startedAtMs - startAtMs }),
    ...(endedAtMs !== undefined && { endedMs: endedAtMs - startAtMs }),
  }
}

/** Stops what a run's watch has started, when there is no watch to do so. Throws if any of it can't be stopped. */
export async function stopExperiments(
  run: string,
  { store, injector }: Pick<Conducted, 'store' | 'injector'>,
): Promise<void> {
  const stops: Promise<void>[] = []
  for await (const key of store.list(experimentPrefix(run))) {
    const body = await store.get(key)
    const { id, state } = experimentSchema.parse(JSON.parse(new TextDecoder().decode(body)))
    if (id !== undefined && state === 'running') stops.push(injector.stop(id))
  }
  const failed = (await Promise.allSettled(stops)).find((stop) => stop.status === 'rejected')
  if (failed) throw failed.reason
}
