import { RunPublisher } from '../../aggregator/live/run-publisher.ts'
import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import { earlierWindows, openWindows } from '../../aggregator/merge/window-prefixes.ts'
import { openSources } from '../adapters/metrics-source/open.ts'
import type { Plan } from '../core/plan/plan.ts'
import { actualPlan, isMasked } from '../core/plan/shown-plan.ts'
import { type Live, liveKey } from '../core/results/live.ts'
import { sampledPrefix } from '../core/results/observed.ts'
import type { Clock, FaultInjector, SeriesPublisher, SnapshotStore } from '../ports.ts'
import { loadDeployedScenario } from '../scenario/deployed-scenario.ts'
import { Experiments } from './experiments.ts'
import { RelayedCrew, type WatchEnd } from './relayed-crew.ts'
import { openMerge, type RelayedRun } from './relayed-run.ts'
import { isSampled, readSampled } from './sampled.ts'
import { Watch } from './watch-run.ts'

/** Every look lists the open windows. */
const LOOK_EVERY_MS = 5_000
/** From the end of watching until the platform ends the invocation: the last look, what was sampled, the answer. */
const CLOSING_MS = 60_000

interface WatchPorts {
  store: SnapshotStore
  publisher: SeriesPublisher
  clock: Clock
  injector: FaultInjector
  killedAtMs: number
}

/** Watches a run until it is over, or until this invocation has to end and another one goes on. */
export async function watchRelayed(event: RelayedRun, ports: WatchPorts): Promise<{ end: WatchEnd }> {
  const { store, clock, injector, killedAtMs } = ports
  const keeper = await openMerge(event, ports)
  const { merge } = keeper
  const { plan } = merge
  const sampledBefore = await readSampled(store, plan.run)
  const publishing = await RunPublisher.open(merge, ports)
  const experiments = await Experiments.open({ ...event, plan, store, clock, injector })
  const { target, sources: named } = isMasked(plan) ? await withSecrets(plan, store) : plan
  const sources = openSources({ target, sources: pick(named, isSampled) }, clock)
  const beganAtMs = clock.now()
  const shutdown = new AbortController()
  const conducting = experiments.conduct(shutdown.signal)
  for (const source of sources) source.begin()
  // Nothing waits for what an earlier watch may have missed but series, which never fall back behind what was published.
  let caughtUp = false
  const backlog = foldSnapshots(merge, store, {
    prefixes: earlierWindows(plan, merge.observedMs, beganAtMs - event.startAtMs),
    onBatch: () => keeper.keepIfDue(),
    signal: shutdown.signal,
  }).then(
    () => {
      caughtUp = true
    },
    () => undefined,
  )
  try {
    const crew = new RelayedCrew({ ...event, merge, store, clock, untilMs: killedAtMs - CLOSING_MS })
    const onProgress = (live: Live): void => {
      if (caughtUp) publishing.look(live)
      const told = { ...live, unpublished: publishing.failure }
      // The next look writes it again.
      void store.put(liveKey(plan.run), JSON.stringify(told)).catch(() => undefined)
    }
    const settings = {
      merge,
      sampledBefore,
      prefixes: () => openWindows(plan, clock.now() - event.startAtMs),
      lookEveryMs: Math.min(LOOK_EVERY_MS, plan.intervalMs),
      onLook: () => keeper.keepIfDue(),
    }
    await new Watch(plan, crew, { store, clock, onProgress, sources }, settings).untilEnded()
    shutdown.abort()
    await conducting
    // Another watch goes on with them where this one only has to end.
    if (crew.end !== 'unfinished') await experiments.end()
    await backlog
    await foldSnapshots(merge, store, { prefixes: settings.prefixes() })
    await keeper.keep()
    return { end: crew.end }
  } finally {
    shutdown.abort()
    await publishing.settled()
    const sampled = (await Promise.all(sources.map((source) => source.read(beganAtMs, clock.now())))).flat()
    if (sampled.length > 0)
      await store.put(`${sampledPrefix(plan.run)}${Math.floor(beganAtMs)}`, JSON.stringify(sampled))
    await Promise.all(sources.map((source) => source.close()))
  }
}

async function withSecrets(plan: Plan, store: SnapshotStore): Promise<Plan> {
  const { scenario } = await loadDeployedScenario(plan.scenario.module, store)
  return actualPlan(plan, scenario)
}

function pick<T>(record: Record<string, T>, wanted: (value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => wanted(value)))
}
