import type { MetricDefinition } from './metric.ts'
import { counter, gauge, type MetricGroup, metricsWith, metricWith, rate, trend } from './protocol.ts'
import { PROTOCOLS, type ProtocolMetrics } from './protocols.ts'

/** What starts flows, and what they do in between. */
export const ITERATIONS = {
  begun: { place: 'iteration', plural: 'Iterations', figures: { title: 'iterations', begun: 'total' } },
  metrics: {
    iterations: counter(),
    iteration_duration: trend(),
    iteration_response_time: trend(),
    iteration_start_lag: trend(),
    iteration_failed: rate(['failure']),
    dropped_iterations: counter(['fault']),
    interrupted_iterations: counter(['fault']),
    step_duration: trend(['traffic']),
    retry_success: rate(),
    checks: rate(),
    vus: gauge(),
  },
} as const satisfies MetricGroup

/** What all protocols that carry messages have in common. */
export const MESSAGES = {
  metrics: {
    msg_rtt: trend(['latency'], 'round trip'),
    msg_push_latency: trend(['push'], 'push latency'),
  },
} as const satisfies MetricGroup

/** Bytes on the wire, and what went wrong within generators. */
const GENERATORS = {
  metrics: {
    data_sent: counter([], 'B'),
    data_received: counter([], 'B'),
    negative_values: counter(['fault']),
    unhandled_rejections: counter(['fault']),
    unawaited_calls: counter(['fault']),
    series_overflow: counter(['fault']),
  },
} as const satisfies MetricGroup

const GROUPS: readonly MetricGroup[] = [...PROTOCOLS, ITERATIONS, MESSAGES, GENERATORS]

type NamesIn<Metrics> = Metrics extends unknown ? keyof Metrics : never
export type BuiltInMetric = NamesIn<
  | ProtocolMetrics
  | (typeof ITERATIONS)['metrics']
  | (typeof MESSAGES)['metrics']
  | (typeof GENERATORS)['metrics']
>

/** The metrics every run has, with k6's names where k6 has them. */
export const BUILT_IN_METRICS = Object.fromEntries(
  GROUPS.flatMap(({ metrics }) =>
    Object.entries(metrics).map(([name, { kind, unit }]) => [name, { kind, unit }]),
  ),
) as Record<BuiltInMetric, MetricDefinition>

/** Metrics that the aggregator derives from the whole run instead of reading them from one series. */
export const DERIVED_METRICS = {
  /** R² of completed requests per second against users, over the buckets of the chosen stages. */
  throughput_linearity: { kind: 'gauge', unit: '' },
} as const satisfies Record<string, MetricDefinition>

/** Of these every kind of load makes at least one. */
export const TRAFFIC_METRICS: readonly string[] = GROUPS.flatMap((group) => metricsWith(group, 'traffic'))

/** Counters of what should not happen. */
export const FAULT_METRICS: ReadonlySet<string> = new Set(
  GROUPS.flatMap((group) => metricsWith(group, 'fault')),
)

/** What may fail, with the rate that says how often, and the metric whose tag `error` says of what. */
export const FAILURE_RATES = [ITERATIONS, ...PROTOCOLS].flatMap((group: MetricGroup) => {
  const metric = metricWith(group, 'failure')
  if (group.begun === undefined || metric === undefined) return []
  const { place, plural } = group.begun
  return [{ place, plural, metric, errors: metricWith(group, 'errors') ?? metric }]
})
