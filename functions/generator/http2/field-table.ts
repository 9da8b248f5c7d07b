import { ENTRY_BYTES, TABLE_BYTES } from './static-table.ts'

/** Of one table: each takes more than 32 of its bytes. */
const MAX_ENTRIES = TABLE_BYTES / ENTRY_BYTES
const SLOTS = MAX_ENTRIES - 1
const FIRST_BYTES = 512
/** Short ones are copied byte by byte, which costs less than a call. */
const MAX_COPIED_BYTE_BY_BYTE = 64

/**
 * What a server has given numbers to, the newest first: fields as the lines `name: value\r\n`. They are kept as bytes,
 * since servers add some with each answer and ask for few of them again.
 */
export class FieldTable {
  #limitBytes = TABLE_BYTES
  /** As RFC 7541 section 4.1 counts them. */
  #sizeBytes = 0
  #bytes: Buffer | undefined
  #end = 0
  /** Of all fields ever added: the number of the oldest one that is left, and of the next. */
  #oldest = 0
  #next = 0
  readonly #starts = new Uint16Array(MAX_ENTRIES)
  readonly #ends = new Uint16Array(MAX_ENTRIES)
  readonly #nameBytes = new Uint16Array(MAX_ENTRIES)

  get length(): number {
    return this.#next - this.#oldest
  }

  /** Copies the line of an entry, 0 being the newest, and returns where it ends. */
  copyLine(entry: number, into: Buffer, at: number): number {
    const slot = this.#slotOf(entry)
    return copyBytes(
      this.#bytes as Buffer,
      this.#starts[slot] as number,
      this.#ends[slot] as number,
      into,
      at,
    )
  }

  nameBytes(entry: number): number {
    return this.#nameBytes[this.#slotOf(entry)] as number
  }

  /** Adds the field whose line stands from `start` to `end`. One that is larger than the table empties it. */
  add(line: Buffer, start: number, end: number, nameBytes: number): void {
    const sizeBytes = sizeOfLine(end - start)
    this.#shrinkTo(this.#limitBytes - sizeBytes)
    if (sizeBytes > this.#limitBytes) return
    const bytes = this.#withRoomFor(end - start)
    const slot = this.#next++ & SLOTS
    this.#starts[slot] = this.#end
    this.#nameBytes[slot] = nameBytes
    this.#end = copyBytes(line, start, end, bytes, this.#end)
    this.#ends[slot] = this.#end
    this.#sizeBytes += sizeBytes
  }

  limitTo(limitBytes: number): void {
    this.#limitBytes = limitBytes
    this.#shrinkTo(limitBytes)
  }

  #slotOf(entry: number): number {
    return (this.#next - 1 - entry) & SLOTS
  }

  #shrinkTo(sizeBytes: number): void {
    while (this.#sizeBytes > sizeBytes && this.#oldest < this.#next) {
      const slot = this.#oldest++ & SLOTS
      this.#sizeBytes -= sizeOfLine((this.#ends[slot] as number) - (this.#starts[slot] as number))
    }
  }

  #withRoomFor(length: number): Buffer {
    const bytes = this.#bytes
    if (bytes !== undefined && this.#end + length <= bytes.length) return bytes
    const start = this.length === 0 ? this.#end : (this.#starts[this.#oldest & SLOTS] as number)
    const needed = 2 * (this.#end - start + length)
    const roomier =
      bytes !== undefined && (needed <= bytes.length || bytes.length === TABLE_BYTES)
        ? bytes
        : Buffer.allocUnsafe(Math.min(TABLE_BYTES, Math.max(FIRST_BYTES, needed)))
    if (bytes !== undefined) {
      if (roomier === bytes) bytes.copyWithin(0, start, this.#end)
      else bytes.copy(roomier, 0, start, this.#end)
    }
    this.#bytes = roomier
    this.#end -= start
    for (let number = this.#oldest; number < this.#next; number++) {
      const slot = number & SLOTS
      this.#starts[slot] = (this.#starts[slot] as number) - start
      this.#ends[slot] = (this.#ends[slot] as number) - start
    }
    return roomier
  }
}

/** `: ` and the line break are not counted. */
function sizeOfLine(length: number): number {
  return length - 4 + ENTRY_BYTES
}

/** Returns where the copy ends. */
export function copyBytes(from: Buffer, start: number, end: number, into: Buffer, at: number): number {
  const length = end - start
  if (length > MAX_COPIED_BYTE_BY_BYTE) from.copy(into, at, start, end)
  else for (let i = 0; i < length; i++) into[at + i] = from[start + i] as number
  return at + length
}
