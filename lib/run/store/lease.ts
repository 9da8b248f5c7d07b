import { formatDuration } from '../../core/base/duration.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { type Asked, askedSchema, leaseKey } from '../../core/run/lease.ts'
import type { Stop } from '../../core/run/stop.ts'
import type { SnapshotStore } from '../../ports.ts'
import { readMessage } from './message.ts'

/** Whoever waits for a run asks for it every few seconds: only some of the times are written down. */
const RENEWALS_PER_LEASE = 6

/** Notes that somebody has asked for a run. */
export async function renewLease(
  store: SnapshotStore,
  run: string,
  leaseMs: number,
  nowMs: number,
): Promise<void> {
  const asked = await lastAsked(store, run)
  if (asked !== undefined && nowMs - asked < leaseMs / RENEWALS_PER_LEASE) return
  await store.put(leaseKey(run), JSON.stringify({ atMs: nowMs } satisfies Asked))
}

/** A reason to stop, once nobody has asked for a run with a lease for so long, nor since its start. */
export async function expiredLease(
  { run, leaseMs }: Pick<Plan, 'run' | 'leaseMs'>,
  store: SnapshotStore,
  { startAtMs, nowMs }: { startAtMs: number; nowMs: number },
): Promise<Stop | undefined> {
  if (leaseMs === undefined) return undefined
  const asked = (await lastAsked(store, run)) ?? startAtMs
  if (nowMs - asked < leaseMs) return undefined
  return { by: 'lease', reason: `nobody has asked for it for ${formatDuration(leaseMs)}` }
}

/** What can't be read was never written: then the start counts. */
async function lastAsked(store: SnapshotStore, run: string): Promise<number | undefined> {
  return (await readMessage(store, leaseKey(run), askedSchema))?.atMs
}
