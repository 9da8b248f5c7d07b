import { malformed } from './parsed-head.ts'

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const SEMICOLON = 59
const DEL = 127

/** What is read next. */
const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILER = 6
const TRAILER_LINE = 7
const TRAILER_LF = 8
const LAST_LF = 9
/** States in which a CR has been read. */
const AFTER_CR: ReadonlySet<number> = new Set([SIZE_LF, DATA_LF, TRAILER_LF, LAST_LF])

/** Sizes with more digits are not exact as numbers. */
const MAX_SIZE_DIGITS = 13
/** Extensions and trailers, which nobody reads. */
const MAX_UNREAD_BYTES = 65_536

const HEX = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

/** Reads a chunked body (RFC 9112 section 7.1), however its bytes are split. */
export class ChunkedBody {
  /** The last byte of the trailers has been read. */
  done = false
  /** A line of it ended without CR, which is read as if it were there. */
  hasBareLf = false
  #state = SIZE
  #left = 0
  #digits = 0
  #unread = 0

  /**
   * Reads from `start` until the body or `end` is reached and returns where it stopped. What was in the chunks is moved
   * together and given to `onData` once. Throws a `FlowError` of class `malformed_response`.
   */
  read(bytes: Buffer, start: number, end: number, onData: (start: number, end: number) => void): number {
    let from = -1
    let to = -1
    let at = start
    try {
      while (at < end && !this.done) {
        if (this.#state !== DATA) {
          this.#read(bytes[at++] as number)
          continue
        }
        const length = Math.min(this.#left, end - at)
        if (from === -1) from = to = at
        if (to !== at) bytes.copyWithin(to, at, at + length)
        to += length
        at += length
        this.#left -= length
        if (this.#left === 0) this.#state = DATA_CR
      }
    } finally {
      // What came before a mistake came all the same.
      if (to > from) onData(from, to)
    }
    return at
  }

  #read(byte: number): void {
    if (byte === LF && !AFTER_CR.has(this.#state)) {
      this.#step(CR)
      this.hasBareLf = true
    }
    this.#step(byte)
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#readSize(byte)
        break
      case EXTENSION:
        if (byte === CR) this.#state = SIZE_LF
        else this.#skip(byte)
        break
      case SIZE_LF:
        this.#expect(byte, LF, this.#left === 0 ? TRAILER : DATA)
        this.#digits = 0
        break
      case DATA_CR:
        this.#expect(byte, CR, DATA_LF)
        break
      case DATA_LF:
        this.#expect(byte, LF, SIZE)
        break
      case TRAILER:
      case TRAILER_LINE:
        this.#readTrailer(byte)
        break
      case TRAILER_LF:
        this.#expect(byte, LF, TRAILER)
        break
      case LAST_LF:
        this.#expect(byte, LF, SIZE)
        this.done = true
    }
  }

  #readSize(byte: number): void {
    const digit = HEX[byte] as number
    if (digit >= 0 && this.#digits < MAX_SIZE_DIGITS) {
      this.#left = this.#digits++ === 0 ? digit : this.#left * 16 + digit
      return
    }
    if (this.#digits === 0 || digit >= 0) throw malformed('a chunk has no proper size')
    if (byte === CR) this.#state = SIZE_LF
    else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.#state = EXTENSION
    else throw malformed('a chunk has no proper size')
  }

  #readTrailer(byte: number): void {
    if (byte !== CR) {
      this.#skip(byte)
      this.#state = TRAILER_LINE
    } else this.#state = this.#state === TRAILER ? LAST_LF : TRAILER_LF
  }

  #skip(byte: number): void {
    if ((byte < SPACE && byte !== TAB) || byte === DEL) throw malformed(`a chunk's line has the byte ${byte}`)
    if (++this.#unread > MAX_UNREAD_BYTES) throw malformed('its chunks have too many extensions or trailers')
  }

  #expect(byte: number, expected: number, next: number): void {
    if (byte !== expected) throw malformed('a chunk does not end where its size says')
    this.#state = next
  }
}
