import type { LookupFunction, OnReadOpts, Socket } from 'node:net'
import type { Client } from 'undici'
import { VolleyError } from '../../../lib/core/base/errors.ts'
import { FlowError } from '../../../lib/core/base/flow-error.ts'
import { basicAuthorization, userinfoOf } from '../../../lib/core/secrets/userinfo.ts'
import { type Dial, type Dialled, type DialOptions, dial, dialOver } from '../net/dial.ts'
import { type Endpoint, endpointOf } from '../net/endpoint.ts'
import type { TlsOptions } from '../net/tls-options.ts'
import { named } from './error-name.ts'

/** What all connections of a generator go through. */
export interface HttpProxy {
  origin: string
  endpoint: Endpoint
  /** Whom it is to trust, where it speaks TLS itself. */
  tls: TlsOptions
  /** What it is shown on each request that it forwards, and on each tunnel. */
  headers: Readonly<Record<string, string>>
}

export function proxyOf(written: string, tls: TlsOptions): HttpProxy {
  const url = new URL(written)
  const userinfo = userinfoOf(url)
  return {
    origin: url.origin,
    endpoint: endpointOf(url),
    tls,
    headers: userinfo ? { 'proxy-authorization': basicAuthorization(userinfo) } : {},
  }
}

const HTTP1 = ['http/1.1']
const NOTHING = (): undefined => undefined

/**
 * Opens connections through a proxy: a tunnel (`CONNECT`, by undici) to the endpoint, with the endpoint's TLS in it, or
 * the bare connection to the proxy where it forwards requests. The proxy looks the endpoint's name up; where this machine
 * can do so too, the name is refused by its addresses as without a proxy.
 */
export function dialThrough(MakeClient: typeof Client, proxy: HttpProxy): Dial {
  const names = new CheckedNames()
  return (options, done) => {
    const { now, onread, secure, forwarded = false } = options
    const startedAtMs = now()
    const socket = dial(proxyOptions(proxy, options), (error, dialled) => {
      if (dialled) names.check(options.host, options.lookup, checked)
      else done(error)
    })
    return socket

    function checked(refusal: Error | undefined): void {
      if (refusal) fail(refusal)
      else if (forwarded) open(socket)
      else openTunnel(MakeClient, proxy, socket, options, tunnelled)
    }

    function tunnelled(failure: Error | undefined): void {
      if (failure) fail(failure)
      else if (secure) secureTunnel()
      else open(socket)
    }

    function secureTunnel(): void {
      const connectMs = now() - startedAtMs
      dialOver(socket, options, (error, dialled) => {
        if (dialled) open(dialled.socket, { ...dialled, connectMs })
        else fail(error as Error)
      })
    }

    function open(opened: Socket, dialled: Dialled = { socket, connectMs: now() - startedAtMs }): void {
      if (onread) readInto(opened, onread)
      done(null, dialled)
    }

    function fail(error: Error): void {
      socket.destroy()
      done(error)
    }
  }
}

function proxyOptions({ endpoint, tls }: HttpProxy, { now, lookup }: DialOptions): DialOptions {
  return { ...endpoint, lookup, now, tls, alpn: HTTP1, onSession: NOTHING }
}

/** Asks the proxy for a way to the endpoint, which is the same socket from then on. */
function openTunnel(
  MakeClient: typeof Client,
  { origin, headers }: HttpProxy,
  socket: Socket,
  { host, port }: Endpoint,
  done: (error: Error | undefined) => void,
): void {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  let handed = false
  const client = new MakeClient(origin, {
    // The deadline of a request is one for all of it, and kept by its call.
    headersTimeout: 0,
    // Undici is not made for an answer within the call.
    connect: (_, take) =>
      queueMicrotask(() => {
        const gone = handed || socket.destroyed
        handed = true
        if (gone) take(new FlowError('connection_closed', 'the proxy closed the connection'), null)
        else take(null, socket)
      }),
  })
  client.connect({ path: authority, headers: { ...headers, host: authority } }, (error, reply) => {
    if (error || !reply) done(named(error ?? new FlowError('connection_closed')))
    else if (reply.statusCode < 200 || reply.statusCode > 299)
      done(new FlowError('proxy_refused', `the proxy answers CONNECT ${authority} with ${reply.statusCode}`))
    else if (socket.destroyed) done(new FlowError('connection_closed', 'the proxy closed the connection'))
    else done(undefined)
  })
}

/** Names that this machine cannot look up are the proxy's alone, and asked for once. */
class CheckedNames {
  readonly #unknown = new Set<string>()

  /** Calls back with why the host must not be asked, if there is a reason. */
  check(host: string, lookup: LookupFunction, done: (refusal: Error | undefined) => void): void {
    if (this.#unknown.has(host)) done(undefined)
    else
      lookup(host, { all: true }, (error) => {
        if (error && !(error instanceof VolleyError)) this.#unknown.add(host)
        done(error instanceof VolleyError ? error : undefined)
      })
  }
}

/** Hands what comes to a reader as a socket does that was made to read into its buffer. */
function readInto(socket: Socket, { buffer, callback }: OnReadOpts): void {
  const into = typeof buffer === 'function' ? buffer() : buffer
  socket.on('data', (chunk: Buffer) => {
    for (let from = 0; from < chunk.length; from += into.length) {
      const piece = chunk.subarray(from, from + into.length)
      into.set(piece)
      if (!callback(piece.length, into)) socket.pause()
    }
  })
}
