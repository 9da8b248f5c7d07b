import type { Plan } from '../../core/plan/plan.ts'
import {
  RUN_ENTRY_SCHEMA,
  type RunEntry,
  runEntryKey,
  runEntrySchema,
  runIndexKey,
} from '../../core/run/run-entry.ts'
import type { RunRequest } from '../../core/run/run-request.ts'
import { maskUrl } from '../../core/secrets/mask.ts'
import type { SnapshotStore } from '../../ports.ts'
import { readMessage } from './message.ts'

/** The entry of a planned run, without credentials: it is kept and shown. */
export function runEntryOf(plan: Plan, request: RunRequest, requestedAtMs: number): RunEntry {
  return {
    schema: RUN_ENTRY_SCHEMA,
    run: plan.run,
    requestedAtMs: Math.floor(requestedAtMs),
    request,
    scenario: plan.scenario.name,
    profile: plan.profile,
    target: maskUrl(plan.target.url),
    quote: plan.quote,
  }
}

/**
 * Records a run, unless one of its name is recorded, and returns what is recorded under the name. The index is
 * written every time: the one who wrote the entry may have ended before it got there.
 */
export async function recordRun(store: SnapshotStore, entry: RunEntry): Promise<RunEntry> {
  const mine = await store.putOnce(runEntryKey(entry.run), JSON.stringify(entry))
  const recorded = mine ? entry : ((await findRunEntry(store, entry.run)) ?? entry)
  await store.put(runIndexKey(recorded), '')
  return recorded
}

/** What is recorded of a run. Throws where it is not what this version writes. */
export async function findRunEntry(store: SnapshotStore, run: string): Promise<RunEntry | undefined> {
  return readMessage(store, runEntryKey(run), runEntrySchema)
}
