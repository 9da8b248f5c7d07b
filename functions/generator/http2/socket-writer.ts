import type { Socket } from 'node:net'
import { write } from '../http/write.ts'
import { ERROR_CODE, notHttp2 } from './error-code.ts'
import { END_STREAM, FRAME, frameHead, headerFrames } from './frame.ts'
import type { RequestStream } from './request-stream.ts'
import { SendWindow } from './send-window.ts'

/** A server that asks without end, and does not read what it is answered, is not served any more. */
const MAX_UNREAD_BYTES = 1_048_576

/** Bytes that passed over a connection, before TLS. */
export interface Traffic {
  readBytes: number
  writtenBytes: number
}

/** Writes to one connection. */
export class SocketWriter {
  readonly sendWindow = new SendWindow()
  readonly #socket: Socket
  readonly #traffic: Traffic
  /** What is to be written when all that has come is read. */
  #held: string | undefined
  #closed = false

  constructor(socket: Socket, traffic: Traffic) {
    this.#socket = socket
    this.#traffic = traffic
  }

  write(text: string): void {
    if (this.#closed) return
    this.#traffic.writtenBytes += text.length
    this.#socket.write(text, 'latin1')
  }

  /** Holds answers back, for one write, until they are released. */
  hold(): void {
    this.#held = ''
  }

  release(): void {
    const held = this.#held
    this.#held = undefined
    if (held) this.write(held)
  }

  answer(text: string): void {
    if (this.#held === undefined) this.write(text)
    else this.#held += text
  }

  /** Answers what a server may ask as often as it likes. Throws a `SessionError` where it does not read the answers. */
  reply(text: string): void {
    if (this.#socket.writableLength > MAX_UNREAD_BYTES)
      throw notHttp2(ERROR_CODE.ENHANCE_YOUR_CALM, 'it asks without end, and reads no answers')
    this.answer(text)
  }

  /** Head and body in one write, as far as the server takes the body now. */
  send(stream: RequestStream, block: string): void {
    const { id, bodyBytes, request } = stream
    const { body } = request
    const isWhole = this.sendWindow.open(stream)
    const headers = headerFrames(block, this.sendWindow.frameBytes, bodyBytes === 0 ? END_STREAM : 0, id)
    if (bodyBytes === 0) this.write(headers)
    else if (isWhole) {
      const head = headers + frameHead(bodyBytes, FRAME.DATA, END_STREAM, id)
      this.#traffic.writtenBytes += head.length + bodyBytes
      write(this.#socket, head, body, bodyBytes)
    } else {
      this.#socket.cork()
      this.write(headers)
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array)
      this.#traffic.writtenBytes += this.sendWindow.begin(stream, bytes, this.#socket)
      this.#socket.uncork()
    }
  }

  /** Goes on with the bodies that wait. */
  goOn(): void {
    if (this.#closed) return
    this.#traffic.writtenBytes += this.sendWindow.goOn(this.#socket)
  }

  close(): void {
    this.#closed = true
  }
}
