import type { Socket } from 'node:net'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { closedByPeer } from '../http/carrier.ts'
import { ERROR_CODE, nameOfCode, notHttp2, SessionError } from './error-code.ts'
import {
  goAway,
  greeting,
  MOST,
  pingAck,
  reset,
  SETTING,
  SETTING_BYTES,
  SETTINGS_ACK,
  windowUpdate,
} from './frame.ts'
import { FrameReader, type FrameSink } from './frame-reader.ts'
import { HpackDecoder, MAX_LIST_BYTES } from './hpack-decoder.ts'
import { NO_TABLE, type SentFields } from './hpack-encoder.ts'
import { type OriginFields, writeRequest } from './request-fields.ts'
import type { RequestStream, StreamHolder } from './request-stream.ts'
import { ResponseHead } from './response-head.ts'
import { SocketWriter, type Traffic } from './socket-writer.ts'
import { TABLE_BYTES } from './static-table.ts'

/** What a server may send on a connection, or on one stream, before it is told that it was read. */
const WINDOW_BYTES = 1_048_576
const GREETING = greeting(WINDOW_BYTES, MAX_LIST_BYTES)

/** Who has a session. */
export interface Http2ConnectionOwner {
  readonly traffic: Traffic
  /** It takes no further requests; those that are on it may yet be answered. */
  onLeaving(session: Http2Connection): void
  /** The server has not looked at a request. */
  onRefused(stream: RequestStream): void
  /** Another request may be sent on it, or on another one where it is over. */
  onRoom(): void
  /** Its connection is closed. Its requests have yet to be told. */
  onOver(session: Http2Connection): void
}

/** One connection over which HTTP/2 is spoken. */
export class Http2Connection implements FrameSink, StreamHolder {
  readonly socket: Socket
  readonly #owner: Http2ConnectionOwner
  readonly #origin: OriginFields
  readonly #frames = new FrameReader(this)
  readonly #decoder = new HpackDecoder()
  readonly #writer: SocketWriter
  readonly #streams = new Map<number, RequestStream>()
  #nextId: number
  /** Until a server has told its own limit, one request must be enough. */
  #mostStreams: number | undefined
  #sent: SentFields
  /** The server wants no table, and has not been told yet that it has none. */
  #emptiesTable = false
  #untoldBytes = 0
  #shutdown = false
  #over = false

  constructor(owner: Http2ConnectionOwner, origin: OriginFields, socket: Socket, firstId = 1) {
    this.#owner = owner
    this.#origin = origin
    this.#sent = origin.table
    this.#writer = new SocketWriter(socket, owner.traffic)
    this.socket = socket
    this.#nextId = firstId
  }

  /** Nothing is on it. */
  get idle(): boolean {
    return this.#streams.size === 0
  }

  get hasRoom(): boolean {
    return !this.#shutdown && !this.#over && this.#streams.size < (this.#mostStreams ?? 1)
  }

  /** Says what a client says first. */
  greet(): void {
    this.#writer.write(GREETING)
  }

