import { type Accrued, accruedOf } from '../../lib/core/price/accrued-cost.ts'
import type { Merge } from '../merge/merge.ts'

/** What a run has cost by an epoch time, as far as its snapshots tell: generators that never said they ended are still up. */
export function costOf(merge: Merge, nowMs: number): Accrued {
  const sent = merge.series.select({ metric: 'data_sent', tags: {} })
  return accruedOf(merge.plan, {
    atMs: nowMs - merge.startAtMs,
    endedAtMs: (slice, window) => merge.generators.get(slice)?.endedAtMs(window),
    sentBytes: sent?.kind === 'counter' ? sent.sum.value : 0,
  })
}
