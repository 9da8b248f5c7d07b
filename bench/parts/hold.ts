import { Histogram } from '../../lib/core/metrics/histogram.ts'
import { TREND_SCALE } from '../../lib/core/metrics/metric.ts'
import { cutsOf } from '../../lib/core/plan/cut.ts'
import type { Measured } from '../generator.ts'

/** What a generator measured while all its users were up. */
export interface Held {
  perSecond: number
  p50Ms: number
  p99Ms: number
  maxMs: number
  gcMsPerSecond: number
  rssBytes: number
  heapBytes: number
  sockets: number
  /** Over the whole run. */
  failed: number
}

/** The samples of one trend in the stage `hold`, and the generator's health at its end. */
export function duringHold({ plan, snapshots, summary }: Measured, metric: string): Held {
  const held = cutsOf(plan).filter(({ stages }) => stages.includes('hold'))
  const seqs = new Set(held.map(({ seq }) => seq))
  const ofHold = snapshots.filter(({ header }) => seqs.has(header.seq))
  const histogram = new Histogram()
  for (const { header, histograms } of ofHold)
    for (const series of header.series)
      if (series.kind === 'trend' && series.metric === metric)
        histogram.addEncoded(histograms.subarray(series.offset, series.offset + series.length), series)
  const seconds = ofHold.reduce((sum, { header }) => sum + header.toMs - header.fromMs, 0) / 1_000
  const last = ofHold.at(-1)?.header.health
  if (!last || seconds === 0) throw new Error('the stage hold was not observed')
  return {
    perSecond: histogram.count / seconds,
    p50Ms: histogram.quantile(0.5) / TREND_SCALE,
    p99Ms: histogram.quantile(0.99) / TREND_SCALE,
    maxMs: histogram.max / TREND_SCALE,
    gcMsPerSecond: ofHold.reduce((sum, { header }) => sum + header.health.gcMs, 0) / seconds,
    rssBytes: last.rssBytes,
    heapBytes: last.heapBytes,
    sockets: last.sockets,
    failed: summary.errors
      .filter(({ error }) => error !== 'interrupted')
      .reduce((sum, { count }) => sum + count, 0),
  }
}
