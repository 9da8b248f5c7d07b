import type { OnReadOpts, Socket } from 'node:net'
import type { Leniency } from '../contract/exchange-record.ts'
import {
  type CarriedRequest,
  type Carrier,
  type CarrierHandler,
  type CarrierKind,
  type Controller,
  closedByPeer,
  type Opener,
  type ResponseHeaders,
} from '../http/carrier.ts'
import { afterWait, isOfWrite, isRepeatable, resetWaitMs } from '../http/stale.ts'
import { write } from '../http/write.ts'
import { hangUp } from '../net/dial.ts'
import { READ_INTO } from '../net/read-into.ts'
import { type HeaderBlock, headOf, RequestHeads } from './request-head.ts'
import { ResponseParser, type ResponseSink } from './response-parser.ts'

/** Where a server does not say how long it keeps idle connections. */
const KEEP_ALIVE_MS = 60_000
/** One that does is believed, less a share of it for the way: a second at most. */
const KEEP_ALIVE_MARGIN = 0.2
const MAX_KEEP_ALIVE_MARGIN_MS = 1_000

/** HTTP/1.1 straight on sockets. */
export const SOCKETS: CarrierKind = {
  alpn: ['http/1.1'],
  streams: 1,
  maker() {
    const heads = new Map<string, RequestHeads>()
    return (origin, opener) => {
      const known = heads.get(origin) ?? new RequestHeads(new URL(origin).host)
      heads.set(origin, known)
      return new SocketCarrier(known, opener)
    }
  },
}

type Body = CarriedRequest['body']

/** HTTP/1.1 straight on a socket: one write for a request, and no more of an answer read than is asked for. */
export class SocketCarrier implements Carrier, Controller, ResponseSink {
  readBytes = 0
  writtenBytes = 0
  readonly #heads: RequestHeads
  readonly #opener: Opener
  readonly #parser: ResponseParser
  #socket: Socket | undefined
  #handler: CarrierHandler | undefined
  /** What the handler asked for. */
  #request: CarriedRequest | undefined
  #requestBytes = 0
  /** Answers that came on the open connection. */
  #answers = 0
  #answering = false
  /** The request waits for a close that may follow the answer before it. */
  #isHeld = false
  #wasHeld = false
  #closesAfter = false
  #keepAliveMs = KEEP_ALIVE_MS

  constructor(heads: RequestHeads, opener: Opener) {
    this.#heads = heads
    this.#opener = opener
    this.#parser = new ResponseParser(this)
  }

