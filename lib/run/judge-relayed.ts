import type { Judged } from '../../aggregator/judge/judge.ts'
import { RunPublisher } from '../../aggregator/live/run-publisher.ts'
import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import { incompleteWindows } from '../../aggregator/merge/window-prefixes.ts'
import { writeReports } from '../../aggregator/report/write-reports.ts'
import { openSources } from '../adapters/metrics-source/open.ts'
import type { Plan } from '../core/plan/plan.ts'
import { actualPlan } from '../core/plan/shown-plan.ts'
import type { State, Verdict } from '../core/results/verdict.ts'
import { relayedKey, relayedSchema } from '../core/run/relay.ts'
import type { Clock, FaultInjector, MetricsSource, SeriesPublisher, SnapshotStore } from '../ports.ts'
import { loadDeployedScenario } from '../scenario/deployed-scenario.ts'
import { endLoad } from './end-load.ts'
import { Experiments } from './experiments.ts'
import { findJudged, judgeOnce } from './judged-once.ts'
import { occasionOf } from './occasion.ts'
import { forgetSetup, judgeRun, settle } from './phases.ts'
import { readFailures } from './relayed-crew.ts'
import { openMerge, type RelayedRun } from './relayed-run.ts'
import { isSampled, readSampled } from './sampled.ts'
import { readMessage } from './store/message.ts'

/** The console shows a cause in full up to about this length. */
const CAUSE_CHARACTERS = 2_000

interface JudgePorts {
  store: SnapshotStore
  publisher: SeriesPublisher
  clock: Clock
  injector: FaultInjector
}

/** What the state machine ends with. */
export interface Judgement {
  state: State
  cause: string
}

/**
 * Merges all that a run wrote, judges it and writes its reports. A run is judged once: whoever comes later, because an
 * execution was ended while it judged or was tried again, writes the reports of that judgement.
 */
export async function judgeRelayed(event: RelayedRun, ports: JudgePorts): Promise<Judgement> {
  const { store } = ports
  const judged =
    (await findJudged(store, event.run)) ?? (await judgeOnce(store, await judgementOf(event, ports)))
  await writeReports(store, judged)
  await forgetSetup(store, event.run)
  return { state: judged.verdict.state, cause: causeOf(judged.verdict) }
}

async function judgementOf(event: RelayedRun, ports: JudgePorts): Promise<Judged> {
  const { store, clock } = ports
  const keeper = await openMerge(event, ports)
  const { merge } = keeper
  const { plan } = merge
  const relayedAtMs = await relayedAt(store, plan.run)
  if (relayedAtMs === undefined) await endLoad(merge, ports)
  const experiments = await Experiments.open({ ...event, ...ports, plan })
  await experiments.end()
  await foldSnapshots(merge, store, { prefixes: incompleteWindows(merge), onBatch: () => keeper.keepIfDue() })
  const endedAtMs = relayedAtMs ?? Math.max(event.startAtMs, clock.now())
  const unpublished = await (await RunPublisher.open(merge, ports)).finish()
  const loaded = await loadDeployedScenario(plan.scenario.module, store)
  const actual = actualPlan(plan, loaded.scenario)
  const sources = openLater(actual, clock)
  const observed = await settle(
    plan.run,
    {
      ...{ startAtMs: event.startAtMs, endedAtMs, experiments: experiments.all, remarks: unpublished },
      ends: await readFailures(store, plan.run),
    },
    {
      ...{ store, sources, sampled: await readSampled(store, plan.run) },
      occasion: occasionOf(actual, loaded, store, clock),
    },
  )
  await Promise.all(sources.map((source) => source.close()))
  return judgeRun(merge, observed, store)
}

/** When the last lane of the last slice was through, epoch milliseconds. */
async function relayedAt(store: SnapshotStore, run: string): Promise<number | undefined> {
  return (await readMessage(store, relayedKey(run), relayedSchema))?.atMs
}

/** The sources that know everything afterwards; the watches have sampled the others. */
function openLater(plan: Plan, clock: Clock): MetricsSource[] {
  const later = Object.entries(plan.sources).filter(([, source]) => !isSampled(source))
  return openSources({ ...plan, sources: Object.fromEntries(later) }, clock)
}

function causeOf({ state, reasons, run }: Verdict): string {
  const text = [`Verdict: ${state}.`, ...reasons, `See runs/${run}/report.html in the bucket.`].join('\n')
  return text.length > CAUSE_CHARACTERS ? `${text.slice(0, CAUSE_CHARACTERS - 1)}…` : text
}
