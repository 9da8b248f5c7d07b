import { type ProbeOptions, probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { UNDICI } from './undici-kind.ts'

/** A way in which a flow gets at a server, and where it is told that it could not. */
export interface Way {
  name: string
  options?: ProbeOptions
  /** The rate that counts what failed. */
  metric: string
  /** Opens, asks and reads to the end. Resolves with the class of what went wrong, or rejects with it. */
  attempt: (probe: SessionProbe, body: string) => Promise<string | undefined>
}

const request: Way['attempt'] = async ({ session }, body) =>
  (await session.request('POST', '/x', { body }, WITHIN)).error

/** All of them. */
export const WAYS = {
  sockets: { name: 'a request on sockets', metric: 'http_req_failed', attempt: request },
  undici: {
    name: 'a request on undici',
    options: { carrier: UNDICI },
    metric: 'http_req_failed',
    attempt: request,
  },
  http2: {
    name: 'a request over HTTP/2',
    options: { version: '2' },
    metric: 'http_req_failed',
    attempt: request,
  },
  stream: {
    name: 'a stream',
    metric: 'stream_failed',
    attempt: async ({ session }, body) => {
      const stream = await session.stream('POST', '/x', { body }, WITHIN)
      for await (const _ of stream);
      return stream.error
    },
  },
  rpc: {
    name: 'JSON-RPC over HTTP',
    metric: 'rpc_failed',
    attempt: async ({ session }, body) => {
      const peer = await session.openRpc('/x', {}, WITHIN)
      await peer.call('ask', { body })
      return undefined
    },
  },
  websocket: {
    name: 'a WebSocket',
    metric: 'ws_session_failed',
    attempt: async ({ session }, body) => {
      const socket = await session.openSocket('/x', {}, WITHIN)
      await socket.request(body)
      return undefined
    },
  },
  tcp: {
    name: 'a TCP connection',
    metric: 'tcp_session_failed',
    attempt: async ({ session, secure }, body) => {
      const socket = await session.openTcp(secure ? 'tls:' : 'tcp:', {}, WITHIN)
      await socket.request(body)
      return undefined
    },
  },
} as const satisfies Record<string, Way>

export type WayName = keyof typeof WAYS

export interface Failed {
  probe: SessionProbe
  /** What the flow was told, each time. */
  told: (string | undefined)[]
  /** How many of what was counted as failed, by class. */
  counted: Record<string, number>
}

/** Goes one way to an origin that nothing good comes from, and then once more: a failure leaves nothing behind. */
export async function failTwice(
  origin: string,
  name: WayName,
  options: ProbeOptions = {},
  body = 'x',
): Promise<Failed> {
  const way: Way = WAYS[name]
  const probe = probeSession(origin, { ...way.options, ...options })
  const attempt = (): Promise<string | undefined> =>
    way.attempt(probe, body).catch((error: { errorClass?: string }) => error.errorClass)
  const told = [await attempt(), await attempt()]
  const counted: Record<string, number> = {}
  for (const series of probe.recorded(way.metric))
    if ('trues' in series && series.trues > 0) counted[series.tags.error ?? ''] = series.trues
  return { probe, told, counted }
}
