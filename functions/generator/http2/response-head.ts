import { HeaderLines, isName } from '../http/header-lines.ts'
import { lengthOf, listedLength, numberOf } from '../http1/parsed-head.ts'
import type { FieldSink, HpackDecoder } from './hpack-decoder.ts'

const TAB = 9
const SPACE = 32
const COLON = 58
const DEL = 127

const STATUS = ':status'
const STATUS_DIGITS = 3

/** Characters a name may hold: those of RFC 9110 section 5.6.2 that are no capitals. */
const IS_NAME = new Uint8Array(256)
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
  IS_NAME[character.charCodeAt(0)] = 1

/** Fields about a connection are an HTTP/1.1 server's (RFC 9113 section 8.2.2). */
const OF_CONNECTIONS = ['upgrade', 'connection', 'keep-alive', 'proxy-connection', 'transfer-encoding']

/** A head of an answer, or what follows its body. */
export class ResponseHead extends HeaderLines implements FieldSink {
  /** 0 where there is none. */
  status = 0
  contentLength: number | undefined
  /** There is more than one length, all of them equal. */
  hasRepeatedLength = false
  /** Why it breaks the rules, where it does. */
  fault: string | undefined
  #linesFrom = -1

  onField(text: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): void {
    if (this.fault !== undefined) return
    if (text[name] === COLON) {
      this.#noteStatus(text, name, nameEnd, value, valueEnd)
      return
    }
    if (this.#linesFrom === -1) this.#linesFrom = name
    if (!isFieldName(text, name, nameEnd)) this.fault = `a field has the name ${textOf(text, name, nameEnd)}`
    else if (!isFieldValue(text, value, valueEnd))
      this.fault = `the field ${textOf(text, name, nameEnd)} has the value ${textOf(text, value, valueEnd)}`
    else this.#note(text, name, nameEnd, value, valueEnd)
  }

  /** All fields have been read, up to `end` of the text. */
  take(decoder: HpackDecoder, end: number): void {
    if (this.#linesFrom !== -1) this.lines = decoder.textTo(this.#linesFrom, end)
  }

  #noteStatus(text: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): void {
    const status = valueEnd - value === STATUS_DIGITS ? numberOf(text, value, valueEnd) : Number.NaN
    if (nameEnd - name !== STATUS.length || !isName(text, name + 1, STATUS.slice(1)))
      this.fault = `it has the field ${textOf(text, name, nameEnd)}`
    else if (this.#linesFrom !== -1) this.fault = 'its status follows other fields'
    else if (this.status !== 0) this.fault = 'it has more than one status'
    else if (!(status >= 100)) this.fault = `its status is ${textOf(text, value, valueEnd)}`
    else this.status = status
  }

  /** Names are told apart by their lengths first. */
  #note(text: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): void {
    const length = nameEnd - name
    for (const of of OF_CONNECTIONS)
      if (of.length === length && isName(text, name, of)) this.fault = `it has the field ${of}`
    if (length === 14 && isName(text, name, 'content-length')) this.#noteLength(text, value, valueEnd)
    else this.noteName(text, name, nameEnd)
  }

  #noteLength(text: Buffer, value: number, valueEnd: number): void {
    let length = lengthOf(text, value, valueEnd)
    if (!(length >= 0)) {
      length = listedLength(text.toString('latin1', value, valueEnd))
      this.hasRepeatedLength = true
    }
    if (!(length >= 0)) this.fault = `its content-length is ${textOf(text, value, valueEnd)}`
    else if (this.contentLength === undefined) this.contentLength = length
    else if (this.contentLength === length) this.hasRepeatedLength = true
    else this.fault = 'it has content-lengths that differ'
  }
}

function isFieldName(text: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (IS_NAME[text[at] as number] === 0) return false
  return start < end
}

/** No control characters, and no blanks at its ends. */
function isFieldValue(text: Buffer, start: number, end: number): boolean {
  if (start === end) return true
  if (isBlank(text[start] as number) || isBlank(text[end - 1] as number)) return false
  for (let at = start; at < end; at++) {
    const byte = text[at] as number
    if ((byte < SPACE && byte !== TAB) || byte === DEL) return false
  }
  return true
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB
}

function textOf(text: Buffer, start: number, end: number): string {
  return JSON.stringify(text.toString('latin1', start, end))
}
