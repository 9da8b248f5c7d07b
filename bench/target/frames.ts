const MASK_BYTES = 4
const CLOSE = 8
const LENGTH_16 = 126
const LENGTH_64 = 127

/** What is made of a message before it goes back. */
export type Answer = (payload: Buffer) => Buffer

/**
 * Turns the frames of a client into those a server answers with, in place: without the mask, the header is shorter and is
 * written right before the payload. Only whole messages of less than 64 KiB.
 */
export class FrameEcho {
  #held: Buffer | undefined
  readonly #answer: Answer | undefined
  readonly #send: (frame: Buffer, isLast: boolean) => void

  /** Without an answer a message goes back as it came. */
  constructor(answer: Answer | undefined, send: (frame: Buffer, isLast: boolean) => void) {
    this.#answer = answer
    this.#send = send
  }

  push(piece: Buffer): void {
    const bytes = this.#held ? Buffer.concat([this.#held, piece]) : piece
    let from = 0
    while (from < bytes.length) {
      const end = this.#take(bytes, from)
      if (end === undefined) break
      from = end
    }
    this.#held = from < bytes.length ? bytes.subarray(from) : undefined
  }

  /** Returns where the frame ends, `undefined` where it has not come whole. */
  #take(bytes: Buffer, from: number): number | undefined {
    if (bytes.length - from < 2) return undefined
    const first = bytes[from] as number
    const short = (bytes[from + 1] as number) & LENGTH_64
    if (short === LENGTH_64) throw new RangeError('a message is longer than 64 KiB')
    const headerBytes = short === LENGTH_16 ? 4 : 2
    const payloadAt = from + headerBytes + MASK_BYTES
    if (bytes.length < payloadAt) return undefined
    const end = payloadAt + (headerBytes === 2 ? short : bytes.readUInt16BE(from + 2))
    if (bytes.length < end) return undefined
    unmask(bytes, payloadAt, end)
    const isLast = (first & 0x0f) === CLOSE
    if (this.#answer && !isLast) this.#send(frameOf(this.#answer(bytes.subarray(payloadAt, end))), false)
    else {
      bytes.copyWithin(from + MASK_BYTES, from, from + headerBytes)
      bytes[from + MASK_BYTES + 1] = short
      this.#send(bytes.subarray(from + MASK_BYTES, end), isLast)
    }
    return end
  }
}

/** A text of less than 126 bytes. */
function frameOf(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x81, payload.length), payload])
}

function unmask(bytes: Buffer, from: number, to: number): void {
  const maskAt = from - MASK_BYTES
  if (bytes.readUInt32LE(maskAt) === 0) return
  for (let i = from; i < to; i++)
    bytes[i] = (bytes[i] as number) ^ (bytes[maskAt + ((i - from) & 3)] as number)
}
