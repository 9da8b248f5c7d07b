import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { HeaderLines, isName } from '../http/header-lines.ts'

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58
const DEL = 127
const ZERO = 48
const NINE = 57

/** `HTTP/1.`, the one thing an answer may begin with. */
const PROTOCOL = Buffer.from('HTTP/1.')
/** Longest head of an answer; as long as other clients have it. */
export const MAX_HEAD_BYTES = 65_536
/** `HTTP/1.1 200` */
const STATUS_LINE_LENGTH = 12
/** Lengths with more digits cannot be told apart as numbers. */
const MAX_LENGTH_DIGITS = 15

/** Characters a header's name may hold: a token of RFC 9110 section 5.6.2. */
const IS_TOKEN = new Uint8Array(256)
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  IS_TOKEN[character.charCodeAt(0)] = 1

/** A header that goes on in the next line (RFC 9112 section 5.2); a status line cannot. */
const FOLD = /[ \t]*\r?\n[ \t]+/g
const FOLDED_STATUS = /^[^\n]*\n[ \t]/
const BARE_LF = /[^\r]\n/
const LINE_END = /\r?\n/g
const LENGTH = /^\d{1,15}$/

export const SWITCHING_PROTOCOLS = 101
const NO_CONTENT = 204
const NOT_MODIFIED = 304

/** The head of an answer. Only what its body and its connection depend on is read at once. */
export class ParsedHead extends HeaderLines {
  status = 0
  /** HTTP/1.1 keeps its connection unless told otherwise. */
  keepAlive = true
  /** How long the server keeps an idle connection, where it says so. */
  keepAliveMs: number | undefined
  contentLength: number | undefined
  chunked = false
  /** A line ends without CR. */
  hasBareLf = false
  /** There is more than one length, all of them equal. */
  hasRepeatedLength = false
  /** A header went on in the next line. */
  isFolded = false

  /** Takes what `readHead` does. */
  constructor(bytes: Buffer, start: number, end: number) {
    super()
    const last = bytes[end - 2] === CR ? end - 2 : end - 1
    const firstLine = this.#readStatusLine(bytes, start)
    let at = firstLine
    while (at < last) at = this.#readLine(bytes, at)
    if (last === end - 1) this.hasBareLf = true
    const lines = bytes.toString('latin1', firstLine, last)
    this.lines = this.hasBareLf ? lines.replace(LINE_END, '\r\n') : lines
    if (this.chunked && this.contentLength !== undefined)
      throw malformed('it has both a content-length and a transfer-encoding')
  }

  /** It is not as RFC 9112 has it, but can be read in one way alone. */
  get isLenient(): boolean {
    return this.hasBareLf || this.hasRepeatedLength || this.isFolded
  }

  #readStatusLine(bytes: Buffer, start: number): number {
    checkProtocol(bytes, start, start + STATUS_LINE_LENGTH)
    const minor = bytes[start + 7]
    const status = numberOf(bytes, start + 9, start + STATUS_LINE_LENGTH)
    if ((minor !== ZERO && minor !== ZERO + 1) || bytes[start + 8] !== SPACE || !(status >= 100))
      throw malformed(`it begins with ${quoted(bytes, start)}`)
    const at = start + STATUS_LINE_LENGTH
    if (bytes[at] !== CR && bytes[at] !== SPACE && bytes[at] !== LF)
      throw malformed(`it begins with ${quoted(bytes, start)}`)
    this.status = status
    this.keepAlive = minor !== ZERO
    return this.#afterLine(bytes, textEnd(bytes, at))
  }

  #readLine(bytes: Buffer, start: number): number {
    let at = start
    while (IS_TOKEN[bytes[at] as number] === 1) at++
    const nameEnd = at
    if (bytes[at] !== COLON || at === start) throw malformed(`a header begins with ${quoted(bytes, start)}`)
    do at++
    while (isBlank(bytes[at]))
    const valueEnd = textEnd(bytes, at)
    this.#note(bytes, start, nameEnd, at, valueEnd)
    return this.#afterLine(bytes, valueEnd)
  }

  /** Where the line that follows begins. */
  #afterLine(bytes: Buffer, end: number): number {
    if (bytes[end] === CR && bytes[end + 1] === LF) return end + 2
    if (bytes[end] !== LF) throw malformed(`its head has the byte ${bytes[end]} in the midst of a line`)
    this.hasBareLf = true
    return end + 1
  }

  /** Names are told apart by their lengths first. */
  #note(bytes: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): void {
    switch (nameEnd - name) {
      case 10:
        if (isName(bytes, name, 'connection')) this.#noteConnection(textOf(bytes, value, valueEnd))
        else if (isName(bytes, name, 'keep-alive')) this.#noteKeepAlive(textOf(bytes, value, valueEnd))
        else this.noteName(bytes, name, nameEnd)
        return
      case 14:
        if (isName(bytes, name, 'content-length')) this.#noteLength(bytes, value, valueEnd)
        return
      case 17:
        if (isName(bytes, name, 'transfer-encoding')) this.#noteCoding(textOf(bytes, value, valueEnd))
        return
      default:
        this.noteName(bytes, name, nameEnd)
    }
  }

  #noteConnection(text: string): void {
    for (const option of text.split(',')) {
      const wanted = option.trim().toLowerCase()
      if (wanted === 'close') this.keepAlive = false
      else if (wanted === 'keep-alive') this.keepAlive = true
    }
  }

  #noteKeepAlive(text: string): void {
    const seconds = /(?:^|[,\s])timeout\s*=\s*(\d{1,9})/i.exec(text)?.[1]
    if (seconds !== undefined) this.keepAliveMs = Number(seconds) * 1_000
  }

  #noteLength(bytes: Buffer, start: number, valueEnd: number): void {
    let end = valueEnd
    while (end > start && isBlank(bytes[end - 1])) end--
    let length = lengthOf(bytes, start, end)
    if (!(length >= 0)) {
      length = listedLength(textOf(bytes, start, end))
      this.hasRepeatedLength = true
    }
    if (!(length >= 0)) throw malformed(`its content-length is ${textOf(bytes, start, end)}`)
    if (this.contentLength !== undefined) {
      if (this.contentLength !== length) throw malformed('it has content-lengths that differ')
      this.hasRepeatedLength = true
    }
    this.contentLength = length
  }

  #noteCoding(text: string): void {
    if (text.toLowerCase() !== 'chunked' || this.chunked) throw malformed(`its transfer-encoding is ${text}`)
    this.chunked = true
  }
}

