import { cutsOf } from '../../lib/core/plan/cut.ts'
import { selectedValues } from '../../lib/core/plan/overflow.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { windowsOf } from '../../lib/core/plan/slice.ts'
import type { Ending } from '../../lib/core/results/snapshot.ts'
import type { Scenario } from '../../lib/core/scenario/scenario.ts'
import type { Clock, Invocation, SnapshotStore } from '../../lib/ports.ts'
import type { PrintedLines } from '../../lib/user-code/printed-lines.ts'
import type { StrayErrors } from '../../lib/user-code/stray-errors.ts'
import { IterationMeter } from './load/iteration.ts'
import { type ExecutorTools, startExecutors, usersFrom } from './load/start-executors.ts'
import { errorAndCauseOf, errorClassOf } from './metering/error-class.ts'
import { HealthMeter } from './metering/health.ts'
import { Incidents } from './metering/incidents.ts'
import { Recorder } from './metering/recorder.ts'
import { SnapshotWriter } from './metering/snapshot-writer.ts'
import { ABANDON_MS, Shutdown } from './shutdown.ts'
import { pollStop } from './stop-poll.ts'
import type { Preconnect } from './user/preconnect.ts'
import type { UserServices } from './user/user-services.ts'
import { GeneratorUser } from './user/virtual-user.ts'

/** How often users past their time are interrupted and the clock moves the recorder on. */
const HOUSEKEEPING_MS = 100

/** What the load needs is built this long before its start: the first arrivals would have to wait for it. */
const BUILD_AHEAD_MS = 100

/** A generator that wakes later than this has missed its start: it joins at the present moment and replays nothing. */
const LATE_AFTER_MS = 250

export interface GenerateOptions {
  plan: Plan
  scenario: Scenario
  /** URL of the scenario's module; by default the one that the plan names. */
  module?: string
  invocation: Invocation
  /** The common start of all generators, epoch milliseconds. */
  startAtMs: number
  store: SnapshotStore
  clock: Clock
  /** How often STOP is looked for. */
  stopPollMs: number
  /** Ends the load at once, whatever the store says. */
  abandon?: AbortSignal
  /** Texts that are secrets wherever they stand in what is written down. */
  secrets?: readonly string[]
  /** What code of the scenario prints; the first lines are kept with the run. */
  printed?: PrintedLines | undefined
  /** Errors that nothing waits for; they are counted. By default there are none. */
  strays?: StrayErrors | undefined
  /** How this process is; by default it is measured, as one that has nothing else to do. */
  health?: Pick<HealthMeter, 'read' | 'close'> | undefined
  /** Opens connections ahead of the start. */
  preconnect?: Preconnect | undefined
  /** Builds what users need around the recorder. */
  createServices: (recorder: Recorder) => UserServices
}

/**
 * Makes the load of one window of one slice and writes it down, snapshot by snapshot.
 * Resolves when its last snapshot is written, with the way it ended. Rejects then, too, where something broke that is
 * neither the flows' fault nor the target's.
 */
