import { z } from 'zod'

/** What a metric adds up to: a counter sums, a gauge keeps its latest value, a rate is true/total, a trend is an HDR histogram. */
export const metricKindSchema = z.enum(['counter', 'gauge', 'rate', 'trend'])
export type MetricKind = z.infer<typeof metricKindSchema>

export const metricDefinitionSchema = z.strictObject({
  kind: metricKindSchema,
  /** Unit of the values as the user sees them: `ms`, `%`, `B`, or none. */
  unit: z.string().max(16).default(''),
})
export type MetricDefinition = z.infer<typeof metricDefinitionSchema>

/** Tags of a series. Keys and values are short; their number is bounded by the registry of the generator. */
export type Tags = Readonly<Record<string, string>>

/** A trend stores thousandths of its unit as integers, so that milliseconds become the microseconds of the histograms. */
export const TREND_SCALE = 1_000

const counter = (unit = ''): MetricDefinition => ({ kind: 'counter', unit })
const gauge = (unit = ''): MetricDefinition => ({ kind: 'gauge', unit })
const rate = (): MetricDefinition => ({ kind: 'rate', unit: '' })
const trend = (unit = 'ms'): MetricDefinition => ({ kind: 'trend', unit })

/** The metrics every run has, with k6's names where k6 has them. */
export const BUILT_IN_METRICS = {
  http_reqs: counter(),
  http_req_duration: trend(),
  http_req_response_time: trend(),
  http_req_waiting: trend(),
  http_req_connecting: trend(),
  http_req_tls_handshaking: trend(),
  http_req_failed: rate(),
  http_req_retried_stale: counter(),
  http_lenient_responses: counter(),
  http_retries: counter(),
  retry_success: rate(),
  iterations: counter(),
  iteration_duration: trend(),
  iteration_response_time: trend(),
  iteration_start_lag: trend(),
  iteration_failed: rate(),
  dropped_iterations: counter(),
  interrupted_iterations: counter(),
  step_duration: trend(),
  checks: rate(),
  vus: gauge(),
  data_sent: counter('B'),
  data_received: counter('B'),
  ws_sessions: counter(),
  ws_connecting: trend(),
  ws_msgs_sent: counter(),
  ws_msgs_received: counter(),
  ws_msgs_unread: counter(),
  ws_session_duration: trend(),
  ws_session_failed: rate(),
  ws_reconnects: counter(),
  ws_reconnecting: trend(),
  tcp_sessions: counter(),
  tcp_connecting: trend(),
  tcp_tls_handshaking: trend(),
  tcp_msgs_sent: counter(),
  tcp_msgs_received: counter(),
  tcp_msgs_unread: counter(),
  tcp_session_duration: trend(),
  tcp_session_failed: rate(),
  tcp_reconnects: counter(),
  tcp_reconnecting: trend(),
  stream_sessions: counter(),
  stream_time_to_first_event: trend(),
  stream_first_event_response_time: trend(),
  stream_event_gap: trend(),
  stream_events: counter(),
  stream_events_unread: counter(),
  stream_duration: trend(),
  stream_failed: rate(),
  stream_reconnects: counter(),
  stream_reconnecting: trend(),
  rpc_calls: counter(),
  rpc_failed: rate(),
  rpc_notifications: counter(),
  rpc_notifications_unread: counter(),
  mcp_reconnects: counter(),
  mcp_reconnecting: trend(),
  msg_rtt: trend(),
  msg_push_latency: trend(),
  negative_values: counter(),
  orphaned_errors: counter(),
  unawaited_calls: counter(),
  series_overflow: counter(),
} as const satisfies Record<string, MetricDefinition>

export type BuiltInMetric = keyof typeof BUILT_IN_METRICS

/** Metrics that the aggregator derives from the whole run instead of reading them from one series. */
export const DERIVED_METRICS = {
  /** R² of completed requests per second against users, over the buckets of the chosen stages. */
  throughput_linearity: gauge(),
} as const satisfies Record<string, MetricDefinition>
