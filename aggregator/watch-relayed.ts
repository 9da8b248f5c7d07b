import { openSources } from '../lib/adapters/metrics-source/open.ts'
import { type Live, liveKey } from '../lib/core/live.ts'
import { sampledPrefix } from '../lib/core/observed.ts'
import type { Plan } from '../lib/core/plan.ts'
import { windowPrefix } from '../lib/core/snapshot.ts'
import type { Clock, SeriesPublisher, SnapshotStore } from '../lib/ports.ts'
import { foldSnapshots } from './judge.ts'
import { RelayedCrew, type WatchEnd } from './relayed-crew.ts'
import { openMerge, type RelayedRun } from './relayed-run.ts'
import { RunPublisher } from './run-publisher.ts'
import { isSampled } from './sampled.ts'
import { Watch } from './watch-run.ts'

/** Every look lists the open windows. */
const LOOK_EVERY_MS = 5_000
/** From the end of watching until the platform ends the invocation: the last look, what was sampled, the answer. */
const CLOSING_MS = 60_000

interface WatchPorts {
  store: SnapshotStore
  publisher: SeriesPublisher
  clock: Clock
  killedAtMs: number
}

/** Watches a run until it is over, or until this invocation has to end and another one goes on. */
export async function watchRelayed(event: RelayedRun, ports: WatchPorts): Promise<{ end: WatchEnd }> {
  const { store, clock, killedAtMs } = ports
  const merge = await openMerge(event, store)
  const { plan } = merge
  const publishing = await RunPublisher.open(merge, ports)
  const sources = openSources({ ...plan, sources: pick(plan.sources, isSampled) }, clock)
  const beganAtMs = clock.now()
  for (const source of sources) source.begin()
  try {
    await foldSnapshots(merge, store, plan.run)
    const crew = new RelayedCrew({ ...event, merge, store, clock, untilMs: killedAtMs - CLOSING_MS })
    const onProgress = (live: Live): void => {
      publishing.look(live)
      const told = { ...live, unpublished: publishing.failure }
      // The next look writes it again.
      void store.put(liveKey(plan.run), JSON.stringify(told)).catch(() => undefined)
    }
    const prefixes = (): string[] => openWindows(plan, clock.now() - event.startAtMs)
    const settings = { merge, prefixes, lookEveryMs: Math.min(LOOK_EVERY_MS, plan.intervalMs) }
    await new Watch(plan, crew, { store, clock, onProgress }, settings).untilEnded()
    return { end: crew.end }
  } finally {
    await publishing.settled()
    const sampled = (await Promise.all(sources.map((source) => source.read(beganAtMs, clock.now())))).flat()
    if (sampled.length > 0)
      await store.put(`${sampledPrefix(plan.run)}${Math.floor(beganAtMs)}`, JSON.stringify(sampled))
    await Promise.all(sources.map((source) => source.close()))
  }
}

/** The windows that any slice may be writing in: the first one's length differs from slice to slice by half of it. */
export function openWindows(
  { run, windowMs, durationMs, gracefulStopMs, intervalMs }: Plan,
  elapsedMs: number,
): string[] {
  const latestMs = Math.min(Math.max(0, elapsedMs), durationMs)
  const newest = Math.ceil((latestMs + windowMs / 2) / windowMs)
  const oldest = Math.max(0, Math.floor((latestMs - gracefulStopMs - 2 * intervalMs) / windowMs) - 1)
  return Array.from({ length: newest - oldest + 1 }, (_, i) => windowPrefix(run, oldest + i))
}

function pick<T>(record: Record<string, T>, wanted: (value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => wanted(value)))
}
