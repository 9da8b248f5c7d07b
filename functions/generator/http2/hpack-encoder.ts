import { ENTRY_BYTES, STATIC_FIELDS } from './static-table.ts'

export type Field = readonly [name: string, value: string]

/** How a field is written that is not in the table: RFC 7541 section 6.2. */
const ADDED = 0x40
const ADDED_BITS = 0x3f
const PLAIN = 0x00
const NEVER_INDEXED = 0x10
const LITERAL_BITS = 0x0f
const INDEXED = 0x80
const INDEX_BITS = 0x7f
const LENGTH_BITS = 0x7f

/** Empties the other side's table, and lets it stay so. */
export const NO_TABLE = String.fromCharCode(0x20)

/** Their values are nobody's business who can watch how long a block is, nor that of caches on the way. */
const SECRET: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization'])
/** Their values seldom change from one request to the next, whoever sets them. */
const LASTING: ReadonlySet<string> = new Set([
  ...[':authority', 'accept', 'accept-encoding', 'accept-language', 'cache-control', 'content-type'],
  ...['origin', 'user-agent', 'x-requested-with'],
])

/** A flow may send fields in any order: each order that is added in makes tables of its own. */
const MAX_TABLES = 64

const staticIndexOfName = new Map<string, number>()
/** By name, then by value. */
const staticIndexes = new Map<string, Map<string, number>>()
STATIC_FIELDS.forEach(([name, value], i) => {
  if (!staticIndexOfName.has(name)) staticIndexOfName.set(name, i + 1)
  if (value === '') return
  const ofName = staticIndexes.get(name) ?? new Map<string, number>()
  staticIndexes.set(name, ofName.set(value, i + 1))
})

/** Fields as they are written on a connection, and what its table holds afterwards. */
export interface Block {
  /** Bytes as latin1. */
  readonly text: string
  readonly then: SentFields
}

/**
 * What the table of an encoder holds. It never changes: adding a field makes another, and connections on which the same
 * has been sent share them, with the blocks they have written. Nothing is ever dropped from a table: what does not fit
 * into it any more is written as it is.
 */
export class SentFields {
  readonly #limitBytes: number
  readonly #made: { tables: number }
  readonly #sizeBytes: number
  readonly #count: number
  /** When a field was added, from 1, by its name and value. */
  readonly #added: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly #next = new Map<string, SentFields>()
  readonly #blocks = new Map<readonly Field[], Block>()

  private constructor(
    limitBytes: number,
    made: { tables: number },
    sizeBytes = 0,
    count = 0,
    added: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(),
  ) {
    this.#limitBytes = limitBytes
    this.#made = made
    this.#sizeBytes = sizeBytes
    this.#count = count
    this.#added = added
  }

  /** An empty table. With a limit of 0 nothing is ever added. */
  static none(limitBytes: number): SentFields {
    return new SentFields(limitBytes, { tables: 1 })
  }

  /** Writes fields. Those that last are the same object in many requests, and written once for each table. */
  write(fields: readonly Field[], last: boolean): Block {
    const known = this.#blocks.get(fields)
    if (known !== undefined) return known
    let text = ''
    let then: SentFields = this
    for (const [name, value] of fields) {
      const index = staticIndexes.get(name)?.get(value) ?? then.#indexOf(name, value)
      if (index !== undefined) text += integer(INDEXED, INDEX_BITS, index)
      else if (SECRET.has(name)) text += literal(NEVER_INDEXED, LITERAL_BITS, name, value)
      else if ((last || LASTING.has(name)) && then.#hasRoomFor(name, value)) {
        text += literal(ADDED, ADDED_BITS, name, value)
        then = then.#with(name, value)
      } else text += literal(PLAIN, LITERAL_BITS, name, value)
    }
    const block = { text, then }
    if (last) this.#blocks.set(fields, block)
    return block
  }

  #indexOf(name: string, value: string): number | undefined {
    const addedAs = this.#added.get(name)?.get(value)
    return addedAs === undefined ? undefined : STATIC_FIELDS.length + 1 + this.#count - addedAs
  }

  #hasRoomFor(name: string, value: string): boolean {
    if (this.#sizeBytes + sizeOf(name, value) > this.#limitBytes) return false
    return this.#made.tables < MAX_TABLES || this.#next.has(`${name}\0${value}`)
  }

  #with(name: string, value: string): SentFields {
    const key = `${name}\0${value}`
    const known = this.#next.get(key)
    if (known !== undefined) return known
    const count = this.#count + 1
    const ofName = new Map(this.#added.get(name)).set(value, count)
    const added = new Map(this.#added).set(name, ofName)
    const sizeBytes = this.#sizeBytes + sizeOf(name, value)
    const next = new SentFields(this.#limitBytes, this.#made, sizeBytes, count, added)
    this.#made.tables++
    this.#next.set(key, next)
    return next
  }
}

/** A field that is no other's business and varies, with a name that both sides know. */
export function plainField(name: string, value: string): string {
  const index = staticIndexes.get(name)?.get(value)
  return index === undefined ? literal(PLAIN, LITERAL_BITS, name, value) : integer(INDEXED, INDEX_BITS, index)
}

/** No Huffman code: what is sent often is sent as a number. */
function literal(kind: number, bits: number, name: string, value: string): string {
  const index = staticIndexOfName.get(name)
  const head = index === undefined ? String.fromCharCode(kind) + string(name) : integer(kind, bits, index)
  return head + string(value)
}

function string(text: string): string {
  return integer(0, LENGTH_BITS, text.length) + text
}

/** RFC 7541 section 5.1 */
function integer(kind: number, bits: number, value: number): string {
  if (value < bits) return String.fromCharCode(kind | value)
  let text = String.fromCharCode(kind | bits)
  let rest = value - bits
  for (; rest > 0x7f; rest >>>= 7) text += String.fromCharCode(0x80 | (rest & 0x7f))
  return text + String.fromCharCode(rest)
}

function sizeOf(name: string, value: string): number {
  return name.length + value.length + ENTRY_BYTES
}