/**
 * Reads the bytes from `start` to `end`, the empty line at the end included. Throws a `FlowError` of class
 * `malformed_response` where they are not as RFC 9112 has it, unless they can be read in one way alone.
 */
export function readHead(bytes: Buffer, start: number, end: number): ParsedHead {
  try {
    return new ParsedHead(bytes, start, end)
  } catch (error) {
    const written = bytes.toString('latin1', start, end)
    const unfolded = Buffer.from(written.replace(FOLD, ' '), 'latin1')
    if (unfolded.length === end - start || FOLDED_STATUS.test(written)) throw error
    const head = new ParsedHead(unfolded, 0, unfolded.length)
    head.isFolded = true
    head.hasBareLf ||= BARE_LF.test(written)
    return head
  }
}

/**
 * Where the head that begins at `start` ends, its empty line included; -1 where more is to come. Throws where what
 * has come can be no head, so that nobody waits for the rest. `from` is where a search before this one ended.
 */
export function findHeadEnd(bytes: Buffer, start: number, from: number, end: number): number {
  checkProtocol(bytes, start, end)
  for (let at = from; at < end; at++) {
    if (bytes[at] !== LF) continue
    const before = bytes[at - 1]
    if (before === LF || (before === CR && bytes[at - 2] === LF)) return at + 1
  }
  return -1
}

/** The first byte from `start` that no value may hold. */
function textEnd(bytes: Buffer, start: number): number {
  let at = start
  for (;;) {
    const byte = bytes[at] as number
    if ((byte < SPACE && byte !== TAB) || byte === DEL) return at
    at++
  }
}

/** Whatever was asked for. */
export function hasNoBody(status: number): boolean {
  return status === NO_CONTENT || status === NOT_MODIFIED
}

/** Throws a `FlowError` of class `header_too_large`. */
export function checkHeadSize(headBytes: number): void {
  if (headBytes > MAX_HEAD_BYTES)
    throw new FlowError('header_too_large', `the head of the answer is longer than ${MAX_HEAD_BYTES} bytes`)
}

export function malformed(what: string): FlowError {
  return new FlowError('malformed_response', `the answer is no HTTP/1.1: ${what}`)
}

function checkProtocol(bytes: Buffer, start: number, end: number): void {
  const last = Math.min(end, start + PROTOCOL.length)
  for (let at = start; at < last; at++)
    if (bytes[at] !== PROTOCOL[at - start]) throw malformed(`it begins with ${quoted(bytes, start)}`)
}

/** The value of a `content-length`; NaN for what is none. */
export function lengthOf(bytes: Buffer, start: number, end: number): number {
  return end - start > MAX_LENGTH_DIGITS ? Number.NaN : numberOf(bytes, start, end)
}

/** The value of equal lengths in a list; NaN for what is none. */
export function listedLength(text: string): number {
  const lengths = text.split(',').map((each) => each.trim())
  const length = Number(lengths[0])
  return lengths.every((each) => LENGTH.test(each) && Number(each) === length) ? length : Number.NaN
}

/** Digits alone; NaN for anything else, nothing included. */
export function numberOf(bytes: Buffer, start: number, end: number): number {
  let value = start < end ? 0 : Number.NaN
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) return Number.NaN
    value = value * 10 + byte - ZERO
  }
  return value
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}

function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end).trim()
}

function quoted(bytes: Buffer, start: number): string {
  return JSON.stringify(bytes.toString('latin1', start, start + STATUS_LINE_LENGTH))
}
