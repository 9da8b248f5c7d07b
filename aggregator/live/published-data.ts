import { Histogram } from '../../lib/core/metrics/histogram.ts'
import { TREND_SCALE } from '../../lib/core/metrics/metric.ts'
import { type PublishedTotal, publishedMetrics, seriesUnitOf } from '../../lib/core/results/published.ts'
import type { SeriesDatum } from '../../lib/ports.ts'
import type { Merge } from '../merge/merge.ts'
import type { Tally } from '../merge/tally.ts'

export type Totals = Record<string, PublishedTotal>

/** What a run's published metrics have come to, and what of it came since they had come to `earlier`. */
export function publishedData(merge: Merge, earlier: Totals): { data: SeriesDatum[]; totals: Totals } {
  const totals: Totals = {}
  const data: SeriesDatum[] = []
  for (const name of publishedMetrics(merge.plan)) {
    const tally = merge.series.select({ metric: name, tags: {} })
    if (!tally || tally.kind === 'gauge') continue
    totals[name] = totalOf(tally)
    const readings = readingsOf(tally, earlier[name]).filter(([, count]) => count > 0)
    if (readings.length === 0) continue
    const [values, counts] = [readings.map(([value]) => value), readings.map(([, count]) => count)]
    data.push({ name, unit: seriesUnitOf(merge.plan, name), values, counts })
  }
  return { data, totals }
}

type Total = Exclude<Tally, { kind: 'gauge' }>
type Reading = [value: number, count: number]

function totalOf(tally: Total): PublishedTotal {
  switch (tally.kind) {
    case 'counter':
      return { kind: 'counter', sum: tally.sum.value }
    case 'rate':
      return { kind: 'rate', trues: tally.trues, total: tally.total }
    case 'trend':
      return { kind: 'trend', counts: Buffer.from(tally.histogram.encode()).toString('base64') }
  }
}

/**
 * A counter is one value, so that its sum counts. A rate is ones and zeros, so that its average is the rate. A trend
 * is its samples, each at most 0.1 % too high.
 */
function readingsOf(tally: Total, before: PublishedTotal | undefined): Reading[] {
  switch (tally.kind) {
    case 'counter': {
      const added = tally.sum.value - (before?.kind === 'counter' ? before.sum : 0)
      return added === 0 ? [] : [[added, 1]]
    }
    case 'rate': {
      const { trues, total } = before?.kind === 'rate' ? before : { trues: 0, total: 0 }
      const addedTrues = tally.trues - trues
      return [
        [0, tally.total - total - addedTrues],
        [1, addedTrues],
      ]
    }
    case 'trend':
      return Array.from(tally.histogram.since(histogramOf(before)), ([value, count]) => [
        value / TREND_SCALE,
        count,
      ])
  }
}

function histogramOf(total: PublishedTotal | undefined): Histogram {
  if (total?.kind !== 'trend') return new Histogram()
  return Histogram.decode(new Uint8Array(Buffer.from(total.counts, 'base64')))
}
