import { cutsOf } from '../plan/cut.ts'
import type { Plan } from '../plan/plan.ts'
import { windowsOf } from '../plan/slice.ts'
import { publishEveryMs, publishedCount } from '../results/published.ts'
import { RELAY_LEAD_MS, STOP_POLL_MS, startLeadMs } from '../run/relay.ts'
import type { PlannedExperiment } from '../scenario/experiment.ts'
import { firstWhere } from '../schedule/bisect.ts'
import { scheduleOf } from '../schedule/executors.ts'
import type { Span, Stage } from '../schedule/piecewise-linear.ts'

const MINUTE_MS = 60_000
/** Memory of a generator: as much as buys one whole vCPU. */
export const GENERATOR_MEMORY_MB = 1_769
export const BYTES_PER_GB = 1e9
export const GENERATOR_GB = GENERATOR_MEMORY_MB / 1_024

/** State transitions along the longest way of the workflow (`lib/infra/run/run-definition.ts`), and of telling its end. */
const TRANSITIONS = { run: 12, slice: 9, window: 4, watchPass: 2, tell: 4 }
/** Plan, judgement and telling the end. */
const INVOCATIONS_PER_RUN = 3
/**
 * An invocation of the watch lasts so long, looks so often for snapshots, and so often for the end of the relay: with
 * experiments also for STOP.
 */
const WATCH_PASS_MS = 840_000
const LOOK_MS = 5_000
const END_POLL_MS = 2_000
const KEYS_PER_LIST = 1_000
/** A look lists the windows that may be written to: those that end, go on and begin. */
const OPEN_WINDOWS = 3
/** Planning, waiting for late metrics, the final merge and the reports. */
const BESIDES_MS = 120_000
/** Claim of an invocation; plan and setup, which it reads. */
const [PUTS_PER_INVOCATION, GETS_PER_INVOCATION] = [1, 2]
/** plan, setup, observed, summary, verdict and the reports. */
const PUTS_PER_RUN = 20
/** The watch puts its merge down so often, and at its end. */
const KEEP_MS = 60_000

/**
 * What users send and are sent where nobody has measured it: the request is one of CodePal's, the answer a page.
 * `perIteration` is for iterations that arrive, `perUserSecond` for users that live.
 */
export const ASSUMED_TRAFFIC = {
  requestsPerUserSecond: 1,
  requestsPerIteration: 4,
  sentBytesPerRequest: 300,
  receivedBytesPerRequest: 20_000,
}
export type Traffic = typeof ASSUMED_TRAFFIC

/** What a run in the cloud uses at most, if nothing is retried. */
export interface Usage {
  gbSeconds: number
  invocations: number
  transitions: number
  puts: number
  gets: number
  lists: number
  publishedMetricHours: number
  publications: number
  metricsRead: number
  sentGb: number
  receivedGb: number
  fisMinutes: number
}

/** One invocation of a generator: billed from `fromMs`, and until `toMs` at most, from the start of the run. */
export interface Billed extends Span {
  slice: number
  window: number
}

/**
 * Every invocation of a run. A generator is up before its window begins, and drains after it; the first one also
 * waits for the common start.
 */
export function* invocationsOf(plan: Plan): Generator<Billed, void> {
  const startMs = startLeadMs(plan.slices)
  for (let slice = 0; slice < plan.slices; slice++)
    for (const [window, { fromMs, toMs }] of windowsOf(plan, slice).entries())
      yield {
        slice,
        window,
        fromMs: fromMs - (window === 0 ? startMs : RELAY_LEAD_MS),
        toMs: toMs + plan.gracefulStopMs,
      }
}

/** The most generators that are up at once: while a slice is handed over, it has two. */
export function peakGenerators(plan: Plan): number {
  const invocations = [...invocationsOf(plan)]
  const begins = Float64Array.from(invocations, ({ fromMs }) => fromMs).sort()
  const ends = Float64Array.from(invocations, ({ toMs }) => toMs).sort()
  let peak = 0
  let over = 0
  begins.forEach((fromMs, begun) => {
    while ((ends[over] as number) <= fromMs) over++
    peak = Math.max(peak, begun + 1 - over)
  })
  return peak
}

