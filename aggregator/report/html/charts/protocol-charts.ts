import { metricWith, type Protocol } from '../../../../lib/core/metrics/protocol.ts'
import { OTHER_PROTOCOLS } from '../../../../lib/core/metrics/protocols.ts'
import { SHARE } from '../../model/figure.ts'
import { type Chart, chartOf, type Judged, type Line, trendChart } from './chart.ts'
import type { JudgedOf } from './judged-in.ts'

type Names = Pick<Chart, 'id' | 'title' | 'hint'>

/** Protocols whose connections stay open while both sides send messages. */
const LINKS = OTHER_PROTOCOLS.filter(({ openLine }) => openLine !== undefined)
/** What the time of opening covers, where it is not the whole way to a connection. */
const CONNECTING: Partial<Record<string, string>> = { tcp: 'Name look-up and TCP connect' }

/** The charts of what is no HTTP request, of every protocol there is: what was said, how fast, and on what. */
export function protocolCharts(judgedOf: JudgedOf): Chart[] {
  return [
    ...LINKS.map((link) => messages(link, judgedOf)),
    events(judgedOf),
    calls(judgedOf),
    latencyOf('msg_rtt', judgedOf, {
      id: 'round-trips',
      title: 'Round trips',
      hint: 'From a request or call to its answer',
    }),
    latencyOf('stream_time_to_first_event', judgedOf, {
      id: 'first-event',
      title: 'Time to first event',
      hint: 'From the send of a stream’s request',
    }),
    latencyOf('msg_push_latency', judgedOf, {
      id: 'push-latency',
      title: 'Push latency',
      hint: 'From when a message was sent unasked to its receipt',
    }),
    ...LINKS.flatMap((link) => sessions(link, judgedOf)),
    ...streams(judgedOf),
    failuresOf('rpc_failed', judgedOf, {
      id: 'calls-failed',
      title: 'Failed RPC calls',
      hint: 'Share of those that were answered or given up',
    }),
  ]
}

function messages(link: Protocol, judgedOf: JudgedOf): Chart {
  const { name, title } = link
  const [sent, received] = [metricWith(link, 'sent') ?? '', metricWith(link, 'received') ?? '']
  return chartOf(
    { id: `${name}-messages`, title: `${title} messages`, hint: 'Sent and received', unit: '/s' },
    [counted('received', received, 'blue'), { ...counted('sent', sent, 'orange'), dashed: true }],
    joined(rateOf(received, judgedOf), rateOf(sent, judgedOf)),
  )
}

function events(judgedOf: JudgedOf): Chart {
  return chartOf(
    { id: 'stream-events', title: 'Stream events', hint: 'Events, lines or pieces received', unit: '/s' },
    [{ ...counted('events', 'stream_events', 'blue'), filled: true }],
    rateOf('stream_events', judgedOf),
  )
}

function calls(judgedOf: JudgedOf): Chart {
  return chartOf(
    { id: 'calls', title: 'RPC calls', hint: 'Calls made, and notifications received', unit: '/s' },
    [
      { ...counted('calls', 'rpc_calls', 'blue'), filled: true },
      { ...counted('notifications', 'rpc_notifications', 'orange'), dashed: true },
    ],
    rateOf('rpc_calls', judgedOf),
  )
}

function sessions(link: Protocol, judgedOf: JudgedOf): Chart[] {
  const { name, title, openLine = '' } = link
  const open: Line = {
    label: 'open',
    values: { metric: openLine, column: 'value' },
    tone: 'teal',
    filled: true,
  }
  const [begun = '', connecting = '', failed = ''] = (['traffic', 'opening', 'failure'] as const).map(
    (role) => metricWith(link, role),
  )
  return [
    chartOf({ id: `${name}-open`, title: `${title} sessions`, hint: 'Open at once', unit: '' }, [open]),
    chartOf(
      { id: `${name}-opened`, title: `${title} sessions opened`, hint: 'Or tried in vain', unit: '/s' },
      [counted('opened', begun, 'teal')],
      rateOf(begun, judgedOf),
    ),
    latencyOf(connecting, judgedOf, {
      id: `${name}-connecting`,
      title: `${title} connecting`,
      hint: CONNECTING[name] ?? 'From the call to the open socket',
    }),
    failuresOf(failed, judgedOf, {
      id: `${name}-failed`,
      title: `Failed ${title} sessions`,
      hint: 'Share of those that ended',
    }),
  ]
}

function streams(judgedOf: JudgedOf): Chart[] {
  return [
    chartOf(
      { id: 'streams', title: 'Streams opened', hint: 'Or tried in vain', unit: '/s' },
      [counted('opened', 'stream_sessions', 'teal')],
      rateOf('stream_sessions', judgedOf),
    ),
    failuresOf('stream_failed', judgedOf, {
      id: 'stream-failed',
      title: 'Failed streams',
      hint: 'Share of those that ended',
    }),
  ]
}

function counted(label: string, metric: string, tone: Line['tone']): Line {
  return { label, values: { metric, column: 'perSecond' }, tone }
}

function rateOf(metric: string, judgedOf: JudgedOf): Judged {
  return judgedOf(metric, '/s')
}

function joined(a: Judged, b: Judged): Judged {
  return {
    bounds: [...a.bounds, ...b.bounds],
    measured: [...a.measured, ...b.measured],
    notDrawn: a.notDrawn + b.notDrawn,
  }
}

function latencyOf(metric: string, judgedOf: JudgedOf, names: Names): Chart {
  return trendChart({ ...names, unit: 'ms' }, (column) => ({ metric, column }), judgedOf(metric, 'ms'))
}

function failuresOf(metric: string, judgedOf: JudgedOf, names: Names): Chart {
  return chartOf(
    { ...names, unit: SHARE },
    [{ label: 'failed', values: { metric, column: 'rate' }, tone: 'red', filled: true }],
    judgedOf(metric, SHARE),
  )
}
