import { PartialKeeper } from '../../aggregator/merge/partial-keeper.ts'
import { VolleyError } from '../core/base/errors.ts'
import { type Plan, planKey, planSchema } from '../core/plan/plan.ts'
import type { Clock, SnapshotStore } from '../ports.ts'
import { readMessage } from './store/message.ts'

/** What the state machine tells of a run. Times are epoch milliseconds. */
export interface RelayedRun {
  run: string
  startAtMs: number
  deadlineAtMs: number
}

/** A run's merge as far as earlier invocations have put it down. Throws `RUN_NOT_FOUND`. */
export async function openMerge(
  { run, startAtMs }: RelayedRun,
  ports: { store: SnapshotStore; clock: Clock },
): Promise<PartialKeeper> {
  return PartialKeeper.resume(await readPlan(run, ports.store), startAtMs, ports)
}

async function readPlan(run: string, store: SnapshotStore): Promise<Plan> {
  const plan = await readMessage(store, planKey(run), planSchema)
  if (!plan) throw new VolleyError('RUN_NOT_FOUND', `the store has no ${planKey(run)}`)
  return plan
}
