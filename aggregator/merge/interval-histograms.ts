import { Histogram } from '../../lib/core/metrics/histogram.ts'
import type { Selector } from '../../lib/core/metrics/selector.ts'
import { decodeSnapshot, parseSnapshotKey, snapshotPrefix } from '../../lib/core/results/snapshot.ts'
import type { SnapshotStore } from '../../lib/ports.ts'
import type { Merge } from './merge.ts'
import { isOf } from './merged-series.ts'
import { tallyOf } from './tally.ts'

/** What a run recorded of one trend in one interval. */
export interface IntervalHistograms {
  /** Time that generators reported on, from the start of the run. */
  fromMs: number
  toMs: number
  /** By the step that the samples are of; under an empty text what is of none. In order of the steps. */
  bySteps: ReadonlyMap<string, Histogram>
}

/**
 * Reads what a merge has taken in once more, interval by interval: the samples that a selector takes in, of all
 * generators together. Intervals without any are left out.
 */
export async function* intervalHistograms(
  merge: Merge,
  store: SnapshotStore,
  selector: Selector,
): AsyncGenerator<IntervalHistograms, void, undefined> {
  for (const [, keys] of await keysBySeq(merge, store)) {
    const interval = { fromMs: Number.POSITIVE_INFINITY, toMs: 0 }
    const bySteps = new Map<string, Histogram>()
    for (const key of keys) {
      const { header, histograms } = await decodeSnapshot((await store.get(key)) as Uint8Array, key)
      interval.fromMs = Math.min(interval.fromMs, header.fromMs)
      interval.toMs = Math.max(interval.toMs, header.toMs)
      for (const series of header.series) {
        if (series.kind !== 'trend' || !isOf(selector, series.metric, series.tags)) continue
        const tally = tallyOf(series, histograms, { toMs: header.toMs, key })
        if (tally.kind === 'trend') histogramOf(bySteps, series.tags.name ?? '').add(tally.histogram)
      }
    }
    const steps = [...bySteps].filter(([, { count }]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1))
    if (steps.length > 0) yield { ...interval, bySteps: new Map(steps) }
  }
}

/** The keys of the snapshots that were merged, in the order of their intervals. */
async function keysBySeq(merge: Merge, store: SnapshotStore): Promise<[number, string[]][]> {
  const bySeq = new Map<number, string[]>()
  for await (const key of store.list(snapshotPrefix(merge.plan.run))) {
    const seq = parseSnapshotKey(key)?.seq
    if (seq === undefined || !merge.has(key) || merge.refused.has(key)) continue
    const keys = bySeq.get(seq)
    if (keys) keys.push(key)
    else bySeq.set(seq, [key])
  }
  return [...bySeq].sort(([a], [b]) => a - b)
}

function histogramOf(bySteps: Map<string, Histogram>, step: string): Histogram {
  const known = bySteps.get(step)
  if (known) return known
  const created = new Histogram()
  bySteps.set(step, created)
  return created
}
