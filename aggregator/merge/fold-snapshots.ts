import { VolleyError } from '../../lib/core/base/errors.ts'
import { decodeSnapshot, snapshotPrefix } from '../../lib/core/results/snapshot.ts'
import type { SnapshotStore } from '../../lib/ports.ts'
import type { Merge } from './merge.ts'

/** A store far away answers each only after a while: prefixes listed at once, and snapshots fetched at once of each. */
const LISTED_AT_ONCE = 8
const FETCHED_AT_ONCE = 32

interface FoldOptions {
  /** Where to look; by default everywhere. */
  prefixes?: readonly string[]
  /** Called now and again while there is more to fold. */
  onBatch?: () => Promise<void>
  /** Ends it before everything is folded. */
  signal?: AbortSignal
}

/**
 * Adds every snapshot of the store that is not merged yet. One that can't be read is refused by its key: what it
 * covers counts as not observed.
 */
export async function foldSnapshots(
  merge: Merge,
  store: SnapshotStore,
  { prefixes = [snapshotPrefix(merge.plan.run)], onBatch, signal }: FoldOptions = {},
): Promise<void> {
  const waiting = [...prefixes]
  const foldInTurn = async (): Promise<void> => {
    for (let prefix = waiting.shift(); prefix !== undefined; prefix = waiting.shift())
      for await (const keys of newKeys(merge, store, prefix)) {
        await Promise.all(keys.map((key) => addSnapshot(merge, store, key)))
        await onBatch?.()
        if (signal?.aborted) return
      }
  }
  await Promise.all(Array.from({ length: LISTED_AT_ONCE }, foldInTurn))
}

async function* newKeys(merge: Merge, store: SnapshotStore, prefix: string): AsyncIterable<string[]> {
  let keys: string[] = []
  for await (const key of store.list(prefix)) {
    if (merge.has(key)) continue
    keys.push(key)
    if (keys.length < FETCHED_AT_ONCE) continue
    yield keys
    keys = []
  }
  if (keys.length > 0) yield keys
}

async function addSnapshot(merge: Merge, store: SnapshotStore, key: string): Promise<void> {
  const body = await store.get(key)
  if (!body) return
  try {
    merge.add(await decodeSnapshot(body, key), key)
  } catch (error) {
    if (!(error instanceof VolleyError) || error.code !== 'SNAPSHOT_INVALID') throw error
    merge.refuse(key, error)
  }
}
