import { sampledPrefix } from '../core/results/observed.ts'
import { type OutsideSeries, outsideSeriesSchema, type Source } from '../core/scenario/source.ts'
import type { SnapshotStore } from '../ports.ts'

/** A source that has to be read while the run goes on; the others answer for a time that is over. */
export const isSampled = ({ kind }: Source): boolean => kind === 'scrape'

/** What all watches of a run sampled, one series for each metric. */
export async function readSampled(store: SnapshotStore, run: string): Promise<OutsideSeries[]> {
  const parts: OutsideSeries[] = []
  for await (const key of store.list(sampledPrefix(run))) {
    const body = await store.get(key)
    parts.push(...outsideSeriesSchema.array().parse(JSON.parse(new TextDecoder().decode(body))))
  }
  return joinSeries(parts)
}

/** Parts of series as whole ones, one for each metric. */
export function joinSeries(parts: readonly OutsideSeries[]): OutsideSeries[] {
  const byMetric = Map.groupBy(parts, ({ source, metric }) => `${source}/${metric}`)
  return [...byMetric.values()].map(joined)
}

/** A part without points has its reason; it counts where no part has any. */
function joined(parts: readonly OutsideSeries[]): OutsideSeries {
  const points = parts.flatMap((part) => part.points).sort(([a], [b]) => a - b)
  const { noData, missing: _, ...series } = parts[0] as OutsideSeries
  if (points.length === 0) return { ...series, points, ...(noData !== undefined && { noData }) }
  const missing = [...new Set(parts.flatMap((part) => part.missing ?? []))].join('; ')
  return { ...series, points, ...(missing !== '' && { missing }) }
}
