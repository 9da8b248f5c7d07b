import { HeldBytes } from '../net/held-bytes.ts'
import { ERROR_CODE, notHttp2, SessionError } from './error-code.ts'
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  FRAME,
  FRAME_BYTES,
  HEAD_BYTES,
  MOST,
  PADDED,
  PRIORITIZED,
  SETTING_BYTES,
} from './frame.ts'
import { MAX_BLOCK_BYTES } from './hpack-decoder.ts'

const PRIORITY_BYTES = 5
const PING_BYTES = 8
const MIN_GO_AWAY_BYTES = 8
const NUMBER_BYTES = 4

/** What a reader of frames tells. Bytes are valid during the call only. What a sink throws, the reader does. */
export interface FrameSink {
  /** `frameBytes` is what the window is charged for: padding is no part of the body. */
  onData(stream: number, bytes: Buffer, start: number, end: number, frameBytes: number, isEnd: boolean): void
  /** All of a block of fields. */
  onFields(stream: number, bytes: Buffer, start: number, end: number, isEnd: boolean): void
  onReset(stream: number, code: number): void
  onSettings(bytes: Buffer, start: number, end: number): void
  onPing(payload: string): void
  onGoAway(lastStream: number, code: number): void
  /** On all streams, where it is 0. */
  onWindowUpdate(stream: number, addedBytes: number): void
}

/** Reads the frames that a server sends on one connection, however their bytes are split: RFC 9113. */
export class FrameReader {
  readonly #sink: FrameSink
  #greeted = false
  #stopped = false
  /** The beginning of a frame that has not come as a whole. */
  #held: HeldBytes | undefined
  /** The beginning of a block of fields that comes in several frames, and whose it is. */
  #block: HeldBytes | undefined
  #blockStream = 0
  #blockIsEnd = false
  /** With the heads of its frames, so that empty ones come to an end, too. */
  #blockBytes = 0

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Takes bytes up to `end`, which may be overwritten afterwards. Throws a `SessionError`. */
  read(bytes: Buffer, end: number): void {
    let at = this.#held === undefined ? 0 : this.#complete(this.#held, bytes, end)
    while (end - at >= HEAD_BYTES && !this.#stopped) {
      const next = at + HEAD_BYTES + this.#checkedLength(bytes, at)
      if (next > end) break
      this.#take(bytes, at, next)
      at = next
    }
    if (at === end || this.#stopped) return
    this.#held = new HeldBytes()
    this.#held.add(bytes, at, end)
  }

  /** Takes nothing any more. */
  stop(): void {
    this.#stopped = true
  }

  /** Takes what is missing of a frame, and returns where that ends. */
  #complete(held: HeldBytes, bytes: Buffer, end: number): number {
    let at = 0
    let needed = held.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + lengthOf(held.bytes, 0)
    for (;;) {
      const stop = Math.min(end, at + needed - held.length)
      held.add(bytes, at, stop)
      at = stop
      if (held.length < needed) return end
      needed = HEAD_BYTES + this.#checkedLength(held.bytes, 0)
      if (held.length < needed) continue
      this.#held = undefined
      this.#take(held.bytes, 0, needed)
      return at
    }
  }

