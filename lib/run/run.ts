import { type Judged, judge } from '../../aggregator/judge/judge.ts'
import { writeReports } from '../../aggregator/report/write-reports.ts'
import { type Plan, planKey } from '../core/plan/plan.ts'
import { shownPlan } from '../core/plan/shown-plan.ts'
import type { Live } from '../core/results/live.ts'
import { type GeneratorEnd, type Observed, observedKey } from '../core/results/observed.ts'
import { type Start, startKey } from '../core/run/relay.ts'
import { setupKey } from '../core/run/setup.ts'
import { notStarted } from '../core/scenario/experiment.ts'
import type { Clock, Launcher, MetricsSource, Occasion, SnapshotStore } from '../ports.ts'
import { findStop } from './store/stop.ts'
import { Watch } from './watch-run.ts'

const NOT_HERE = 'only a deployment in AWS starts experiments'

export interface RunPorts {
  store: SnapshotStore
  launcher: Launcher
  /** Metrics from outside the generators. */
  sources: readonly MetricsSource[]
  /** The scenario's `setup` and `teardown`. */
  occasion: Occasion
  clock: Clock
  onProgress: (live: Live) => void
  /** What happened, in a line, for those who want to know. */
  onEvent: (text: string) => void
  /** What went wrong and is not over yet, in a line. */
  onTrouble?: (text: string) => void
}

/** A whole run: a plan in, a verdict out, and its files in the store. Only the launcher gets the plan with its secrets. */
export async function run(actual: Plan, ports: RunPorts): Promise<Judged> {
  const { store, launcher, sources, occasion, clock, onEvent, onTrouble = () => undefined } = ports
  const plan = shownPlan(actual)
  await store.put(planKey(plan.run), JSON.stringify(plan, null, 2))
  await occasion.setup()
  onEvent('the plan is written and setup is done')
  for (const source of sources) source.begin()
  let teardown: Promise<string[]> | undefined
  try {
    const crew = await launcher.launch(actual, (end) => onTrouble(endOf(end)))
    const start = {
      startAtMs: crew.startAtMs,
      deadlineAtMs: crew.startAtMs + plan.durationMs + plan.gracefulStopMs,
    }
    await store.put(startKey(plan.run), JSON.stringify(start satisfies Start))
    onEvent(
      `${crew.up()} of ${plan.slices} generators are up; all start at ${new Date(crew.startAtMs).toISOString()}`,
    )
    const watch = new Watch(plan, crew, ports)
    const ends = await watch.untilEnded()
    const endedAtMs = clock.now()
    for (const end of ends) onEvent(endOf(end))
    teardown = occasion.teardown()
    const remarks = await teardown

    const server = (await Promise.all(sources.map((source) => source.read(crew.startAtMs, endedAtMs)))).flat()
    const experiments = notStarted(plan.experiments, NOT_HERE)
    const observed: Observed = { startAtMs: crew.startAtMs, endedAtMs, ends, server, experiments, remarks }
    for (const { metric, points, noData } of server)
      onEvent(`${metric}: ${noData ?? `${points.length} points`}`)
    await store.put(observedKey(plan.run), JSON.stringify(observed))
    const judged = judge(plan, await watch.finalMerge(), observed, await findStop(store, plan.run))
    await writeReports(store, judged)
    return judged
  } finally {
    // Setup is undone whatever happened to the load.
    if (!teardown) await occasion.teardown()
    await forgetSetup(plan, store)
    await Promise.all(sources.map((source) => source.close()))
  }
}

/** What `setup` returned is often a token, and after `teardown` nothing needs it any more. */
async function forgetSetup({ run }: Plan, store: SnapshotStore): Promise<void> {
  await store.put(setupKey(run), '{}').catch(() => undefined)
}

function endOf({ slice, window, ending, error }: GeneratorEnd): string {
  return `generator ${slice}, window ${window}: ${error === undefined ? ending : `failed: ${error}`}`
}
