import {
  connect,
  isIP,
  type LookupFunction,
  type OnReadOpts,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net'
import { connect as connectTls } from 'node:tls'
import { FlowError } from '../../../lib/core/flow.ts'
import type { Endpoint } from '../endpoint.ts'
import type { TlsOptions } from '../tls-options.ts'

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

/** Opens a connection. `done` is called once, also where the socket that is returned is destroyed before it is open. */
export function dial(options: DialOptions, done: (error: Error | null, dialled?: Dialled) => void): Socket {
  const { now, secure } = options
  const startedAtMs = now()
  let connectedAtMs = startedAtMs
  const socket = secure ? dialTls(options) : connect(tcpOptions(options))
  // Stays for good: an error while nobody uses the socket must not end the process.
  socket.on('error', ignore)
  socket.on('error', fail)
  socket.on('close', closed)
  socket.once('connect', () => {
    connectedAtMs = now()
    if (!secure) open()
  })
  if (secure) socket.once('secureConnect', open)
  return socket

  /** What was only needed to open the connection is not kept with it: there may be thousands. */
  function settle(): void {
    socket.off('error', fail)
    socket.off('close', closed)
  }

  function open(): void {
    settle()
    const tlsMs = secure ? { tlsMs: now() - connectedAtMs } : undefined
    done(null, { socket, connectMs: connectedAtMs - startedAtMs, ...tlsMs })
  }

  function fail(error: Error): void {
    settle()
    done(error)
  }

  function closed(): void {
    fail(new FlowError('connection_closed', 'closed before it was open'))
  }
}

/** Closes a connection; resolves when it is closed. */
export function hangUp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve()
    else socket.once('close', () => resolve()).destroy()
  })
}

function ignore(): void {}

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

function dialTls(options: DialOptions): Socket {
  const { host, serverName, session, tls, alpn = HTTP1, onSession } = options
  const servername = tls.serverName ?? serverName ?? (isIP(host) === 0 ? host : undefined)
  const socket = connectTls({
    ...tcpOptions(options),
    secureContext: tls.secureContext,
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    ...(servername === undefined ? {} : { servername }),
    ...(session === undefined ? {} : { session }),
  })
  return socket.on('session', onSession)
}
