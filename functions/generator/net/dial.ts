import { connect, isIP, type LookupFunction, type OnReadOpts, Socket, type TcpNetConnectOpts } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, connect as connectTls } from 'node:tls'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { Endpoint } from './endpoint.ts'
import { withinRoom } from './socket-room.ts'
import type { TlsOptions } from './tls-options.ts'

export interface DialOptions extends Endpoint {
  /** Name to ask for and to check, where it is not the host's. */
  serverName?: string | undefined
  /** TLS session to take up again. */
  session?: Buffer | undefined
  onSession: (session: Buffer) => void
  lookup: LookupFunction
  /** Epoch milliseconds with a fraction. */
  now: () => number
  tls: TlsOptions
  /** Protocols to offer in the TLS handshake, the best first; none to say nothing of them. Default: HTTP/1.1. */
  alpn?: readonly string[]
  /** Takes what is read in a buffer that is used again, instead of the socket's `data` events. */
  onread?: OnReadOpts | undefined
  /** A proxy is to pass the requests on by itself, without a tunnel. */
  forwarded?: boolean
}

/** An open connection and how long each part of opening it took. */
export interface Dialled {
  socket: Socket
  /** Name look-up and TCP connect. */
  connectMs: number
  tlsMs?: number
}

const HTTP1: readonly string[] = ['http/1.1']
/** Before the next address of a name is tried; a busy machine needs more than Node's own patience. */
const ATTEMPT_TIMEOUT_MS = 2_000
/** Well below the idle limits of the network's middle boxes: users think for long. */
const KEEP_ALIVE_DELAY_MS = 60_000

/** Who has a connection now. */
export interface Holder {
  onError(socket: Socket, error: Error): void
  /** The peer has closed its side. */
  onEnd(socket: Socket): void
  onClose(socket: Socket): void
}

const HOLDER = Symbol('holder')
type HeldSocket = Socket & { [HOLDER]?: Holder | undefined }

/** Tells a holder what becomes of a connection, and nobody else. Thousands of connections share their listeners. */
export function hold(socket: HeldSocket, holder: Holder | undefined): void {
  socket[HOLDER] = holder
}

/**
 * An error while nobody holds the connection must not end the process. A TLS alert that comes after the handshake is one,
 * but leaves the socket open, with nobody to read it any more.
 */
function onError(this: HeldSocket, error: Error): void {
  this.destroy()
  this[HOLDER]?.onError(this, error)
}

function onEnd(this: HeldSocket): void {
  this[HOLDER]?.onEnd(this)
}

function onClose(this: HeldSocket): void {
  this[HOLDER]?.onClose(this)
}

type Done = (error: Error | null, dialled?: Dialled) => void

/** Opens connections, straight or through a proxy. `done` is called once, also where the socket is destroyed before it is open. */
export type Dial = (options: DialOptions, done: Done) => Socket

/** Opens a connection straight to its endpoint. */
export const dial: Dial = (options, done) =>
  opened(() => withinRoom(() => dialOrFail(options)), options, done)

/** Does the TLS handshake on a connection that leads to the endpoint already, which belongs to the new one from then on. */
export function dialOver(carrier: Socket, options: DialOptions, done: Done): Socket {
  return opened(() => connectTls({ socket: carrier, ...tlsOptions(options) }), options, done)
}

function opened(connecting: () => Socket, { now, secure, onSession }: DialOptions, done: Done): Socket {
  const startedAtMs = now()
  let connectedAtMs = startedAtMs
  const socket = connecting()
  socket.on('error', onError).on('end', onEnd).on('close', onClose)
  hold(socket, {
    onError: (_, error) => fail(error),
    onEnd: () => undefined,
    onClose: () => fail(new FlowError('connection_closed', 'closed before it was open')),
  })
  socket.once('connect', () => {
    connectedAtMs = now()
    if (!secure) open()
  })
  if (secure) socket.on('session', onSession).once('secureConnect', open)
  return socket

  function open(): void {
    hold(socket, undefined)
    const tlsMs = secure ? { tlsMs: now() - connectedAtMs } : undefined
    done(null, { socket, connectMs: connectedAtMs - startedAtMs, ...tlsMs })
  }

  function fail(error: Error): void {
    hold(socket, undefined)
    done(error)
  }
}

/** What cannot be dialled at all fails as what cannot be reached does. */
function dialOrFail(options: DialOptions): Socket {
  try {
    return options.secure
      ? connectTls({ ...tcpOptions(options), ...tlsOptions(options) })
      : connect(tcpOptions(options))
  } catch (error) {
    return new Socket().destroy(error as Error)
  }
}

/** Closes a connection; resolves when it is closed. */
export function hangUp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve()
    else socket.once('close', () => resolve()).destroy()
  })
}

function tcpOptions({ host, port, lookup, onread }: DialOptions): TcpNetConnectOpts {
  return {
    host,
    port,
    lookup,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
    ...(onread && { onread }),
  }
}

function tlsOptions({ host, serverName, session, tls, alpn = HTTP1 }: DialOptions): ConnectionOptions {
  return {
    secureContext: tls.secureContext,
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    ...identityOf(tls.serverName ?? serverName ?? host, host),
    ...(session === undefined ? {} : { session }),
  }
}

/**
 * Whom to ask for and whom to expect. A server is asked for names alone, without a dot at their end (RFC 6066 section 3); an
 * address is only held against its certificate.
 */
function identityOf(
  name: string,
  host: string,
): Pick<ConnectionOptions, 'servername' | 'checkServerIdentity'> {
  if (isIP(name) === 0) return { servername: name.replace(/\.$/, '') }
  return name === host
    ? {}
    : { checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) }
}
