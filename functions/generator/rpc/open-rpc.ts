import { checkOptions } from '../../../lib/core/scenario/flow/check-options.ts'
import { ownTags } from '../../../lib/core/scenario/flow/name.ts'
import type { JsonRpcOptions, LinkOptions } from '../../../lib/core/scenario/flow.ts'
import type { RequestContext } from '../contract/request-context.ts'
import { type LinkUser, MAX_MESSAGE_BYTES, openTcp, openWebSocket } from '../messages/user-links.ts'
import { isTcpAddress } from '../net/tcp-address.ts'
import { HttpTransport, type HttpTransportSettings } from './http-transport.ts'
import { LinkTransport } from './link-transport.ts'
import { RpcPeer } from './rpc-peer.ts'
import type { RpcTools, RpcUser } from './rpc-tools.ts'

/** Opens a JSON-RPC peer. Rejects with a `FlowError`. */
export async function openRpc(
  tools: RpcTools,
  user: RpcUser,
  address: string,
  options: JsonRpcOptions,
  within: RequestContext,
): Promise<RpcPeer> {
  checkOptions('jsonRpc', options)
  const peer = createPeer(tools, options, within)
  if (overOf(address, options) === 'http')
    peer.use(httpTransport(tools, user, peer, address, options, within))
  else await openLinkTransport(tools, user, peer, address, options, within)
  return peer
}

export function createPeer(
  { builder, clock, links, rpcs }: RpcTools,
  { onNotification, onRequest, pushedAt, timeout, tags }: JsonRpcOptions,
  { flow }: RequestContext,
): RpcPeer {
  return new RpcPeer({
    ...{
      timeoutMs: builder.timeoutMs(timeout),
      now: clock.now,
      events: rpcs.meterOf({ ...ownTags(tags), flow }),
    },
    deadlines: links.deadlines,
    ...(onNotification && { onNotification }),
    ...(onRequest && { onRequest }),
    ...(pushedAt && { pushedAt }),
  })
}

/** What carries the messages, by the address where the options don't say. */
export function overOf(address: string, { over }: JsonRpcOptions): 'tcp' | 'websocket' | 'http' {
  if (over !== undefined) return over
  if (/^wss?:/i.test(address)) return 'websocket'
  return isTcpAddress(address) ? 'tcp' : 'http'
}

/** Opens the WebSocket or TCP connection of a peer. `onReopened` is called before anything else is sent on a new one. */
export async function openLinkTransport(
  tools: RpcTools,
  user: LinkUser,
  peer: RpcPeer,
  address: string,
  options: JsonRpcOptions,
  within: RequestContext,
  onReopened = options.onReconnected,
): Promise<void> {
  const { name, tags, timeout, maxMessageBytes, reconnect, params, query, headers, protocols } = options
  const common: LinkOptions = {
    ...(name !== undefined && { name }),
    ...(tags && { tags }),
    ...(timeout !== undefined && { timeout }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(reconnect !== undefined && { reconnect }),
    ...(onReopened && { onReconnected: onReopened }),
    onMessage: ({ data, receivedAtMs }) =>
      peer.take(typeof data === 'string' ? data : Buffer.from(data).toString(), receivedAtMs),
  }
  const own = { onLost: peer.lost.bind(peer) }
  const link =
    overOf(address, options) === 'tcp'
      ? await openTcp(tools, user, address, common, within, own)
      : await openWebSocket(
          tools,
          user,
          address,
          {
            ...common,
            ...(params && { params }),
            ...(query && { query }),
            ...(headers && { headers }),
            ...(protocols && { protocols }),
          },
          within,
          own,
        )
  peer.use(new LinkTransport(link))
}

/** Nothing is opened ahead: each text is a request. */
export function httpTransport(
  { client, meter, clock, builder, guard }: RpcTools,
  { connection }: RpcUser,
  peer: RpcPeer,
  address: string,
  options: JsonRpcOptions,
  { flow, lagMs }: RequestContext,
): HttpTransport {
  const { name, params, query, headers, tags, maxMessageBytes = MAX_MESSAGE_BYTES } = options
  const build: HttpTransportSettings['build'] = (method, ofSession, body) => {
    const request = builder.request(method, address, {
      ...(name !== undefined && { name: method === 'POST' ? name : `${method} ${name}` }),
      ...{ params, query, headers, body },
    })
    return { ...request, headers: { ...request.headers, ...ofSession } }
  }
  // What can be known to be wrong is said now, and not by the first call.
  guard.checkUrl(new URL(build('POST', {}, '').origin))
  return new HttpTransport({
    ...{ client, meter, connection, now: clock.now, maxMessageBytes, build },
    context: { flow, lagMs, tags: ownTags(tags) },
    take: peer.take.bind(peer),
  })
}