  send(stream: RequestStream): void {
    stream.handler.onRequestStart(stream)
    if (stream.over) return
    const id = this.#nextId
    this.#nextId += 2
    this.#streams.set(id, stream)
    stream.open(id, this)
    const { request, fields, bodyBytes } = stream
    try {
      const { text, then } = writeRequest(request, fields, bodyBytes, this.#sent)
      this.#sent = then
      this.#writer.send(stream, this.#emptiesTable ? NO_TABLE + text : text)
      this.#emptiesTable = false
    } catch (error) {
      // What the server knows of the table, and of the stream, is not known any more.
      this.close(error as Error)
      return
    }
    if (fields.closes || this.#nextId > MOST) this.leave()
  }

  /** Takes bytes up to `end`, which may be overwritten afterwards. */
  read(bytes: Buffer, end: number): void {
    this.#owner.traffic.readBytes += end
    this.#writer.hold()
    try {
      this.#frames.read(bytes, end)
      this.#writer.release()
    } catch (error) {
      if (error instanceof SessionError) this.#writer.write(goAway(error.code))
      this.close(error as Error)
    }
  }

  /** Takes no further requests, and closes when those on it are answered. */
  leave(): void {
    if (this.#shutdown) return
    this.#shutdown = true
    this.#owner.onLeaving(this)
    this.#closeIfDone()
  }

  /** Closes the connection, and fails what is on it. */
  close(error: Error): void {
    if (this.#over) return
    this.#over = true
    this.#frames.stop()
    this.#writer.close()
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    this.socket.destroy()
    this.#owner.onOver(this)
    for (const stream of streams) stream.fail(error)
    this.#owner.onRoom()
  }

  release(stream: RequestStream, code?: number): void {
    this.#remove(stream)
    if (this.#over) return
    if (code !== undefined) this.#writer.answer(reset(stream.id, code))
    this.#closeIfDone()
    this.#owner.onRoom()
  }

  onData(id: number, bytes: Buffer, start: number, end: number, frameBytes: number, isEnd: boolean): void {
    const stream = this.#streamOf(id)
    this.#untoldBytes += frameBytes
    if (this.#untoldBytes >= WINDOW_BYTES / 2) {
      this.#writer.answer(windowUpdate(0, this.#untoldBytes))
      this.#untoldBytes = 0
    }
    if (stream === undefined) return
    stream.untoldBytes += frameBytes
    if (stream.untoldBytes >= WINDOW_BYTES / 2 && !isEnd) {
      this.#writer.answer(windowUpdate(id, stream.untoldBytes))
      stream.untoldBytes = 0
    }
    stream.onData(bytes, start, end, isEnd)
  }

  /** The fields of streams that are over must be read, too: others refer to them. */
  onFields(id: number, bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    const stream = this.#streamOf(id)
    const head = new ResponseHead()
    const textEnd = this.#decoder.read(bytes, start, end, head)
    if (stream === undefined) return
    if (textEnd === -1) {
      const message = `the head of the answer is longer than ${MAX_LIST_BYTES} bytes`
      stream.refuse(ERROR_CODE.ENHANCE_YOUR_CALM, 'header_too_large', message)
      return
    }
    head.take(this.#decoder, textEnd)
    stream.onHead(head, isEnd)
  }

  onReset(id: number, code: number): void {
    const stream = this.#streamOf(id)
    if (stream === undefined) return
    this.#remove(stream)
    if (code === ERROR_CODE.REFUSED_STREAM && !stream.answered && !stream.wasRefused)
      this.#owner.onRefused(stream)
    else stream.fail(new FlowError('connection_reset', `the server reset the stream: ${nameOfCode(code)}`))
    this.#closeIfDone()
    this.#owner.onRoom()
  }

  onSettings(bytes: Buffer, start: number, end: number): void {
    this.#mostStreams ??= Number.POSITIVE_INFINITY
    for (let at = start; at < end; at += SETTING_BYTES)
      this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2))
    this.#writer.reply(SETTINGS_ACK)
    this.#writer.goOn()
    this.#owner.onRoom()
  }

  onPing(payload: string): void {
    this.#writer.reply(pingAck(payload))
  }

  onGoAway(lastStream: number, code: number): void {
    this.#shutdown = true
    this.#owner.onLeaving(this)
    for (const stream of [...this.#streams.values()]) {
      if (stream.id <= lastStream) continue
      this.#remove(stream)
      if (!stream.wasRefused) this.#owner.onRefused(stream)
      else stream.fail(new FlowError('connection_closed', `the server goes away: ${nameOfCode(code)}`))
    }
    this.#closeIfDone()
    this.#owner.onRoom()
  }

  onWindowUpdate(id: number, addedBytes: number): void {
    const { sendWindow } = this.#writer
    if (id === 0) sendWindow.widen(addedBytes)
    else {
      const stream = this.#streamOf(id)
      if (stream === undefined) return
      if (!sendWindow.widenStream(stream, addedBytes)) {
        const message = 'the server gives a window a size that it cannot have'
        stream.refuse(ERROR_CODE.FLOW_CONTROL, 'malformed_response', message)
        return
      }
    }
    this.#writer.goOn()
  }

  #set(setting: number, value: number): void {
    const { sendWindow } = this.#writer
    switch (setting) {
      case SETTING.TABLE_BYTES:
        if (value >= TABLE_BYTES || this.#sent === this.#origin.noTable) return
        this.#sent = this.#origin.noTable
        this.#emptiesTable = true
        return
      case SETTING.PUSH:
        if (value !== 0) throw notHttp2(ERROR_CODE.PROTOCOL, 'it wants to be pushed to')
        return
      case SETTING.STREAMS:
        this.#mostStreams = value
        return
      case SETTING.WINDOW_BYTES:
        sendWindow.resizeStreams(value, this.#streams.values())
        return
      case SETTING.FRAME_BYTES:
        sendWindow.resizeFrames(value)
    }
  }

  /** Nothing for one that is over. */
  #streamOf(id: number): RequestStream | undefined {
    if (id % 2 === 0 || id >= this.#nextId)
      throw notHttp2(ERROR_CODE.PROTOCOL, `nobody opened the stream ${id}`)
    return this.#streams.get(id)
  }

  #remove(stream: RequestStream): void {
    this.#streams.delete(stream.id)
    this.#writer.sendWindow.end(stream)
  }

  #closeIfDone(): void {
    if (this.#shutdown && this.idle) this.close(closedByPeer())
  }
}
