import { METHOD_NOT_FOUND, RpcError } from '../../../lib/core/protocol/json-rpc.ts'
import { checkOptions, reconnectPlan } from '../../../lib/core/scenario/flow/check-options.ts'
import { ownTags } from '../../../lib/core/scenario/flow/name.ts'
import { textPairs } from '../../../lib/core/scenario/flow/texts.ts'
import type {
  JsonRpcOptions,
  McpOptions,
  VirtualMcp,
  VirtualStream,
} from '../../../lib/core/scenario/flow.ts'
import type { RequestContext } from '../contract/request-context.ts'
import { openStream } from '../stream/open-stream.ts'
import type { HttpTransport } from './http-transport.ts'
import { returnFromLostSessions } from './lost-session.ts'
import { createPeer, httpTransport, openLinkTransport, overOf } from './open-rpc.ts'
import type { RpcPeer } from './rpc-peer.ts'
import type { RpcTools, RpcUser } from './rpc-tools.ts'

const PROTOCOL_VERSION = '2025-06-18'
const CLIENT_INFO = { name: 'volley', version: '0.1.0' }
/** A server may say nothing for as long as it likes. */
const LISTEN_FOR = '24d'

/** Opens a Model Context Protocol session and initialises it. Rejects with a `FlowError`. */
export async function openMcp(
  tools: RpcTools,
  user: RpcUser,
  address: string,
  options: McpOptions,
  within: RequestContext,
): Promise<VirtualMcp> {
  checkOptions('mcp', options)
  const peer = createPeer(tools, { ...options, onRequest: answering(options.onRequest) }, within)
  const session = new McpSession(peer, options)
  if (overOf(address, options) === 'http') {
    const transport = httpTransport(tools, user, peer, address, options, within)
    peer.use(transport)
    session.overHttp(transport)
    await session.initialise()
    const listen = async (): Promise<void> => {
      if (options.listen === true)
        await session.listen(await openListening(tools, user, address, options, within, transport))
    }
    await listen()
    // Here the specification asks clients to come back, not the flow.
    const plan = reconnectPlan(options.reconnect ?? true)
    if (plan)
      returnFromLostSessions({
        ...{ peer, transport, plan, seed: within.seed, now: tools.clock.now, signal: user.signal },
        events: tools.rpcs.meterOf({ ...ownTags(options.tags), flow: within.flow }),
        initialise: () => session.initialise(),
        onReturned: async () => {
          await listen()
          await options.onReconnected?.()
        },
      })
    return session
  }
  await openLinkTransport(tools, user, peer, address, options, within, () => {
    // A new connection is a new session: calls wait until it is initialised again.
    peer.gate(session.initialise())
    return options.onReconnected?.()
  })
  await session.initialise()
  return session
}

/** Every client answers pings; the rest is the flow's. */
function answering(onRequest: JsonRpcOptions['onRequest']): NonNullable<JsonRpcOptions['onRequest']> {
  return (method, params) => {
    if (method === 'ping') return {}
    if (onRequest) return onRequest(method, params)
    throw new RpcError(METHOD_NOT_FOUND, `no method ${method} here`)
  }
}

function openListening(
  tools: RpcTools,
  user: RpcUser,
  path: string,
  { params, query, headers, tags, maxMessageBytes }: McpOptions,
  within: RequestContext,
  transport: HttpTransport,
): Promise<VirtualStream> {
  const options = {
    ...(params && { params }),
    ...(query && { query }),
    ...(tags && { tags }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    headers: listenHeaders(headers, transport.sessionHeaders()),
    reconnect: true,
  }
  return openStream(tools, user, { method: 'GET', path, options, within }) as Promise<VirtualStream>
}

/** Those of the session behind the flow's own, however these are given. */
function listenHeaders(own: McpOptions['headers'], ofSession: Record<string, string>): [string, string][] {
  const flat = textPairs('headers', own ?? {})
  const pairs = Object.entries(ofSession)
  for (let i = flat.length - 2; i >= 0; i -= 2) pairs.unshift([flat[i] as string, flat[i + 1] as string])
  return pairs
}

class McpSession implements VirtualMcp {
  readonly #peer: RpcPeer
  readonly #options: McpOptions
  #http: HttpTransport | undefined
  #listening: VirtualStream | undefined
  server: Readonly<Record<string, unknown>> = {}

  constructor(peer: RpcPeer, options: McpOptions) {
    this.#peer = peer
    this.#options = options
    this.call = peer.call.bind(peer)
    this.notify = peer.notify.bind(peer)
    this.batch = peer.batch.bind(peer)
    this.receive = peer.receive.bind(peer)
  }

  readonly call: VirtualMcp['call']
  readonly notify: VirtualMcp['notify']
  readonly batch: VirtualMcp['batch']
  readonly receive: VirtualMcp['receive']

  get open(): boolean {
    return this.#peer.open
  }

  get sessionId(): string | undefined {
    return this.#http?.sessionId
  }

  overHttp(transport: HttpTransport): void {
    this.#http = transport
  }

  /** The handshake: what both sides can, then that the client is ready. */
  async initialise(): Promise<void> {
    const { protocolVersion = PROTOCOL_VERSION, capabilities = {}, clientInfo = CLIENT_INFO } = this.#options
    const answer = await this.#peer.callNow('initialize', { protocolVersion, capabilities, clientInfo })
    this.server = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
    const agreed = this.server.protocolVersion
    if (this.#http && typeof agreed === 'string') this.#http.protocolVersion = agreed
    await this.#peer.notifyNow('notifications/initialized')
  }

  /** Takes what the server sends by itself, until the session ends; no more from where it was listened to before. */
  async listen(stream: VirtualStream): Promise<void> {
    await this.#listening?.close()
    this.#listening = stream
    void this.#pump(stream).catch(() => stream.close())
  }

  async #pump(stream: VirtualStream): Promise<void> {
    for (;;) {
      const event = await stream.next({ timeout: LISTEN_FOR })
      if (event === undefined) return
      if (event.data !== '') this.#peer.take(event.data, event.receivedAtMs)
    }
  }

  async close(): Promise<void> {
    await this.#listening?.close()
    await this.#peer.close()
  }
}