export function usageOf(plan: Plan, traffic: Traffic = ASSUMED_TRAFFIC): Usage {
  const wholeMs = startLeadMs(plan.slices) + plan.durationMs + plan.gracefulStopMs
  const generators = generatorsOf(plan)
  const watchPasses = Math.ceil(wholeMs / WATCH_PASS_MS)
  const looks = Math.ceil(wholeMs / LOOK_MS)
  const watchSeconds = (wholeMs + BESIDES_MS) / 1_000
  const requests = requestsOf(plan, traffic)
  // The last one is the judgement's.
  const publications = Math.ceil(wholeMs / publishEveryMs(plan)) + 1
  const { run, slice, window, watchPass, tell } = TRANSITIONS
  return {
    gbSeconds: (generators.billedMs / 1_000 + watchSeconds) * GENERATOR_GB,
    invocations: generators.invocations + watchPasses + INVOCATIONS_PER_RUN,
    transitions: run + tell + slice * plan.slices + window * generators.invocations + watchPass * watchPasses,
    puts:
      generators.snapshots +
      PUTS_PER_INVOCATION * generators.invocations +
      looks +
      Math.ceil(wholeMs / KEEP_MS) +
      watchPasses +
      publications +
      PUTS_PER_RUN,
    gets:
      Math.ceil(generators.billedMs / STOP_POLL_MS) +
      GETS_PER_INVOCATION * generators.invocations +
      generators.snapshots +
      looks +
      // How far series have been published.
      watchPasses +
      Math.ceil(wholeMs / END_POLL_MS) * (plan.experiments.length > 0 ? 2 : 1),
    lists: looks * listsPerLook(plan, generators.snapshots),
    publishedMetricHours: publishedCount(plan) * Math.ceil(wholeMs / 3_600_000),
    publications,
    metricsRead: metricsReadOf(plan),
    sentGb: (requests * traffic.sentBytesPerRequest) / BYTES_PER_GB,
    receivedGb: (requests * traffic.receivedBytesPerRequest) / BYTES_PER_GB,
    fisMinutes: plan.experiments.reduce((sum, one) => sum + actionMinutesOf(one), 0),
  }
}

/** Each action is charged from its start to its end; a minute that has begun is taken for a whole one. */
function actionMinutesOf({ actions, fromMs, toMs }: PlannedExperiment): number {
  return actions * Math.ceil((toMs - fromMs) / MINUTE_MS)
}

function generatorsOf(plan: Plan): { invocations: number; billedMs: number; snapshots: number } {
  const cuts = cutsOf(plan)
  const cutEndingAfter = (atMs: number): number =>
    firstWhere(0, cuts.length, (seq) => (cuts[seq]?.toMs ?? 0) > atMs)
  // What the end of a window interrupts is in the cut that begins there.
  const cutBeginningAfter = (atMs: number): number =>
    firstWhere(0, cuts.length, (seq) => (cuts[seq]?.fromMs ?? 0) > atMs)
  const sums = { invocations: 0, billedMs: 0, snapshots: 0 }
  for (const { fromMs, toMs, window } of invocationsOf(plan)) {
    const loadFromMs = window === 0 ? 0 : fromMs + RELAY_LEAD_MS
    sums.invocations++
    sums.billedMs += toMs - fromMs
    sums.snapshots += cutBeginningAfter(toMs) - cutEndingAfter(loadFromMs)
  }
  return sums
}

/** A slice's snapshots of two whole windows, or of the whole run, a page at a time. */
function listsPerLook({ slices, windowMs, intervalMs }: Plan, snapshots: number): number {
  const keys = Math.min(snapshots, slices * 2 * Math.ceil(windowMs / intervalMs))
  return OPEN_WINDOWS + Math.floor(keys / KEYS_PER_LIST)
}

/** Each metric of CloudWatch is asked for when the run is over, and again until it is all there. */
function metricsReadOf({ sources }: Plan): number {
  const READS = 5
  const asked = Object.values(sources).filter(({ kind }) => kind === 'cloudwatch')
  return READS * asked.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0)
}

function requestsOf({ executors }: Plan, traffic: Traffic): number {
  return executors.map(scheduleOf).reduce((sum, schedule) => {
    if (schedule.kind === 'arrivals') return sum + schedule.count * traffic.requestsPerIteration
    const { iterations, peakUsers, stages } = schedule
    if (iterations === undefined) return sum + userSeconds(stages) * traffic.requestsPerUserSecond
    const count = 'shared' in iterations ? iterations.shared : iterations.perUser * peakUsers
    return sum + count * traffic.requestsPerIteration
  }, 0)
}

/** The area under the level. */
function userSeconds(stages: readonly Stage[]): number {
  return stages.reduce(
    (sum, { fromMs, toMs, fromLevel, toLevel }) =>
      sum + ((fromLevel + toLevel) / 2) * ((toMs - fromMs) / 1_000),
    0,
  )
}
