import type { MetricHandle } from '../../lib/core/flow.ts'
import type { MetricDefinition } from '../../lib/core/metric.ts'
import type { Recorder } from './recorder.ts'

/** Handles for the metrics a scenario declares. A trend has no negative values: they become 0 and are counted. */
export function customMetrics(
  definitions: Record<string, MetricDefinition>,
  recorder: Recorder,
): Record<string, MetricHandle> {
  return Object.fromEntries(
    Object.entries(definitions).map(([metric, { kind }]) => [
      metric,
      handleOf(metric, kind === 'trend', recorder),
    ]),
  )
}

function handleOf(metric: string, isTrend: boolean, recorder: Recorder): MetricHandle {
  return {
    add(value, tags) {
      const number = Number(value)
      if (isTrend && !(number >= 0)) recorder.series('negative_values', { metric }).add(1)
      recorder.series(metric, tags).add(isTrend ? Math.max(0, number || 0) : number)
    },
  }
}
