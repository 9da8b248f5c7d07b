import { checkOptions } from '../../../lib/core/scenario/flow/check-options.ts'
import { ownTags } from '../../../lib/core/scenario/flow/name.ts'
import type { LinkOptions, SocketOptions, TcpOptions } from '../../../lib/core/scenario/flow.ts'
import type { Clock } from '../../../lib/ports.ts'
import type { RequestContext } from '../contract/request-context.ts'
import type { CookieScope, UserCookies } from '../cookies/cookie-jar.ts'
import type { RequestBuilder } from '../http-client/http-request.ts'
import type { Dial } from '../net/dial.ts'
import { endpointOf } from '../net/endpoint.ts'
import type { TargetGuard } from '../net/target-guard.ts'
import type { TlsOptions } from '../net/tls-options.ts'
import type { LinkSettings, MessageLink } from './message-link.ts'
import type { LinkOpener } from './open-link.ts'
import { tcpOpener } from './tcp.ts'
import { webSocketOpener } from './websocket.ts'

/** Longer messages end their connection, unless the options say otherwise. */
export const MAX_MESSAGE_BYTES = 10_485_760

/** What connections with messages are opened with. */
export interface LinkTools {
  builder: RequestBuilder
  guard: TargetGuard
  tls: TlsOptions
  dial: Dial
  clock: Clock
  links: LinkOpener
}

/** The user whose connection it is. */
export interface LinkUser {
  cookies: UserCookies
  signal: AbortSignal
}

/** What is left for the caller to say of a connection. */
type OwnSettings = Pick<LinkSettings, 'onLost'>

/** Opens a WebSocket. Rejects with a `FlowError`. */
export async function openWebSocket(
  tools: LinkTools,
  { cookies, signal }: LinkUser,
  path: string,
  options: SocketOptions,
  { flow, seed }: RequestContext,
  own: OwnSettings = {},
): Promise<MessageLink> {
  checkOptions('websocket', options)
  const { builder, clock, guard, tls, dial, links } = tools
  const { name, url, headers, timeoutMs } = builder.socket(path, options)
  const scope = scopeOf(url)
  const openTransport = webSocketOpener({
    url,
    headers: () => cookies.beside(headers, scope, clock.now()),
    onSetCookie: (setCookie) => cookies.store(setCookie, scope, clock.now()),
    protocols: options.protocols,
    maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    ...{ guard, tls, dial, now: clock.now },
  })
  return links.open({ ...ownTags(options.tags), flow, name }, openTransport, {
    kind: 'ws',
    timeoutMs,
    seed,
    signal,
    ...handlersOf(options),
    ...own,
  })
}

/** Opens a TCP or TLS connection. Rejects with a `FlowError`. */
export async function openTcp(
  tools: LinkTools,
  { signal }: LinkUser,
  address: string,
  options: TcpOptions,
  { flow, seed }: RequestContext,
  own: OwnSettings = {},
): Promise<MessageLink> {
  checkOptions('tcp', options)
  const { builder, clock, guard, tls, dial, links } = tools
  const { name, url, timeoutMs } = builder.tcp(address, options)
  const openTransport = tcpOpener({
    url: new URL(url),
    maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    ...{ guard, tls, dial, now: clock.now },
  })
  return links.open({ ...ownTags(options.tags), flow, name }, openTransport, {
    kind: 'tcp',
    timeoutMs,
    seed,
    signal,
    ...handlersOf(options),
    ...own,
  })
}

function handlersOf({
  idOf,
  onMessage,
  onReconnected,
  pushedAt,
  reconnect,
}: LinkOptions): Pick<LinkSettings, 'idOf' | 'onMessage' | 'onReconnected' | 'pushedAt' | 'reconnect'> {
  return {
    ...(idOf && { idOf }),
    ...(onMessage && { onMessage }),
    ...(onReconnected && { onReconnected }),
    ...(pushedAt && { pushedAt }),
    ...(reconnect && { reconnect }),
  }
}

function scopeOf(text: string): CookieScope {
  const url = new URL(text)
  const { host, secure } = endpointOf(url)
  return { host, secure, path: url.pathname + url.search }
}
