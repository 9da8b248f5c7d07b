import { type Stop, stopKey, stopSchema } from '../../core/run/stop.ts'
import type { SnapshotStore } from '../../ports.ts'

/** Asks every generator of a run to stop. The first request counts. */
export async function requestStop(store: SnapshotStore, run: string, stop: Stop): Promise<void> {
  await store.putOnce(stopKey(run), JSON.stringify(stop))
}

/** The run's STOP, if anybody asked for it. An object of any content counts: somebody may have made it by hand. */
export async function findStop(store: SnapshotStore, run: string): Promise<Stop | undefined> {
  const body = await store.get(stopKey(run))
  if (!body) return undefined
  try {
    const parsed = stopSchema.safeParse(JSON.parse(new TextDecoder().decode(body)))
    if (parsed.success) return parsed.data
  } catch {
    // Not JSON: an empty object, put by hand.
  }
  return { by: 'user', reason: 'a STOP object was found' }
}
