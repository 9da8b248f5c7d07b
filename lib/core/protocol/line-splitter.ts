/** Which bytes end a line: LF with an optional CR before it, or also a CR alone, as event streams have it. */
export type LineEnds = 'lf' | 'any'

const LF = 10
const CR = 13
const NOTHING = new Uint8Array(0)

/** Cuts bytes that come in pieces of any size into lines. Holds at most `maxLineBytes` of an unfinished one. */
export class LineSplitter {
  readonly #ends: LineEnds
  readonly #maxLineBytes: number
  /** The beginning of the line that has not ended yet: a copy, for a piece may be overwritten after the call. */
  #held = NOTHING
  #heldBytes = 0
  /** The last piece ended in a CR that ended its line: an LF that comes next belongs to it. */
  #skipLf = false

  constructor(ends: LineEnds, maxLineBytes: number) {
    this.#ends = ends
    this.#maxLineBytes = maxLineBytes
  }

  /** Bytes of an unfinished line. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /**
   * Calls back with each line that ends in this piece, without its end. The bytes are valid during the call only.
   * Returns false, and takes nothing more, once a line is longer than allowed.
   */
  push(piece: Uint8Array, onLine: (line: Uint8Array) => void): boolean {
    let from = 0
    if (this.#skipLf && piece.length > 0) {
      if (piece[0] === LF) from = 1
      this.#skipLf = false
    }
    let lf = piece.indexOf(LF, from)
    let cr = this.#ends === 'any' ? piece.indexOf(CR, from) : -1
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr
      if (!this.#finish(piece, from, end, onLine)) return false
      from = end + 1
      if (end === cr) {
        if (lf === from) from++
        else if (from === piece.length) this.#skipLf = true
        cr = piece.indexOf(CR, from)
      }
      if (lf !== -1 && lf < from) lf = piece.indexOf(LF, from)
    }
    return this.#hold(piece, from)
  }

  #finish(piece: Uint8Array, from: number, end: number, onLine: (line: Uint8Array) => void): boolean {
    if (this.#heldBytes + end - from > this.#maxLineBytes) return false
    const rest = piece.subarray(from, end)
    const held = this.#heldBytes > 0
    if (held) this.#append(rest)
    const line = held ? this.#held.subarray(0, this.#heldBytes) : rest
    this.#held = NOTHING
    this.#heldBytes = 0
    const crBeforeLf = this.#ends === 'lf' && line.at(-1) === CR
    onLine(crBeforeLf ? line.subarray(0, -1) : line)
    return true
  }

  #hold(piece: Uint8Array, from: number): boolean {
    if (this.#heldBytes + piece.length - from > this.#maxLineBytes) return false
    if (from < piece.length) this.#append(piece.subarray(from))
    return true
  }

  /** Room doubles, so that a line that comes byte by byte is not copied for each of them. */
  #append(bytes: Uint8Array): void {
    const sizeBytes = this.#heldBytes + bytes.length
    if (sizeBytes > this.#held.length) {
      const roomier = new Uint8Array(Math.max(sizeBytes, Math.min(2 * this.#held.length, this.#maxLineBytes)))
      roomier.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = roomier
    }
    this.#held.set(bytes, this.#heldBytes)
    this.#heldBytes = sizeBytes
  }

  /** What was left without an end. */
  rest(): Uint8Array {
    const rest = this.#held.subarray(0, this.#heldBytes)
    this.#held = NOTHING
    this.#heldBytes = 0
    return rest
  }
}
