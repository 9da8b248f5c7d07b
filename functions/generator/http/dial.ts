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
  /** Protocols to offer in the TLS handshake. Default: HTTP/1.1. */
  alpn?: readonly string[]
  /** Takes what is read in a buffer that is used again, instead of the socket's `data` events. */
  onread?: OnReadOpts
}

/** An open connection and how long each part of opening it took. */
export interface Dialled {
  socket: Socket
  /** Name look-up and TCP connect. */
  connectMs: number
  tlsMs?: number
}

/** Before the next address of a name is tried; a busy machine needs more than Node's own patience. */
const ATTEMPT_TIMEOUT_MS = 2_000
/** Well below the idle limits of the network's middle boxes: users think for long. */
const KEEP_ALIVE_DELAY_MS = 60_000

/** Opens a connection. `done` is called once, also where the socket that is returned is destroyed before it is open. */
export function dial(options: DialOptions, done: (error: Error | null, dialled?: Dialled) => void): Socket {
  const { now, secure } = options
  const startedAtMs = now()
  let connectedAtMs = startedAtMs
  let settled = false
  const fail = (error: Error): void => {
    if (settled) return
    settled = true
    done(error)
  }
  const open = (): void => {
    settled = true
    const tlsMs = secure ? { tlsMs: now() - connectedAtMs } : undefined
    done(null, { socket, connectMs: connectedAtMs - startedAtMs, ...tlsMs })
  }
  const socket = secure ? dialTls(options) : connect(tcpOptions(options))
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
  // Stays for good: an error while nobody uses the socket must not end the process.
  socket.on('error', fail)
  socket.once('close', () => fail(new FlowError('connection_closed', 'closed before it was open')))
  socket.once('connect', () => {
    connectedAtMs = now()
    if (!secure) open()
  })
  if (secure) socket.once('secureConnect', open)
  return socket
}

function tcpOptions({ host, port, lookup, onread }: DialOptions): TcpNetConnectOpts {
  return {
    ...{ host, port, lookup, autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS },
    ...(onread === undefined ? {} : { onread }),
  }
}

function dialTls(options: DialOptions): Socket {
  const { host, serverName, session, tls, onSession, alpn = ['http/1.1'] } = options
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
