import papaparse from 'papaparse'
import { FORMULA } from '../../../lib/core/base/csv-cell.ts'
import type { MetricLine, Summary, TimelinePoint } from '../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../lib/core/results/verdict.ts'
import type { OutsideSeries } from '../../../lib/core/scenario/source.ts'
import { type FaultSpan, faultSpans, faultsBetween } from '../model/experiment.ts'
import { type Segment, segmentAt, segmentsOf } from '../model/segment.ts'

type Cell = string | number | undefined

interface Context {
  segments: readonly Segment[]
  faults: readonly FaultSpan[]
  bucketMs: number
}

const COLUMNS: Record<string, (point: TimelinePoint, context: Context) => Cell> = {
  at_s: ({ atMs }) => atMs / 1_000,
  length_s: ({ lengthMs }, { bucketMs }) => (lengthMs ?? bucketMs) / 1_000,
  stage: ({ atMs }, { segments }) => segmentAt(segments, atMs)?.name,
  experiments: ({ atMs, lengthMs }, { faults, bucketMs }) =>
    faultsBetween(faults, atMs, atMs + (lengthMs ?? bucketMs)),
  users: ({ users }) => users,
  requests_per_s: ({ requestsPerSecond }) => requestsPerSecond,
  failed_per_s: ({ failedPerSecond }) => failedPerSecond,
  iterations_per_s: ({ iterationsPerSecond }) => iterationsPerSecond,
  dropped_per_s: ({ droppedPerSecond }) => droppedPerSecond,
  received_bytes_per_s: ({ receivedBytesPerSecond }) => receivedBytesPerSecond,
  sent_bytes_per_s: ({ sentBytesPerSecond }) => sentBytesPerSecond,
  p50_ms: ({ p50Ms }) => p50Ms,
  p95_ms: ({ p95Ms }) => p95Ms,
  p99_ms: ({ p99Ms }) => p99Ms,
  max_ms: ({ maxMs }) => maxMs,
}

/**
 * `timeseries.csv` after RFC 4180: a line per point of the timeline, then a column per server metric, then those of the
 * timeline's metrics.
 */
export function csvReport(_verdict: Verdict, summary: Summary): string {
  const { stages, timeline, server, startedAt } = summary
  const context = {
    segments: segmentsOf(stages),
    faults: faultSpans(summary),
    bucketMs: timeline.bucketMs,
  }
  const ofMetrics = timeline.metrics.flatMap(columnsOf)
  const fields = [
    ...Object.keys(COLUMNS),
    ...server.map(({ metric }) => metric),
    ...ofMetrics.map(([field]) => field),
  ]
  const data = timeline.points.map((point, index) => [
    ...Object.values(COLUMNS).map((column) => column(point, context)),
    ...server.map((series) => lastKnown(series, startedAt + point.atMs)),
    ...ofMetrics.map(([, values]) => values[index] ?? undefined),
  ])
  return `${papaparse.unparse({ fields, data }, { escapeFormulae: FORMULA })}\r\n`
}

function columnsOf(line: MetricLine): [field: string, values: readonly (number | null)[]][] {
  const { metric } = line
  switch (line.kind) {
    case 'counter':
      return [[`${metric}_per_s`, line.perSecond]]
    case 'rate':
      return [[`${metric}_share`, line.rate]]
    case 'gauge':
      return [[metric, line.value]]
    case 'trend':
      return (['p50', 'p95', 'p99', 'max'] as const).map((of) => [`${metric}_${of}`, line[of]])
  }
}

function lastKnown({ points }: OutsideSeries, epochMs: number): number | undefined {
  return points.findLast(([atMs]) => atMs <= epochMs)?.[1]
}
