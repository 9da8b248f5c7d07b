import type { Plan } from '../../lib/core/plan/plan.ts'
import { windowsOf } from '../../lib/core/plan/slice.ts'
import { windowPrefix } from '../../lib/core/results/snapshot.ts'
import { firstWhere } from '../../lib/core/schedule/bisect.ts'
import type { Bitset } from '../sums/bitset.ts'
import type { Merge } from './merge.ts'

/** The windows that any slice may be writing in: the first one's length differs from slice to slice by half of it. */
export function openWindows(plan: Plan, elapsedMs: number): string[] {
  return prefixesOf(plan, oldestAt(plan, elapsedMs), newestAt(plan, elapsedMs))
}

/** The windows before those, as far as a merge that ends at a time may lack something of them. */
export function earlierWindows(plan: Plan, mergedUntilMs: number, elapsedMs: number): string[] {
  return prefixesOf(plan, oldestAt(plan, mergedUntilMs), oldestAt(plan, elapsedMs) - 1)
}

/**
 * The windows whose snapshots a merge may not have all of. A generator writes its snapshots one behind the other and
 * the one that says how it ended last, and a window is carried once: where the last one is merged and none before it
 * is missing, there is nothing more to come.
 */
export function incompleteWindows(merge: Merge): string[] {
  const { plan, cuts } = merge
  const windowsBySlice = Array.from({ length: plan.slices }, (_, slice) => windowsOf(plan, slice))
  const whole = new Set<string>()
  for (const { window, slice, seqs } of merge.lanes) {
    const fromMs = windowsBySlice[slice]?.[window]?.fromMs ?? 0
    const first = firstWhere(0, cuts.length, (seq) => (cuts[seq]?.toMs ?? 0) > fromMs)
    const hasEnded = merge.generators.get(slice)?.endedAtMs(window) !== undefined
    if (hasEnded && isUnbroken(seqs, first)) whole.add(`${window}/${slice}`)
  }
  const isWhole = (window: number): boolean =>
    windowsBySlice.every((windows, slice) => window >= windows.length || whole.has(`${window}/${slice}`))
  // The first slice has the shortest first window, and so the most of them.
  return windowsOf(plan, 0).flatMap((_, window) => (isWhole(window) ? [] : [windowPrefix(plan.run, window)]))
}

function isUnbroken(seqs: Bitset, first: number): boolean {
  let next = first
  for (const seq of seqs.values()) if (seq !== next++) return false
  return next > first
}

function newestAt({ windowMs, durationMs }: Plan, elapsedMs: number): number {
  return Math.ceil((within(elapsedMs, durationMs) + windowMs / 2) / windowMs)
}

function oldestAt({ windowMs, durationMs, gracefulStopMs, intervalMs }: Plan, elapsedMs: number): number {
  const latestMs = within(elapsedMs, durationMs) - gracefulStopMs - 2 * intervalMs
  return Math.max(0, Math.floor(latestMs / windowMs) - 1)
}

function within(elapsedMs: number, durationMs: number): number {
  return Math.min(Math.max(0, elapsedMs), durationMs)
}

function prefixesOf({ run }: Plan, oldest: number, newest: number): string[] {
  return Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, i) => windowPrefix(run, oldest + i))
}
