import type { OnReadOpts, Socket } from 'node:net'
import {
  type CarriedRequest,
  type Carrier,
  type CarrierHandler,
  type CarrierKind,
  closedByPeer,
  type Opener,
} from '../http/carrier.ts'
import { RequestHeads } from '../http1/request-head.ts'
import { hangUp } from '../net/dial.ts'
import { Http1Fallback } from './http1-fallback.ts'
import { Http2Connection, type Http2ConnectionOwner } from './http2-connection.ts'
import { checkRequest, OriginFields } from './request-fields.ts'
import { RequestStream } from './request-stream.ts'
import { SocketReader } from './socket-reader.ts'
import type { Traffic } from './socket-writer.ts'

/** Requests of one connection at a time, also where its server would take more. */
const STREAMS = 100
/** A connection that was idle for longer may be closed at any moment. */
const KEEP_ALIVE_MS = 60_000

/** HTTP/2, or HTTP/1.1 where a TLS server knows nothing better. Without TLS the server has to know HTTP/2. */
export const HTTP2: CarrierKind = {
  alpn: ['h2', 'http/1.1'],
  streams: STREAMS,
  maker() {
    const origins = new Map<string, Origin>()
    return (origin, opener) => {
      const known = origins.get(origin) ?? {
        fields: new OriginFields(origin),
        heads: new RequestHeads(new URL(origin).host),
      }
      origins.set(origin, known)
      return new Http2Carrier(known, opener)
    }
  },
}

/** What all connections to an origin share. */
interface Origin {
  fields: OriginFields
  /** For HTTP/1.1. */
  heads: RequestHeads
}

/** Carries many requests at a time over one connection. One that is about to close may live on beside the next. */
class Http2Carrier implements Carrier, Http2ConnectionOwner, Opener {
  readonly traffic: Traffic = { readBytes: 0, writtenBytes: 0 }
  readonly #origin: Origin
  readonly #opener: Opener
  #session: Http2Connection | undefined
  /** They take no further requests. */
  #shutdown: readonly Http2Connection[] = []
  /** Requests that no connection has room for yet. */
  #queue: RequestStream[] = []
  #opening = false
  #destroyed = false
  /** Of the connection that was dialled last. */
  #reader: SocketReader | undefined
  /** Since a server declined HTTP/2. */
  #inTurn: Http1Fallback | undefined

  constructor(origin: Origin, opener: Opener) {
    this.#origin = origin
    this.#opener = opener
  }

  get reader(): OnReadOpts {
    this.#reader = new SocketReader()
    return this.#reader.options
  }

  get connectMs(): number {
    return this.#opener.connectMs
  }

  get readBytes(): number {
    return (this.#inTurn?.carrier ?? this.traffic).readBytes
  }

  get writtenBytes(): number {
    return (this.#inTurn?.carrier ?? this.traffic).writtenBytes
  }

  dispatch(request: CarriedRequest, handler: CarrierHandler, idleMs: number): void {
    const { body } = request
    const bodyBytes = body === undefined ? 0 : Buffer.byteLength(body)
    let stream: RequestStream
    try {
      const fields = this.#origin.fields.headersOf(request.headers)
      checkRequest(request, fields, bodyBytes)
      stream = new RequestStream(request, fields, bodyBytes, handler)
    } catch (error) {
      handler.onResponseError(null, error as Error)
      return
    }
    if (this.#inTurn) this.#inTurn.add(stream, idleMs)
    else {
      if (idleMs > KEEP_ALIVE_MS && this.#session?.idle) this.#session.leave()
      this.#queue.push(stream)
      this.onRoom()
    }
  }

  async destroy(): Promise<void> {
    const sockets = this.#sessions().map(({ socket }) => socket)
    this.#destroyed = true
    this.#queue = []
    this.#session = undefined
    this.#shutdown = []
    await Promise.all([...sockets.map(hangUp), this.#inTurn?.carrier.destroy()])
  }

  ended(socket: Socket): void {
    this.#sessionOn(socket)?.close(closedByPeer())
    this.#inTurn?.carrier.ended(socket)
  }

  lost(socket: Socket, error: Error): void {
    this.#sessionOn(socket)?.close(error)
    this.#inTurn?.carrier.lost(socket, error)
  }

  onLeaving(session: Http2Connection): void {
    if (session !== this.#session) return
    this.#session = undefined
    this.#shutdown = this.#shutdown.concat(session)
  }

  onOver(session: Http2Connection): void {
    if (session === this.#session) this.#session = undefined
    else this.#shutdown = this.#shutdown.filter((one) => one !== session)
  }

  onRefused(stream: RequestStream): void {
    stream.takeBack()
    this.#queue.unshift(stream)
  }

  /** Sends what waits, the oldest first, as far as there is room for it. */
  onRoom(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const session = this.#session
      if (next.unwanted) this.#queue.shift()
      else if (session === undefined) {
        this.#connect()
        return
      } else if (session.hasRoom) {
        this.#queue.shift()
        session.send(next)
      } else return
    }
  }

  /** Opens a connection for HTTP/1.1, unless the server has learnt HTTP/2 meanwhile. */
  open(done: (error: Error | null, socket: Socket | null) => void): void {
    this.#opener.open((error, socket) => {
      if (socket && speaksHttp2(socket)) this.#greet(socket)
      else {
        if (socket) this.#divert(socket)
        done(error, socket)
      }
    })
  }

  #connect(): void {
    if (this.#opening || this.#destroyed) return
    this.#opening = true
    this.#opener.open((error, socket) => {
      this.#opening = false
      if (this.#destroyed) socket?.destroy()
      else if (!socket) this.#fail(error ?? closedByPeer())
      else if (speaksHttp2(socket)) this.#greet(socket)
      else this.#decline(socket)
    })
  }

  #greet(socket: Socket): void {
    this.traffic.readBytes = 0
    this.traffic.writtenBytes = 0
    const session = new Http2Connection(this, this.#origin.fields, socket)
    this.#session = session
    if (this.#inTurn) this.#queue = this.#inTurn.takeBack()
    this.#inTurn = undefined
    socket.cork()
    session.greet()
    this.onRoom()
    socket.uncork()
    this.#reader?.to(socket, (bytes, length) => session.read(bytes, length))
  }

  #decline(socket: Socket): void {
    let ready: Socket | undefined = socket
    const inTurn = new Http1Fallback(this.#origin.heads, {
      connectMs: this.connectMs,
      open: (done) => {
        const first = ready
        ready = undefined
        if (first) done(null, first)
        else this.open(done)
      },
    })
    this.#inTurn = inTurn
    this.#divert(socket)
    for (const stream of this.#queue.splice(0)) inTurn.add(stream, 0)
  }

  /** Lets HTTP/1.1 read what comes on the connection that was dialled last. */
  #divert(socket: Socket): void {
    const callback = this.#inTurn?.carrier.reader.callback
    this.#reader?.to(socket, (bytes, length) => callback?.(length, bytes))
  }

  #fail(error: Error): void {
    for (const { handler } of this.#queue.splice(0)) handler.onResponseError(null, error)
  }

  #sessions(): readonly Http2Connection[] {
    return this.#session ? this.#shutdown.concat(this.#session) : this.#shutdown
  }

  #sessionOn(socket: Socket): Http2Connection | undefined {
    return this.#sessions().find((session) => session.socket === socket)
  }
}

/** Without TLS nothing is agreed upon: HTTP/2 it is, from the first byte. */
function speaksHttp2(socket: Socket): boolean {
  return !('alpnProtocol' in socket) || socket.alpnProtocol === 'h2'
}
