const NO_BYTES = new Uint8Array(0)

/** The chunks of a body as one. What they take is at most twice their size, however small they are. */
export class BodyBuffer {
  size = 0
  /** The first chunk, or the beginning of something longer that the others are copied into. */
  #bytes: Uint8Array = NO_BYTES

  add(chunk: Uint8Array): void {
    const size = this.size + chunk.byteLength
    if (this.size === 0) this.#bytes = chunk
    else {
      if (this.#bytes.byteLength < size) this.#grow(size)
      this.#bytes.set(chunk, this.size)
    }
    this.size = size
  }

  /** The bytes are the caller's: nothing is added any more. */
  take(): Uint8Array {
    return this.#bytes.byteLength === this.size ? this.#bytes : this.#bytes.subarray(0, this.size)
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#bytes.byteLength))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