  #checkedLength(bytes: Buffer, at: number): number {
    const length = lengthOf(bytes, at)
    const type = bytes[at + 3] as number
    if (!this.#greeted && (type !== FRAME.SETTINGS || ((bytes[at + 4] as number) & ACK) !== 0))
      throw broken('it does not begin with its settings')
    if (length > FRAME_BYTES)
      throw notHttp2(ERROR_CODE.FRAME_SIZE, `a frame of ${length} bytes is longer than agreed`)
    if (
      this.#block !== undefined &&
      (type !== FRAME.CONTINUATION || streamOf(bytes, at) !== this.#blockStream)
    )
      throw broken('something else comes in the midst of a head')
    return length
  }

  #take(bytes: Buffer, at: number, end: number): void {
    const flags = bytes[at + 4] as number
    const stream = streamOf(bytes, at)
    const start = at + HEAD_BYTES
    switch (bytes[at + 3]) {
      case FRAME.DATA:
        this.#takeData(flags, stream, bytes, start, end)
        return
      case FRAME.HEADERS:
        this.#takeHeaders(flags, stream, bytes, start, end)
        return
      case FRAME.CONTINUATION:
        this.#takeContinuation(flags, bytes, start, end)
        return
      case FRAME.RESET:
        checkStream(stream !== 0)
        checkSize(end - start === NUMBER_BYTES)
        this.#sink.onReset(stream, bytes.readUInt32BE(start))
        return
      case FRAME.SETTINGS:
        this.#takeSettings(flags, stream, bytes, start, end)
        return
      case FRAME.PUSH_PROMISE:
        throw broken('it pushes what nobody asked for')
      case FRAME.PING:
        checkStream(stream === 0)
        checkSize(end - start === PING_BYTES)
        if ((flags & ACK) === 0) this.#sink.onPing(bytes.toString('latin1', start, end))
        return
      case FRAME.GO_AWAY:
        checkStream(stream === 0)
        checkSize(end - start >= MIN_GO_AWAY_BYTES)
        this.#sink.onGoAway(bytes.readUInt32BE(start) & MOST, bytes.readUInt32BE(start + NUMBER_BYTES))
        return
      case FRAME.WINDOW_UPDATE:
        checkSize(end - start === NUMBER_BYTES)
        this.#sink.onWindowUpdate(stream, bytes.readUInt32BE(start) & MOST)
    }
  }

  #takeData(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    checkStream(stream !== 0)
    const from = (flags & PADDED) === 0 ? start : start + 1
    const to = (flags & PADDED) === 0 ? end : unpaddedEnd(bytes, start, from, end)
    this.#sink.onData(stream, bytes, from, to, end - start, (flags & END_STREAM) !== 0)
  }

  #takeHeaders(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    checkStream(stream !== 0)
    const paddingBytes = (flags & PADDED) === 0 ? 0 : 1
    const from = start + paddingBytes + ((flags & PRIORITIZED) === 0 ? 0 : PRIORITY_BYTES)
    const to = paddingBytes === 0 ? end : unpaddedEnd(bytes, start, from, end)
    checkSize(from <= to)
    const isEnd = (flags & END_STREAM) !== 0
    if ((flags & END_HEADERS) !== 0) {
      this.#sink.onFields(stream, bytes, from, to, isEnd)
      return
    }
    this.#block = new HeldBytes()
    this.#block.add(bytes, from, to)
    this.#blockBytes = HEAD_BYTES + to - from
    this.#blockStream = stream
    this.#blockIsEnd = isEnd
  }

  #takeContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block
    if (block === undefined) throw broken('the end of a head comes without its beginning')
    this.#blockBytes += HEAD_BYTES + end - start
    if (this.#blockBytes > MAX_BLOCK_BYTES)
      throw new SessionError(
        ERROR_CODE.ENHANCE_YOUR_CALM,
        'header_too_large',
        `the head of an answer takes more than ${MAX_BLOCK_BYTES} bytes`,
      )
    block.add(bytes, start, end)
    if ((flags & END_HEADERS) === 0) return
    this.#block = undefined
    this.#sink.onFields(this.#blockStream, block.bytes, 0, block.length, this.#blockIsEnd)
  }

  #takeSettings(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    checkStream(stream === 0)
    this.#greeted = true
    const isAck = (flags & ACK) !== 0
    checkSize(isAck ? start === end : (end - start) % SETTING_BYTES === 0)
    if (!isAck) this.#sink.onSettings(bytes, start, end)
  }
}

function lengthOf(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
}

function streamOf(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at + 5) & MOST
}

/** `start` is where the length of the padding stands. */
function unpaddedEnd(bytes: Buffer, start: number, from: number, end: number): number {
  const to = start === end ? -1 : end - (bytes[start] as number)
  if (to < from) throw broken('a frame has more padding than room')
  return to
}

function checkStream(isRight: boolean): void {
  if (!isRight) throw broken('a frame belongs to a stream that it cannot belong to')
}

function checkSize(isRight: boolean): void {
  if (!isRight) throw notHttp2(ERROR_CODE.FRAME_SIZE, 'a frame has a size that its kind cannot have')
}

function broken(what: string): SessionError {
  return notHttp2(ERROR_CODE.PROTOCOL, what)
}
