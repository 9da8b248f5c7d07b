import { counter, type Protocol, rate, trend } from './protocol.ts'

const SESSIONS = { title: 'sessions', begun: 'opened' }

export const HTTP = {
  name: 'http',
  title: 'HTTP',
  begun: { place: 'request', plural: 'Requests', figures: { title: 'requests', begun: 'total' } },
  metrics: {
    http_reqs: counter(['traffic', 'errors']),
    http_req_duration: trend(['latency']),
    http_req_response_time: trend(),
    http_req_waiting: trend(),
    http_req_connecting: trend(),
    http_req_tls_handshaking: trend(),
    http_req_failed: rate(['failure']),
    http_req_retried_stale: counter(['fault']),
    http_lenient_responses: counter(['fault']),
    http_retries: counter(['fault']),
  },
} as const satisfies Protocol

export const WS = {
  name: 'ws',
  title: 'WebSocket',
  begun: { place: 'session', plural: 'WebSockets', figures: SESSIONS },
  openLine: 'ws_sessions_open',
  metrics: {
    ws_sessions: counter(['traffic']),
    ws_session_failed: rate(['failure']),
    ws_connecting: trend(['opening'], 'WebSocket connecting'),
    ws_msgs_sent: counter(['sent']),
    ws_msgs_received: counter(['received']),
    ws_msgs_dropped: counter(['fault']),
    ws_session_duration: trend(['duration'], 'length of the WebSocket session'),
    ws_reconnects: counter(['fault']),
    ws_reconnecting: trend(),
  },
} as const satisfies Protocol

export const TCP = {
  name: 'tcp',
  title: 'TCP',
  begun: { place: 'session', plural: 'TCP connections', figures: SESSIONS },
  openLine: 'tcp_sessions_open',
  metrics: {
    tcp_sessions: counter(['traffic']),
    tcp_session_failed: rate(['failure']),
    tcp_connecting: trend(['opening'], 'TCP connecting'),
    tcp_tls_handshaking: trend([], 'TLS handshake over TCP'),
    tcp_msgs_sent: counter(['sent']),
    tcp_msgs_received: counter(['received']),
    tcp_msgs_dropped: counter(['fault']),
    tcp_session_duration: trend(['duration'], 'length of the TCP session'),
    tcp_reconnects: counter(['fault']),
    tcp_reconnecting: trend(),
  },
} as const satisfies Protocol

export const STREAM = {
  name: 'stream',
  title: 'stream',
  begun: { place: 'session', plural: 'Streams', figures: { title: 'streams', begun: 'opened' } },
  metrics: {
    stream_sessions: counter(['traffic']),
    stream_failed: rate(['failure']),
    stream_time_to_first_event: trend(['latency'], 'first event'),
    stream_first_event_response_time: trend(),
    stream_event_gap: trend([], 'gap between events'),
    stream_events: counter(['received']),
    stream_events_dropped: counter(['fault']),
    stream_duration: trend(['duration'], 'length of the stream'),
    stream_reconnects: counter(['fault']),
    stream_reconnecting: trend(),
  },
} as const satisfies Protocol

export const RPC = {
  name: 'rpc',
  title: 'RPC',
  begun: { place: 'call', plural: 'Calls', figures: { title: 'calls', begun: 'total' } },
  metrics: {
    rpc_calls: counter(['traffic']),
    rpc_failed: rate(['failure']),
    rpc_notifications: counter(['notified']),
    rpc_notifications_dropped: counter(['fault']),
  },
} as const satisfies Protocol

/** RPC of its own kind: calls are counted as those of RPC. */
export const MCP = {
  name: 'mcp',
  title: 'MCP',
  metrics: {
    mcp_reconnects: counter(['fault']),
    mcp_reconnecting: trend(),
  },
} as const satisfies Protocol

const ALL = [HTTP, WS, TCP, STREAM, RPC, MCP] as const

/** All of them, in the order of rows and figures. */
export const PROTOCOLS: readonly Protocol[] = ALL
/** All but HTTP, whose requests have tables, charts and figures of their own. */
export const OTHER_PROTOCOLS = PROTOCOLS.filter((protocol) => protocol !== HTTP)
export type ProtocolMetrics = (typeof ALL)[number]['metrics']
