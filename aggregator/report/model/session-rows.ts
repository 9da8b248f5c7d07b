import type { Summary } from '../../../lib/core/results/summary.ts'

/** What a flow did under one name over another protocol than plain HTTP. Counts that the protocol lacks are absent. */
export interface SessionRow {
  protocol: string
  flow: string
  name: string
  /** Sessions and streams opened, or tried in vain; calls made. */
  begun: number
  failed: number
  /** Those out of which `failed` failed: what the end of the run cut off is in neither. */
  ended: number
  sent?: number
  received?: number
}

interface Protocol {
  name: string
  begun: string
  failed: string
  sent?: string
  received?: string
}

const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'WebSocket',
    begun: 'ws_sessions',
    failed: 'ws_session_failed',
    sent: 'ws_msgs_sent',
    received: 'ws_msgs_received',
  },
  {
    name: 'TCP',
    begun: 'tcp_sessions',
    failed: 'tcp_session_failed',
    sent: 'tcp_msgs_sent',
    received: 'tcp_msgs_received',
  },
  { name: 'stream', begun: 'stream_sessions', failed: 'stream_failed', received: 'stream_events' },
  { name: 'RPC', begun: 'rpc_calls', failed: 'rpc_failed' },
]

type Series = Summary['series'][number]

/** A row for each name of each flow, by protocol. */
export function sessionRows({ series }: Pick<Summary, 'series'>): SessionRow[] {
  return PROTOCOLS.flatMap((protocol) => {
    const metrics = [protocol.begun, protocol.failed, protocol.sent, protocol.received]
    const own = series.filter(({ metric }) => metrics.includes(metric))
    const byName = Map.groupBy(own, ({ tags: { flow = '', name = '' } }) => JSON.stringify([flow, name]))
    return [...byName].map(([key, members]) => rowOf(protocol, JSON.parse(key), members))
  })
}

function rowOf(
  protocol: Protocol,
  [flow, name]: [flow: string, name: string],
  members: readonly Series[],
): SessionRow {
  const of = (wanted: string | undefined) => members.filter(({ metric }) => metric === wanted)
  const counted = (wanted: string | undefined): number =>
    of(wanted).reduce((sum, { values }) => sum + (values.kind === 'counter' ? values.count : 0), 0)
  const rates = of(protocol.failed).flatMap(({ values }) => (values.kind === 'rate' ? [values] : []))
  return {
    ...{ protocol: protocol.name, flow, name },
    begun: counted(protocol.begun),
    failed: rates.reduce((sum, { trues }) => sum + trues, 0),
    ended: rates.reduce((sum, { total }) => sum + total, 0),
    ...(protocol.sent !== undefined && { sent: counted(protocol.sent) }),
    ...(protocol.received !== undefined && { received: counted(protocol.received) }),
  }
}
