import type { Leniency } from '../contract/exchange-record.ts'
import type { ResponseHeaders } from '../http/carrier.ts'
import { copyOf } from '../net/read-into.ts'
import { ChunkedBody } from './chunked-body.ts'
import {
  checkHeadSize,
  findHeadEnd,
  hasNoBody,
  MAX_HEAD_BYTES,
  malformed,
  type ParsedHead,
  readHead,
  SWITCHING_PROTOCOLS,
} from './parsed-head.ts'

const FIRST_HELD_BYTES = 1_024

/** What is read next. */
const NOTHING = 0
const HEAD = 1
const LENGTH = 2
const CHUNKS = 3
const UNTIL_CLOSE = 4

/** What a parser tells about an answer. */
export interface ResponseSink {
  /** Informational answers are passed over. */
  onHead(status: number, headers: ResponseHeaders): void
  /** The chunk is the sink's to keep. */
  onBody(chunk: Buffer): void
  /** The answer breaks a rule, and is read nevertheless. It may be told more than once. */
  onLenient(leniency: Leniency): void
}

/** Reads the answers of one connection, one at a time, however their bytes are split. */
export class ResponseParser {
  /** The connection may carry another request after this answer. */
  keepAlive = true
  /** How long the server keeps it then, where it says so. */
  keepAliveMs: number | undefined
  readonly #sink: ResponseSink
  #reads = NOTHING
  #isHead = false
  #left = 0
  #chunks: ChunkedBody | undefined
  /** The beginning of a head that has not come as a whole. */
  #held: Buffer | undefined
  #heldBytes = 0

  constructor(sink: ResponseSink) {
    this.#sink = sink
  }

  /** No answer is expected, or all of it has been read. */
  get done(): boolean {
    return this.#reads === NOTHING
  }

  /** Expects the answer to a request of this method. */
  expect(method: string): void {
    this.#reads = HEAD
    this.#isHead = method === 'HEAD'
  }

  /** Expects nothing any more. */
  stop(): void {
    this.#reads = NOTHING
    this.#chunks = undefined
    this.#held = undefined
    this.#heldBytes = 0
  }

  /**
   * Reads bytes up to the end of the answer or to `end`, and returns where it stopped. The bytes may be changed. Throws
   * a `FlowError` of class `malformed_response` or `header_too_large`.
   */
  read(bytes: Buffer, end: number): number {
    let at = 0
    while (at < end && this.#reads !== NOTHING) {
      switch (this.#reads) {
        case HEAD:
          at = this.#readHead(bytes, at, end)
          break
        case LENGTH:
          at = this.#readLength(bytes, at, end)
          break
        case CHUNKS:
          at = this.#readChunks(bytes, at, end)
          break
        case UNTIL_CLOSE:
          this.#sink.onBody(copyOf(bytes, at, end))
          at = end
      }
    }
    return at
  }

  /** The peer has closed its side: true where that is how the answer ends. */
  close(): boolean {
    const isEnd = this.#reads === UNTIL_CLOSE
    this.stop()
    return isEnd
  }

  #readHead(bytes: Buffer, start: number, end: number): number {
    if (this.#held !== undefined) return this.#readHeldHead(bytes, start, end)
    const headEnd = findHeadEnd(bytes, start, start, end)
    if (headEnd === -1) {
      this.#hold(bytes, start, end)
      return end
    }
    this.#takeHead(bytes, start, headEnd)
    return headEnd
  }

  #readHeldHead(bytes: Buffer, start: number, end: number): number {
    const before = this.#heldBytes
    const held = this.#hold(bytes, start, Math.min(end, start + MAX_HEAD_BYTES))
    const headEnd = findHeadEnd(held, 0, before, this.#heldBytes)
    if (headEnd === -1) {
      checkHeadSize(this.#heldBytes)
      return end
    }
    this.#held = undefined
    this.#heldBytes = 0
    this.#takeHead(held, 0, headEnd)
    return start + headEnd - before
  }

  #hold(bytes: Buffer, start: number, end: number): Buffer {
    const needed = this.#heldBytes + end - start
    let held = this.#held
    if (held === undefined || held.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_HELD_BYTES, 2 * needed))
      held?.copy(larger, 0, 0, this.#heldBytes)
      held = larger
      this.#held = held
    }
    bytes.copy(held, this.#heldBytes, start, end)
    this.#heldBytes = needed
    return held
  }

  #takeHead(bytes: Buffer, start: number, end: number): void {
    checkHeadSize(end - start)
    const head = readHead(bytes, start, end)
    if (head.isLenient) this.#tellLenient(head)
    const { status } = head
    if (status === SWITCHING_PROTOCOLS) throw malformed('it upgrades a connection that nobody asked to')
    if (status < 200) return
    this.keepAlive = head.keepAlive
    this.keepAliveMs = head.keepAliveMs
    this.#reads = this.#bodyAfter(head)
    this.#sink.onHead(status, head)
  }

  #tellLenient({ hasBareLf, hasRepeatedLength, isFolded }: ParsedHead): void {
    if (hasBareLf) this.#sink.onLenient('bare_lf')
    if (hasRepeatedLength) this.#sink.onLenient('repeated_length')
    if (isFolded) this.#sink.onLenient('folded_header')
  }

  /** How the length of a body is known: RFC 9112 section 6.3. */
  #bodyAfter({ status, chunked, contentLength }: ParsedHead): number {
    if (this.#isHead || hasNoBody(status) || contentLength === 0) return NOTHING
    if (chunked) {
      this.#chunks = new ChunkedBody()
      return CHUNKS
    }
    if (contentLength !== undefined) {
      this.#left = contentLength
      return LENGTH
    }
    this.keepAlive = false
    return UNTIL_CLOSE
  }

  #readLength(bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#left)
    this.#left -= stop - start
    if (this.#left === 0) this.#reads = NOTHING
    this.#sink.onBody(copyOf(bytes, start, stop))
    return stop
  }

  #readChunks(bytes: Buffer, start: number, end: number): number {
    const chunks = this.#chunks as ChunkedBody
    const stop = chunks.read(bytes, start, end, (from, to) => this.#sink.onBody(copyOf(bytes, from, to)))
    if (!chunks.done) return stop
    if (chunks.hasBareLf) this.#sink.onLenient('bare_lf')
    this.stop()
    return stop
  }
}
