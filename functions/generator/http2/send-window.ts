import type { Socket } from 'node:net'
import { ERROR_CODE, notHttp2 } from './error-code.ts'
import { END_STREAM, FRAME, FRAME_BYTES, frameHead, MAX_FRAME_BYTES, MOST, WINDOW_BYTES } from './frame.ts'
import type { RequestStream } from './request-stream.ts'

/** What a server lets its client send on one connection, and the bodies that wait until it takes more. */
export class SendWindow {
  /** What a frame may hold. */
  frameBytes = FRAME_BYTES
  /** Of a new stream. */
  #streamWindowBytes = WINDOW_BYTES
  #windowBytes = WINDOW_BYTES
  readonly #waiting = new Set<RequestStream>()

  /** A new stream. Says whether its body goes out at once, in one frame: then it counts as sent. */
  open(stream: RequestStream): boolean {
    const { bodyBytes } = stream
    const fits =
      bodyBytes <= this.frameBytes && bodyBytes <= this.#windowBytes && bodyBytes <= this.#streamWindowBytes
    const sentBytes = fits ? bodyBytes : 0
    this.#windowBytes -= sentBytes
    stream.windowBytes = this.#streamWindowBytes - sentBytes
    return fits
  }

  /** Sends as much of a body as the server takes, the rest when it takes more. Returns how many bytes were written. */
  begin(stream: RequestStream, body: Uint8Array, socket: Socket): number {
    stream.unsent = body
    this.#waiting.add(stream)
    return this.#send(stream, socket)
  }

  end(stream: RequestStream): void {
    if (stream.unsent !== undefined) this.#waiting.delete(stream)
  }

  /** Goes on with what waits. Returns how many bytes were written. */
  goOn(socket: Socket): number {
    let written = 0
    for (const stream of this.#waiting) {
      if (this.#windowBytes <= 0) break
      written += this.#send(stream, socket)
    }
    return written
  }

  /** The server takes more, on all streams together. */
  widen(addedBytes: number): void {
    this.#windowBytes += addedBytes
    if (addedBytes === 0 || this.#windowBytes > MOST) throw wrongWindow()
  }

  /** The server takes more on one stream. Says whether it can. */
  widenStream(stream: RequestStream, addedBytes: number): boolean {
    stream.windowBytes += addedBytes
    return addedBytes > 0 && stream.windowBytes <= MOST
  }

  /** The server takes more or less on each stream: windows that are in use change with it, and may be less than empty. */
  resizeStreams(windowBytes: number, streams: Iterable<RequestStream>): void {
    if (windowBytes > MOST) throw wrongWindow()
    for (const stream of streams) {
      stream.windowBytes += windowBytes - this.#streamWindowBytes
      if (stream.windowBytes > MOST) throw wrongWindow()
    }
    this.#streamWindowBytes = windowBytes
  }

  resizeFrames(frameBytes: number): void {
    if (frameBytes < FRAME_BYTES || frameBytes > MAX_FRAME_BYTES)
      throw notHttp2(ERROR_CODE.PROTOCOL, `it takes frames of ${frameBytes} bytes`)
    this.frameBytes = frameBytes
  }

  #send(stream: RequestStream, socket: Socket): number {
    let written = 0
    for (let body = stream.unsent; body !== undefined; body = stream.unsent) {
      const bytes = Math.min(body.byteLength, this.#windowBytes, stream.windowBytes, this.frameBytes)
      if (bytes <= 0) break
      const isLast = bytes === body.byteLength
      this.#windowBytes -= bytes
      stream.windowBytes -= bytes
      stream.unsent = isLast ? undefined : body.subarray(bytes)
      if (isLast) this.#waiting.delete(stream)
      const head = frameHead(bytes, FRAME.DATA, isLast ? END_STREAM : 0, stream.id)
      socket.write(head, 'latin1')
      socket.write(isLast ? body : body.subarray(0, bytes))
      written += head.length + bytes
    }
    return written
  }
}

function wrongWindow() {
  return notHttp2(ERROR_CODE.FLOW_CONTROL, 'it gives a window a size that it cannot have')
}
