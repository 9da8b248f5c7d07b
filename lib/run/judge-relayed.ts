import { type Judged, judge } from '../../aggregator/judge/judge.ts'
import { RunPublisher } from '../../aggregator/live/run-publisher.ts'
import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import { incompleteWindows } from '../../aggregator/merge/window-prefixes.ts'
import { writeReports } from '../../aggregator/report/write-reports.ts'
import { openSources } from '../adapters/metrics-source/open.ts'
import type { Plan } from '../core/plan/plan.ts'
import { actualPlan } from '../core/plan/shown-plan.ts'
import { type Observed, observedKey } from '../core/results/observed.ts'
import type { State, Verdict } from '../core/results/verdict.ts'
import { relayedKey, relayedSchema } from '../core/run/relay.ts'
import { setupKey } from '../core/run/setup.ts'
import type { OutsideSeries } from '../core/scenario/source.ts'
import type { Clock, FaultInjector, SeriesPublisher, SnapshotStore } from '../ports.ts'
import { loadDeployedScenario } from '../scenario/deployed-scenario.ts'
import { endLoad } from './end-load.ts'
import { Experiments } from './experiments.ts'
import { findJudged, judgeOnce } from './judged-once.ts'
import { occasionOf } from './occasion.ts'
import { readFailures } from './relayed-crew.ts'
import { openMerge, type RelayedRun } from './relayed-run.ts'
import { isSampled, readSampled } from './sampled.ts'
import { readMessage } from './store/message.ts'
import { findStop } from './store/stop.ts'

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
  // What setup returned is often a token, and nothing needs it any more.
  await store.put(setupKey(event.run), '{}')
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
  const remarks = [...(await occasionOf(actual, loaded, store, clock).teardown()), ...unpublished]
  const server = [
    ...(await readSampled(store, plan.run)),
    ...(await readSources(actual, clock, event.startAtMs, endedAtMs)),
  ]
  const ends = await readFailures(store, plan.run)
  const observed: Observed = {
    startAtMs: event.startAtMs,
    endedAtMs,
    ends,
    server,
    experiments: experiments.all,
    remarks,
  }
  await store.put(observedKey(plan.run), JSON.stringify(observed))
  return judge(plan, merge, observed, await findStop(store, plan.run))
}

/** When the last lane of the last slice was through, epoch milliseconds. */
async function relayedAt(store: SnapshotStore, run: string): Promise<number | undefined> {
  return (await readMessage(store, relayedKey(run), relayedSchema))?.atMs
}

async function readSources(plan: Plan, clock: Clock, fromMs: number, toMs: number): Promise<OutsideSeries[]> {
  const later = Object.entries(plan.sources).filter(([, source]) => !isSampled(source))
  const sources = openSources({ ...plan, sources: Object.fromEntries(later) }, clock)
  const series = await Promise.all(sources.map((source) => source.read(fromMs, toMs)))
  await Promise.all(sources.map((source) => source.close()))
  return series.flat()
}

function causeOf({ state, reasons, run }: Verdict): string {
  const text = [`Verdict: ${state}.`, ...reasons, `See runs/${run}/report.html in the bucket.`].join('\n')
  return text.length > CAUSE_CHARACTERS ? `${text.slice(0, CAUSE_CHARACTERS - 1)}…` : text
}
