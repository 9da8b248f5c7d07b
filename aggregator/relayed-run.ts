import { VolleyError } from '../lib/core/errors.ts'
import { type Plan, planKey, planSchema } from '../lib/core/plan.ts'
import type { SnapshotStore } from '../lib/ports.ts'
import { Merge } from './merge.ts'

/** What the state machine tells of a run. Times are epoch milliseconds. */
export interface RelayedRun {
  run: string
  startAtMs: number
  deadlineAtMs: number
}

/**
 * The latest run's merge. A function's environment usually serves one run's invocations one behind the other; since
 * snapshots are a set, what it remembers saves time and changes nothing.
 */
let latest: Merge | undefined

/** A run's merge with what this process has folded into it so far. Throws `RUN_NOT_FOUND`. */
export async function openMerge({ run, startAtMs }: RelayedRun, store: SnapshotStore): Promise<Merge> {
  if (latest?.plan.run !== run || latest.startAtMs !== startAtMs)
    latest = new Merge(await readPlan(run, store), startAtMs)
  return latest
}

async function readPlan(run: string, store: SnapshotStore): Promise<Plan> {
  const body = await store.get(planKey(run))
  if (!body) throw new VolleyError('RUN_NOT_FOUND', `the store has no ${planKey(run)}`)
  return planSchema.parse(JSON.parse(new TextDecoder().decode(body)))
}