  get reader(): OnReadOpts {
    return { buffer: READ_INTO, callback: (length) => this.#read(length) }
  }

  dispatch(request: CarriedRequest, handler: CarrierHandler, idleMs: number): void {
    const { method, body } = request
    const bodyBytes = body === undefined ? 0 : Buffer.byteLength(body)
    let block: HeaderBlock
    let head: string
    try {
      block = this.#heads.headersOf(request.headers)
      head = headOf(request, block, bodyBytes)
    } catch (error) {
      handler.onResponseError(null, error as Error)
      return
    }
    this.#handler = handler
    this.#isHeld = false
    this.#wasHeld = false
    this.#request = request
    this.#closesAfter = block.closes
    if (!this.#isFit(idleMs)) this.#drop()
    const socket = this.#socket
    if (socket && !this.#heads.habits.mayClose(idleMs)) this.#send(socket, method, head, body, bodyBytes)
    else {
      const send = (open: Socket): void => this.#send(open, method, head, body, bodyBytes)
      if (socket) this.#hold(handler, send)
      else this.#connect(send)
    }
  }

  abort(): void {
    this.#handler = undefined
    this.#request = undefined
    this.#drop()
  }

  async destroy(): Promise<void> {
    const socket = this.#socket
    this.#handler = undefined
    this.#socket = undefined
    this.#parser.stop()
    if (socket) await hangUp(socket)
  }

  ended(socket: Socket): void {
    if (socket !== this.#socket) return
    if (this.#isHeld) this.#closedInTime()
    else if (this.#handler && this.#parser.close()) this.#finish(false)
    else if (this.#canBeTakenBack) {
      this.#handler?.onPeerClosed()
      this.#awaitReset(socket, resetWaitMs(this.#opener.connectMs))
    } else this.#fail(closedByPeer())
  }

  lost(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return
    if (this.#isHeld) this.#closedInTime()
    else if (this.#canBeTakenBack && isOfWrite(error)) this.#takeBack()
    else this.#fail(error)
  }

  onHead(status: number, headers: ResponseHeaders): void {
    this.#handler?.onResponseStart(this, status, headers)
  }

  onBody(chunk: Buffer): void {
    this.#handler?.onResponseData(this, chunk)
  }

  onLenient(leniency: Leniency): void {
    this.#handler?.onLenient(leniency)
  }

  /**
   * A request that follows another one on its connection, may be made twice, and went, or would have gone, in one packet: then
   * the application has it as a whole or not at all.
   */
  get #canBeTakenBack(): boolean {
    const request = this.#request
    if (!request || this.#answering || this.#answers === 0) return false
    return isRepeatable(request, this.#requestBytes)
  }

  /**
   * The peer has closed its side. One that had closed both before the request reached it refuses the request by a reset;
   * one that has read it does not. Once a reset has come, writing fails, even of nothing, but TLS does not tell; and there is
   * no peer any more, which a socket looks up only once.
   */
  #awaitReset(socket: Socket, leftMs: number): void {
    if (socket !== this.#socket) return
    if (leftMs <= 0) {
      if (socket.remotePort === undefined) this.#takeBack()
      else this.#fail(closedByPeer())
      return
    }
    socket.write('')
    setTimeout(() => this.#awaitReset(socket, leftMs - 1), 1)
  }

  /** Makes a request once more that never reached the application. */
  #takeBack(): void {
    const handler = this.#handler as CarrierHandler
    this.#drop()
    handler.onTakenBack(undefined)
    this.dispatch(this.#request as CarriedRequest, handler, 0)
  }

  #isFit(idleMs: number): boolean {
    return this.#socket?.destroyed === false && idleMs <= this.#keepAliveMs
  }

  /** Sends a request when the connection has had time to close, and on another one where it did. */
  #hold(handler: CarrierHandler, send: (socket: Socket) => void): void {
    this.#isHeld = true
    afterWait(this.#heads.habits.waitMs, () => {
      if (this.#handler !== handler) return
      this.#isHeld = false
      this.#wasHeld = true
      const socket = this.#socket
      if (socket) send(socket)
      else this.#connect(send)
    })
  }

  #closedInTime(): void {
    this.#heads.habits.noteInTime()
    this.#drop()
  }

  #connect(send: (socket: Socket) => void): void {
    this.#opener.open((error, socket) => {
      if (socket) this.#adopt(socket)
      if (!this.#handler) return
      if (socket) send(socket)
      else this.#fail(error ?? closedByPeer())
    })
  }

  #adopt(socket: Socket): void {
    // A connection that its peer has closed is looked at before it is let go of.
    socket.allowHalfOpen = true
    this.#socket = socket
    this.#answers = 0
    this.#keepAliveMs = KEEP_ALIVE_MS
    this.readBytes = 0
    this.writtenBytes = 0
  }

  #send(socket: Socket, method: string, head: string, body: Body, bodyBytes: number): void {
    this.#answering = false
    this.#parser.expect(method)
    this.#handler?.onRequestStart(this)
    if (this.#socket !== socket) return
    this.#requestBytes = head.length + bodyBytes
    this.writtenBytes += this.#requestBytes
    try {
      write(socket, head, body, bodyBytes)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  /** Bytes that nobody asked for make a connection worthless: they cannot be told from the next answer. */
  #read(length: number): boolean {
    this.readBytes += length
    const handler = this.#handler
    if (!handler || this.#parser.done) {
      this.#drop()
      return true
    }
    if (!this.#answering) {
      this.#answering = true
      handler.onResponseStarted()
    }
    let end: number
    try {
      end = this.#parser.read(READ_INTO, length)
    } catch (error) {
      this.#fail(error as Error)
      return true
    }
    if (this.#handler && this.#parser.done) this.#finish(end === length)
    return true
  }

  #finish(isClean: boolean): void {
    const handler = this.#handler
    const { keepAlive, keepAliveMs } = this.#parser
    this.#handler = undefined
    this.#request = undefined
    this.#answers++
    this.#keepAliveMs =
      keepAliveMs === undefined
        ? KEEP_ALIVE_MS
        : keepAliveMs - Math.min(MAX_KEEP_ALIVE_MARGIN_MS, keepAliveMs * KEEP_ALIVE_MARGIN)
    // A server that answers before it has read the request may never read the rest of it.
    const isUnsent = (this.#socket?.writableLength ?? 0) > 0
    if (!isClean || !keepAlive || isUnsent || this.#closesAfter || this.#keepAliveMs <= 0) this.#drop()
    handler?.onResponseEnd()
  }

  /** Ends the connection, and the request on it with this error. */
  #fail(error: Error): void {
    const handler = this.#handler
    if (handler && !this.#answering && this.#answers > 0) this.#heads.habits.noteMissed(this.#wasHeld)
    this.#handler = undefined
    this.#request = undefined
    this.#drop()
    handler?.onResponseError(this, error)
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#parser.stop()
    socket?.destroy()
  }
}