export async function generate(options: GenerateOptions): Promise<Ending> {
  const { plan, invocation, startAtMs, clock } = options
  const window = windowsOf(plan, invocation.slice)[invocation.window]
  if (!window) throw new RangeError(`slice ${invocation.slice} has no window ${invocation.window}`)
  const shutdown = new Shutdown()
  options.abandon?.addEventListener('abort', () => shutdown.leave('aborted'), { once: true })
  if (options.abandon?.aborted) shutdown.leave('aborted')
  const watching = new AbortController()
  // A run that is stopped before its start makes no load at all.
  const stopWatch = endAtStop(options, shutdown, watching.signal)
  const startsMs = startAtMs + window.fromMs
  await options.preconnect?.open(usersFrom(options, window), startsMs, shutdown.signal)
  await clock.sleepUntil(startsMs - BUILD_AHEAD_MS, shutdown.signal)
  const behindMs = clock.now() - startsMs
  const joinedMs = behindMs > LATE_AFTER_MS ? window.fromMs + behindMs : window.fromMs

  const health = options.health ?? new HealthMeter()
  const module = options.module ?? plan.scenario.module
  const recorder = new Recorder({
    incidents: new Incidents({
      module,
      secrets: options.secrets ?? [],
      sinceStart: () => clock.now() - startAtMs,
    }),
    startAtMs,
    fromMs: joinedMs,
    cuts: cutsOf(plan),
    metrics: plan.metrics,
    selected: selectedValues(plan),
    onInterval: (interval) => writer.write(interval, health.read(services.openSockets()), shutdown.ending),
  })
  const services = options.createServices(recorder)
  const users = new Set<GeneratorUser>()
  const createUser = (id: number): GeneratorUser => new GeneratorUser(id, services)
  const meter = new IterationMeter(recorder, clock)
  const crew = { users, createUser, meter, recorder, clock, signal: shutdown.signal }
  await clock.sleepUntil(startsMs, shutdown.signal)
  const writer = new SnapshotWriter({
    ...options,
    startLateMs: Math.max(0, clock.now() - startsMs),
    onLost: () => shutdown.leave('store-lost'),
  })
  const executorRuns = startExecutors(options, { fromMs: joinedMs, toMs: window.toMs }, crew)

  const deaf = options.strays?.listen((error) => recordUnhandled(recorder, error))
  const printedNoMore = options.printed?.listen({
    onLine: (line) => recorder.incidents.countLine(line),
    onLeftOut: (count) => recorder.incidents.leaveOut('console', count),
  })
  const watches = [
    stopWatch,
    maintain(crew, watching.signal),
    endAtDeadline(options, window.toMs, shutdown, watching.signal),
  ]
  const broken = await Promise.race([Promise.all(executorRuns), shutdown.abandoned(clock)]).then(
    () => undefined,
    (fault: unknown) => ({ fault }),
  )
  shutdown.leave(broken ? 'aborted' : 'complete')
  watching.abort()
  await Promise.all(watches)
  for (const user of users) user.abandon()
  options.printed?.flush()
  printedNoMore?.()
  recorder.finish(clock.now())
  await writer.drained()
  await services.close()
  deaf?.()
  health.close()
  if (broken) throw broken.fault
  return shutdown.ending ?? 'complete'
}

function recordUnhandled(recorder: Recorder, error: unknown): void {
  const { incidents } = recorder
  recorder.series('unhandled_rejections', { error: errorClassOf(error) }).add(1)
  const incident = incidents.groupOf('unhandled', errorClassOf(error)).count(errorAndCauseOf(error))
  if (incident) incidents.describe(incident, { error })
}

/** Interrupts users whose time is over, and moves the recorder on where nothing else does. */
async function maintain(
  { users, recorder, clock, signal }: ExecutorTools,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const nowMs = clock.now()
    recorder.advance(nowMs)
    for (const user of users) if (signal.aborted || nowMs >= user.interruptAtMs) user.interrupt()
    await clock.sleepUntil(Math.min(nowMs + HOUSEKEEPING_MS, recorder.cutEndsAtMs), until)
  }
}

/** The absolute end of this generator, whatever its flows do. */
async function endAtDeadline(
  { plan, startAtMs, clock }: GenerateOptions,
  windowEndsMs: number,
  shutdown: Shutdown,
  until: AbortSignal,
): Promise<void> {
  await clock.sleepUntil(startAtMs + windowEndsMs + plan.gracefulStopMs + ABANDON_MS, until)
  if (!until.aborted) shutdown.leave('deadline')
}

async function endAtStop(options: GenerateOptions, shutdown: Shutdown, until: AbortSignal): Promise<void> {
  const { plan, store, clock, stopPollMs } = options
  const stop = await pollStop({ run: plan.run, store, clock, everyMs: stopPollMs, signal: until })
  if (stop) shutdown.leave(stop.by === 'infrastructure' ? 'store-lost' : 'stopped')
}
