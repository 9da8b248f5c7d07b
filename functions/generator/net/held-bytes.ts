const FIRST_BYTES = 256

/** Bytes kept until more have come. Room doubles, so that many small pieces are not copied for each of them. */
export class HeldBytes {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Valid until the next call; what stands behind `length` means nothing. */
  get bytes(): Buffer {
    return this.#bytes
  }

  add(bytes: Buffer, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > this.#bytes.length) {
      const roomier = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length))
      this.#bytes.copy(roomier, 0, 0, this.#length)
      this.#bytes = roomier
    }
    bytes.copy(this.#bytes, this.#length, start, end)
    this.#length = length
  }

  /** Lets go of the first ones. */
  drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length)
    this.#length -= count
  }
}
