import { ERROR_CODE, notHttp2, type SessionError } from './error-code.ts'
import { copyBytes, FieldTable } from './field-table.ts'
import { decodeHuffman } from './huffman.ts'
import { ENTRY_BYTES, STATIC_FIELDS, TABLE_BYTES } from './static-table.ts'

/** Longest list of fields that is read, as RFC 7541 section 4.1 counts them, and longest block they come in. */
export const MAX_LIST_BYTES = 65_536
export const MAX_BLOCK_BYTES = 65_536

const COLON = 58
const SPACE = 32
const CR = 13
const LF = 10
/** A list, and one field more that makes it too long: an entry of the table, and all of a block decoded. */
const TEXT = Buffer.allocUnsafeSlow(MAX_LIST_BYTES + 2 * TABLE_BYTES + 2 * MAX_BLOCK_BYTES)

const LINES = STATIC_FIELDS.map(([name, value]) => Buffer.from(`${name}: ${value}\r\n`, 'latin1'))
const NAME_BYTES = Uint8Array.from(STATIC_FIELDS, ([name]) => name.length)

const INDEXED = 0x80
const ADDED = 0x40
const RESIZED = 0x20
const INDEX_BITS = 0x7f
const ADDED_BITS = 0x3f
const RESIZED_BITS = 0x1f
const LITERAL_BITS = 0x0f
const HUFFMAN = 0x80
const LENGTH_BITS = 0x7f
const MORE = 0x80
/** Beyond any index or length there can be. */
const MAX_SHIFT = 21

/** Who is told of the fields of a block: the lines `name: value\r\n` in `text`, one behind the other. */
export interface FieldSink {
  onField(text: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): void
}

/** Reads the blocks of fields that a server sends on one connection: RFC 7541. */
export class HpackDecoder {
  readonly #table = new FieldTable()
  #at = 0

  /**
   * Reads a whole block. Returns where the text of its fields ends, or -1 where it is longer than `MAX_LIST_BYTES`:
   * then the table is right, but the sink has not been told of all. Throws a `SessionError`.
   */
  read(block: Buffer, start: number, end: number, sink: FieldSink): number {
    this.#at = start
    let listBytes = 0
    let to = 0
    let mayResize = true
    while (this.#at < end) {
      const first = block[this.#at] as number
      if ((first & INDEXED) === 0 && (first & ADDED) === 0 && (first & RESIZED) !== 0) {
        if (!mayResize) throw broken('it resizes its table in the midst of a block')
        this.#resize(block, end)
        continue
      }
      mayResize = false
      const from = listBytes > MAX_LIST_BYTES ? 0 : to
      const nameEnd = this.#readField(block, end, first, from)
      to = this.#textEnd
      listBytes += to - from - 4 + ENTRY_BYTES
      if (listBytes <= MAX_LIST_BYTES) sink.onField(TEXT, from, nameEnd, nameEnd + 2, to - 2)
    }
    return listBytes > MAX_LIST_BYTES ? -1 : to
  }

  /** The fields read last, up to where `read` said. */
  textTo(start: number, end: number): string {
    return TEXT.toString('latin1', start, end)
  }

  #textEnd = 0

  /** Writes the line of a field, and returns where its name ends. */
  #readField(block: Buffer, end: number, first: number, to: number): number {
    if ((first & INDEXED) !== 0) {
      const index = this.#integer(block, end, INDEX_BITS)
      const nameEnd = to + this.#nameBytes(index)
      this.#textEnd = this.#copyLine(index, to)
      return nameEnd
    }
    const isAdded = (first & ADDED) !== 0
    const index = this.#integer(block, end, isAdded ? ADDED_BITS : LITERAL_BITS)
    let nameEnd: number
    if (index === 0) nameEnd = this.#string(block, end, to)
    else {
      nameEnd = to + this.#nameBytes(index)
      this.#copyLine(index, to)
    }
    TEXT[nameEnd] = COLON
    TEXT[nameEnd + 1] = SPACE
    const valueEnd = this.#string(block, end, nameEnd + 2)
    TEXT[valueEnd] = CR
    TEXT[valueEnd + 1] = LF
    this.#textEnd = valueEnd + 2
    if (isAdded) this.#table.add(TEXT, to, valueEnd + 2, nameEnd - to)
    return nameEnd
  }

  #resize(block: Buffer, end: number): void {
    const limitBytes = this.#integer(block, end, RESIZED_BITS)
    if (limitBytes > TABLE_BYTES) throw broken(`it makes its table ${limitBytes} bytes large`)
    this.#table.limitTo(limitBytes)
  }

  #nameBytes(index: number): number {
    if (index === 0) throw broken('a field has the index 0')
    if (index <= NAME_BYTES.length) return NAME_BYTES[index - 1] as number
    const entry = index - NAME_BYTES.length - 1
    if (entry >= this.#table.length) throw broken(`a field has the index ${index}`)
    return this.#table.nameBytes(entry)
  }

  #copyLine(index: number, to: number): number {
    const line = LINES[index - 1]
    if (line !== undefined) return copyBytes(line, 0, line.length, TEXT, to)
    return this.#table.copyLine(index - LINES.length - 1, TEXT, to)
  }

  #string(block: Buffer, end: number, to: number): number {
    if (this.#at >= end) throw cutOff()
    const isHuffman = ((block[this.#at] as number) & HUFFMAN) !== 0
    const length = this.#integer(block, end, LENGTH_BITS)
    const start = this.#at
    const stop = start + length
    if (stop > end) throw cutOff()
    this.#at = stop
    if (!isHuffman) return copyBytes(block, start, stop, TEXT, to)
    const textEnd = decodeHuffman(block, start, stop, TEXT, to)
    if (textEnd === -1) throw broken('a text is no Huffman code')
    return textEnd
  }

  /** RFC 7541 section 5.1 */
  #integer(block: Buffer, end: number, prefixBits: number): number {
    let value = (block[this.#at++] as number) & prefixBits
    if (value < prefixBits) return value
    for (let shift = 0; ; shift += 7) {
      if (this.#at >= end) throw cutOff()
      if (shift > MAX_SHIFT) throw broken('a number is beyond all bounds')
      const byte = block[this.#at++] as number
      value += (byte & ~MORE) << shift
      if ((byte & MORE) === 0) return value
    }
  }
}

function cutOff(): SessionError {
  return broken('a field is cut off')
}

function broken(what: string): SessionError {
  return notHttp2(ERROR_CODE.COMPRESSION, what)
}
