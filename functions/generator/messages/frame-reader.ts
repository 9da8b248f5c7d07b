import { isUtf8 } from 'node:buffer'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { HeldBytes } from '../net/held-bytes.ts'
import { FINAL, LENGTH_16, LENGTH_64, MASKED, OPCODE } from './frame.ts'

/** Codes that a connection is closed with (RFC 6455 section 7.4). */
export const CLOSE_CODE = {
  NORMAL: 1000,
  NONE: 1005,
  LOST: 1006,
  PROTOCOL: 1002,
  NOT_UTF8: 1007,
  TOO_LARGE: 1009,
}

const OPCODE_BITS = 0x0f
const RESERVED_BITS = 0x70
const LENGTH_BITS = 0x7f
const FIRST_CONTROL = 8
const MAX_CONTROL_BYTES = 125
/** What bytes that are no UTF-8 are decoded to; a text that has it must be looked at. */
const REPLACEMENT = '\ufffd'

/** What the server sent is not as RFC 6455 has it, or too large. */
export class FrameError extends FlowError {
  /** What to close the connection with. */
  readonly closeCode: number

  constructor(closeCode: number, errorClass: string, message: string) {
    super(errorClass, message)
    this.closeCode = closeCode
  }
}

/** What a reader of frames tells. Bytes are valid during the call only. */
export interface FrameSink {
  onText(text: string, sizeBytes: number): void
  onBinary(bytes: Buffer): void
  onPing(payload: Buffer): void
  /** Nothing comes after it. `code` is 1005 where there is none. */
  onGoodbye(code: number): void
}

/** Reads the frames that a server sends on one connection, however their bytes are split. */
export class FrameReader {
  readonly #sink: FrameSink
  readonly #maxMessageBytes: number
  /** The beginning of a frame that has not come as a whole. */
  #held: HeldBytes | undefined
  /** The beginning of a message that comes in several frames, and what it is. */
  #fragments: HeldBytes | undefined
  #opcode = 0
  #closed = false

  constructor(sink: FrameSink, maxMessageBytes: number) {
    this.#sink = sink
    this.#maxMessageBytes = maxMessageBytes
  }

  /** Takes the bytes from `start` to `end`, which may be overwritten afterwards. Throws a `FrameError`. */
  read(bytes: Buffer, start: number, end: number): void {
    const held = this.#held
    if (held === undefined) {
      const at = this.#readFrames(bytes, start, end)
      if (at < end) {
        this.#held = new HeldBytes()
        this.#held.add(bytes, at, end)
      }
      return
    }
    held.add(bytes, start, end)
    const at = this.#readFrames(held.bytes, 0, held.length)
    if (at === held.length) this.#held = undefined
    else if (at > 0) held.drop(at)
  }

  /** Returns where the first frame begins that has not come as a whole. */
  #readFrames(bytes: Buffer, start: number, end: number): number {
    let at = start
    while (end - at >= 2) {
      if (this.#closed) return end
      const first = bytes[at] as number
      const second = bytes[at + 1] as number
      this.#check(first, second)
      let length = second & LENGTH_BITS
      let payload = at + 2
      if (length === LENGTH_16) {
        payload = at + 4
        if (payload > end) return at
        length = bytes.readUInt16BE(at + 2)
      } else if (length === LENGTH_64) {
        payload = at + 10
        if (payload > end) return at
        length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
      }
      if ((first & OPCODE_BITS) < FIRST_CONTROL) this.#checkSize(length)
      const next = payload + length
      if (next > end) return at
      this.#take(first, bytes, payload, next)
      at = next
    }
    return this.#closed ? end : at
  }

  #check(first: number, second: number): void {
    const opcode = first & OPCODE_BITS
    if ((first & RESERVED_BITS) !== 0) throw broken('a frame uses an extension that nobody asked for')
    if ((second & MASKED) !== 0) throw broken('a frame of the server is masked')
    if (opcode >= FIRST_CONTROL) {
      if (opcode > OPCODE.PONG) throw broken(`a frame has the opcode ${opcode}`)
      if ((first & FINAL) === 0) throw broken('a control frame is only a part')
      if ((second & LENGTH_BITS) > MAX_CONTROL_BYTES) throw broken('a control frame is too long')
    } else {
      if (opcode > OPCODE.BINARY) throw broken(`a frame has the opcode ${opcode}`)
      if ((opcode === OPCODE.CONTINUATION) !== (this.#fragments !== undefined))
        throw broken('the parts of a message do not follow each other')
    }
  }

  #checkSize(length: number): void {
    if ((this.#fragments?.length ?? 0) + length > this.#maxMessageBytes)
      throw new FrameError(
        CLOSE_CODE.TOO_LARGE,
        'message_too_large',
        `a message is longer than ${this.#maxMessageBytes} bytes`,
      )
  }

  #take(first: number, bytes: Buffer, start: number, end: number): void {
    const opcode = first & OPCODE_BITS
    switch (opcode) {
      case OPCODE.CLOSE:
        this.#takeClose(bytes, start, end)
        return
      case OPCODE.PING:
        this.#sink.onPing(bytes.subarray(start, end))
        return
      case OPCODE.PONG:
        return
    }
    const isLast = (first & FINAL) !== 0
    if (this.#fragments === undefined && isLast) {
      this.#deliver(opcode, bytes, start, end)
      return
    }
    if (this.#fragments === undefined) {
      this.#fragments = new HeldBytes()
      this.#opcode = opcode
    }
    const fragments = this.#fragments
    fragments.add(bytes, start, end)
    if (!isLast) return
    this.#fragments = undefined
    this.#deliver(this.#opcode, fragments.bytes, 0, fragments.length)
  }

  #deliver(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === OPCODE.BINARY) this.#sink.onBinary(bytes.subarray(start, end))
    else this.#sink.onText(textOf(bytes, start, end), end - start)
  }

  #takeClose(bytes: Buffer, start: number, end: number): void {
    if (end - start === 1) throw broken('a close frame has half a code')
    const code = start === end ? CLOSE_CODE.NONE : bytes.readUInt16BE(start)
    if (start < end && !isCloseCode(code)) throw broken(`a close frame has the code ${code}`)
    if (end - start > 2) textOf(bytes, start + 2, end)
    this.#closed = true
    this.#sink.onGoodbye(code)
  }
}

/** Whether a peer may send the code (RFC 6455 section 7.4.2, and the registry of codes since). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== CLOSE_CODE.NONE && code !== CLOSE_CODE.LOST
}

function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)))
    throw new FrameError(CLOSE_CODE.NOT_UTF8, 'malformed_response', 'a text is no UTF-8')
  return text
}

function broken(what: string): FrameError {
  return new FrameError(CLOSE_CODE.PROTOCOL, 'malformed_response', `the server speaks no WebSocket: ${what}`)
}
