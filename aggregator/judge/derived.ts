import type { TimelinePoint } from '../../lib/core/results/summary.ts'
import type { Span } from '../sums/spans.ts'
import type { WholeMeasurement } from './measurement.ts'

const MIN_BUCKETS = 3

/**
 * How well completed requests per second follow the users: R² of their least-squares line over the chart buckets that
 * lie wholly inside the spans, 0 to 1. Throughput that does not grow with the users is 0, however straight its line.
 * R² = cov(x, y)² / (var(x) var(y)); https://en.wikipedia.org/wiki/Coefficient_of_determination
 */
export function throughputLinearity(
  { bucketMs, points }: { bucketMs: number; points: readonly TimelinePoint[] },
  spans: readonly Span[],
): WholeMeasurement {
  const inside = points.filter(({ atMs }) =>
    spans.some(({ fromMs, toMs }) => fromMs <= atMs && atMs + bucketMs <= toMs),
  )
  if (inside.length < MIN_BUCKETS)
    return { noData: `only ${inside.length} whole chart buckets of ${bucketMs / 1_000} s to compare` }
  const users = deviations(inside.map((point) => point.users))
  const rates = deviations(inside.map((point) => point.requestsPerSecond))
  if (users.every((deviation) => deviation === 0)) return { noData: 'the number of users does not vary' }
  const covariance = dot(users, rates)
  const value = covariance <= 0 ? 0 : covariance ** 2 / (dot(users, users) * dot(rates, rates))
  return { readings: [{ value }], samples: inside.length }
}

function deviations(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
}
