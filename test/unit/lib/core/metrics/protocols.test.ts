import { describe, expect, it } from 'vitest'
import {
  BUILT_IN_METRICS,
  FAILURE_RATES,
  FAULT_METRICS,
  MESSAGES,
  TRAFFIC_METRICS,
} from '../../../../../lib/core/metrics/built-in-metrics.ts'
import { type MetricRole, metricsWith, metricWith } from '../../../../../lib/core/metrics/protocol.ts'
import { OTHER_PROTOCOLS, PROTOCOLS } from '../../../../../lib/core/metrics/protocols.ts'

describe('the metrics of the protocols', () => {
  it.each(PROTOCOLS)('begin with the protocol’s name: $name', ({ name, metrics }) => {
    expect(Object.keys(metrics).filter((metric) => !metric.startsWith(`${name}_`))).toEqual([])
  })

  it.each(PROTOCOLS)('have the kind that their role needs: $name', (protocol) => {
    const kindsOf = (...roles: MetricRole[]) => [
      ...new Set(metricsWith(protocol, ...roles).map((metric) => protocol.metrics[metric]?.kind ?? '')),
    ]
    const found = {
      counter: kindsOf('traffic', 'fault', 'sent', 'received', 'notified'),
      rate: kindsOf('failure'),
      trend: kindsOf('latency', 'push', 'opening', 'duration'),
    }
    for (const [kind, kinds] of Object.entries(found)) expect(kinds.filter((one) => one !== kind)).toEqual([])
  })

  it.each(PROTOCOLS.filter(({ begun }) => begun !== undefined))(
    'say what was begun and what failed: $name',
    (protocol) => {
      expect(metricsWith(protocol, 'traffic')).toHaveLength(1)
      expect(metricsWith(protocol, 'failure')).toHaveLength(1)
    },
  )

  it.each(PROTOCOLS.filter(({ openLine }) => openLine !== undefined))(
    'tell how long connections opened and stayed, where a line says how many are open: $name',
    (protocol) => {
      expect(metricWith(protocol, 'opening')).toBeDefined()
      expect(metricWith(protocol, 'duration')).toBeDefined()
      expect(Object.keys(BUILT_IN_METRICS)).not.toContain(protocol.openLine)
    },
  )
})

describe('what is derived from them', () => {
  it('is the traffic of which every load makes some', () => {
    expect(TRAFFIC_METRICS).toEqual([
      'http_reqs',
      'ws_sessions',
      'tcp_sessions',
      'stream_sessions',
      'rpc_calls',
      'step_duration',
    ])
  })

  it('is what is zero where it was not observed', () => {
    expect([...FAULT_METRICS].sort()).toEqual([
      'dropped_iterations',
      'http_lenient_responses',
      'http_req_retried_stale',
      'http_retries',
      'interrupted_iterations',
      'mcp_reconnects',
      'negative_values',
      'rpc_notifications_dropped',
      'series_overflow',
      'stream_events_dropped',
      'stream_reconnects',
      'tcp_msgs_dropped',
      'tcp_reconnects',
      'unawaited_calls',
      'unhandled_rejections',
      'ws_msgs_dropped',
      'ws_reconnects',
    ])
  })

  it('is where failures are counted, and where the classes of their errors are', () => {
    expect(FAILURE_RATES.map(({ place, metric, errors }) => [place, metric, errors])).toEqual([
      ['iteration', 'iteration_failed', 'iteration_failed'],
      ['request', 'http_req_failed', 'http_reqs'],
      ['session', 'ws_session_failed', 'ws_session_failed'],
      ['session', 'tcp_session_failed', 'tcp_session_failed'],
      ['session', 'stream_failed', 'stream_failed'],
      ['call', 'rpc_failed', 'rpc_failed'],
    ])
  })

  it('is what charts follow besides requests', () => {
    const followed = [...OTHER_PROTOCOLS, MESSAGES].flatMap((group) => metricsWith(group, 'latency', 'push'))
    expect(followed).toEqual(['stream_time_to_first_event', 'msg_rtt', 'msg_push_latency'])
  })
})
