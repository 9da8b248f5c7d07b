import type { Observed } from '../lib/core/observed.ts'
import type { Plan } from '../lib/core/plan.ts'
import { decodeSnapshot, snapshotPrefix } from '../lib/core/snapshot.ts'
import type { Stop } from '../lib/core/stop.ts'
import type { Summary } from '../lib/core/summary.ts'
import type { Verdict } from '../lib/core/verdict.ts'
import type { SnapshotStore } from '../lib/ports.ts'
import { costOf } from './cost.ts'
import { evaluate } from './evaluate.ts'
import type { Merge } from './merge.ts'

export interface Judged {
  summary: Summary
  verdict: Verdict
}

/** Snapshots fetched at once: a store far away answers each only after a while. */
const FETCHED_AT_ONCE = 32

/** Adds every snapshot of the store, or of those under the prefixes, that is not merged yet. */
export async function foldSnapshots(
  merge: Merge,
  store: SnapshotStore,
  run: string,
  prefixes: readonly string[] = [snapshotPrefix(run)],
): Promise<void> {
  let batch: string[] = []
  const fold = async (): Promise<void> => {
    await Promise.all(batch.map((key) => addSnapshot(merge, store, key)))
    batch = []
  }
  for (const prefix of prefixes)
    for await (const key of store.list(prefix)) {
      if (merge.has(key)) continue
      batch.push(key)
      if (batch.length === FETCHED_AT_ONCE) await fold()
    }
  await fold()
}

async function addSnapshot(merge: Merge, store: SnapshotStore, key: string): Promise<void> {
  const body = await store.get(key)
  if (body) merge.add(await decodeSnapshot(body, key), key)
}

/** From everything that was merged and observed to the summary and its verdict. */
export function judge(plan: Plan, merge: Merge, observed: Observed, stop: Stop | undefined): Judged {
  const { accruedUsd } = costOf(merge, observed.endedAtMs)
  const summary = merge.summary({ endedAtMs: observed.endedAtMs, server: observed.server })
  const { ends, remarks } = observed
  return { summary, verdict: evaluate({ plan, merge, summary, ends, remarks, stop, accruedUsd }) }
}
