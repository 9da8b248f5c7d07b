import type { Judged } from '../../aggregator/judge/judge.ts'
import { writeReports } from '../../aggregator/report/write-reports.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Live } from '../core/results/live.ts'
import type { GeneratorEnd } from '../core/results/observed.ts'
import { notStarted } from '../core/scenario/experiment.ts'
import type { Clock, Launcher, MetricsSource, Occasion, SnapshotStore } from '../ports.ts'
import { forgetSetup, judgeRun, prepare, settle, writeStart } from './phases.ts'
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
  const { store, launcher, sources, clock, onEvent, onTrouble = () => undefined } = ports
  const occasion = tornDownOnce(ports.occasion)
  const plan = await prepare(actual, { store, openOccasion: () => occasion })
  onEvent('the plan is written and setup is done')
  for (const source of sources) source.begin()
  try {
    const crew = await launcher.launch(actual, (end) => onTrouble(endOf(end)))
    const { startAtMs } = crew
    await writeStart(store, plan.run, {
      startAtMs,
      deadlineAtMs: startAtMs + plan.durationMs + plan.gracefulStopMs,
    })
    onEvent(
      `${crew.up()} of ${plan.slices} generators are up; all start at ${new Date(startAtMs).toISOString()}`,
    )
    const watch = new Watch(plan, crew, ports)
    const ends = await watch.untilEnded()
    const endedAtMs = clock.now()
    for (const end of ends) onEvent(endOf(end))
    const experiments = notStarted(plan.experiments, NOT_HERE)
    const ended = { startAtMs, endedAtMs, ends, experiments, remarks: [] }
    const observed = await settle(plan.run, ended, { store, occasion, sources })
    for (const { metric, points, noData } of observed.server)
      onEvent(`${metric}: ${noData ?? `${points.length} points`}`)
    const judged = await judgeRun(await watch.finalMerge(), observed, store)
    await writeReports(store, judged)
    return judged
  } finally {
    // Setup is undone whatever happened to the load.
    await occasion.teardown()
    await forgetSetup(store, plan.run).catch(() => undefined)
    await Promise.all(sources.map((source) => source.close()))
  }
}

/** A later call of the teardown gets what the first one came to. */
function tornDownOnce(occasion: Occasion): Occasion {
  let undone: Promise<string[]> | undefined
  return {
    setup: () => occasion.setup(),
    teardown() {
      undone ??= occasion.teardown()
      return undone
    },
  }
}

function endOf({ slice, window, ending, error }: GeneratorEnd): string {
  return `generator ${slice}, window ${window}: ${error === undefined ? ending : `failed: ${error}`}`
}
