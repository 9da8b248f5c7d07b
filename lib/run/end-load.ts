import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import type { Merge } from '../../aggregator/merge/merge.ts'
import { windowPrefix } from '../core/results/snapshot.ts'
import { claimPrefix, parseClaimKey } from '../core/run/relay.ts'
import type { Clock, SnapshotStore } from '../ports.ts'
import { readFailures } from './relayed-crew.ts'
import { requestStop } from './store/stop.ts'

/** From STOP until a generator that still says nothing is not waited for any more: poll, cut-off, last snapshot. */
const STOPPING_MS = 15_000
const LOOK_EVERY_MS = 1_000

/**
 * Ends the load of a run whose state machine has ended before it, and waits until every generator that began has
 * written its last snapshot. The reason of whoever asked for the stop before stays.
 */
export async function endLoad(merge: Merge, ports: { store: SnapshotStore; clock: Clock }): Promise<void> {
  const { store, clock } = ports
  const { run } = merge.plan
  await requestStop(store, run, { by: 'infrastructure', reason: 'its state machine ended before its load' })
  const untilMs = clock.now() + STOPPING_MS
  for (;;) {
    const windows = await windowsGoingOn(merge, store)
    if (windows.length === 0 || clock.now() >= untilMs) return
    await foldSnapshots(merge, store, { prefixes: windows.map((window) => windowPrefix(run, window)) })
    if ((await windowsGoingOn(merge, store)).length === 0) return
    await clock.sleepUntil(clock.now() + LOOK_EVERY_MS)
  }
}

/** The windows that somebody has begun to carry, and has not said that he ended. */
async function windowsGoingOn(merge: Merge, store: SnapshotStore): Promise<number[]> {
  const { run } = merge.plan
  const failed = new Set((await readFailures(store, run)).map(({ slice, window }) => `${window}/${slice}`))
  const windows = new Set<number>()
  for await (const key of store.list(claimPrefix(run))) {
    const claimed = parseClaimKey(key)
    if (!claimed || failed.has(`${claimed.window}/${claimed.slice}`)) continue
    if (merge.generators.get(claimed.slice)?.endedAtMs(claimed.window) === undefined)
      windows.add(claimed.window)
  }
  return [...windows]
}
