import type { Stop } from '../../lib/core/run/stop.ts'
import type { Clock, SnapshotStore } from '../../lib/ports.ts'
import { findStop } from '../../lib/run/store/stop.ts'
import { STORE_PATIENCE_MS } from './metering/snapshot-writer.ts'

interface StopPollOptions {
  run: string
  store: SnapshotStore
  clock: Clock
  everyMs: number
  /** Ends the polling. */
  signal: AbortSignal
}

/**
 * Looks for the run's STOP until it is there, the store has been unreadable for too long, or the signal ends
 * the search. Resolves with the reason to stop, or `undefined` when nobody asked.
 */
export async function pollStop({
  run,
  store,
  clock,
  everyMs,
  signal,
}: StopPollOptions): Promise<Stop | undefined> {
  let readableAtMs = clock.now()
  while (!signal.aborted) {
    try {
      const stop = await findStop(store, run)
      readableAtMs = clock.now()
      if (stop) return stop
    } catch {
      if (clock.now() - readableAtMs > STORE_PATIENCE_MS)
        return {
          by: 'infrastructure',
          reason: `the store could not be read for ${STORE_PATIENCE_MS / 1_000} s`,
        }
    }
    await clock.sleepUntil(clock.now() + everyMs, signal)
  }
  return undefined
}
