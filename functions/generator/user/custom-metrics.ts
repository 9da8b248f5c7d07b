import { badValue } from '../../../lib/core/base/refusal.ts'
import type { MetricDefinition, MetricKind } from '../../../lib/core/metrics/metric.ts'
import { tagTexts } from '../../../lib/core/scenario/flow/name.ts'
import type { MetricHandle } from '../../../lib/core/scenario/flow.ts'
import type { Recorder } from '../metering/recorder.ts'

/** Beyond it numbers are not exact, and sums of them might have no end. */
const MAX_VALUE = Number.MAX_SAFE_INTEGER
const NUMBER = 'a boolean, or a number from -(2^53 - 1) to 2^53 - 1'
const ALLOWED = { counter: NUMBER, gauge: NUMBER, trend: NUMBER, rate: 'a boolean, 0 or 1' }

/** Handles for the metrics a scenario declares. A trend has no negative values: they become 0 and are counted. */
export function customMetrics(
  definitions: Record<string, MetricDefinition>,
  recorder: Recorder,
): Record<string, MetricHandle> {
  return Object.fromEntries(
    Object.entries(definitions).map(([metric, { kind }]) => [metric, handleOf(metric, kind, recorder)]),
  )
}

function handleOf(metric: string, kind: MetricKind, recorder: Recorder): MetricHandle {
  const field = `tags of ${metric}`
  return {
    add(value, tags) {
      const number = numberOf(metric, kind, value)
      const series = recorder.series(metric, tags === undefined ? undefined : tagTexts(field, tags))
      if (kind === 'trend' && number < 0) recorder.series('negative_values', { metric }).add(1)
      series.add(kind === 'trend' && number < 0 ? 0 : number)
    },
  }
}

/** Throws a `FlowError` of class `bad_value`. */
function numberOf(metric: string, kind: MetricKind, value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') {
    if (kind === 'rate' ? value === 0 || value === 1 : Math.abs(value) <= MAX_VALUE) return value
  }
  throw badValue(`the value for ${metric}`, value, ALLOWED[kind])
}
