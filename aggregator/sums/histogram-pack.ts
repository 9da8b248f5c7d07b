import { z } from 'zod'
import { type ExactValues, Histogram } from '../../lib/core/metrics/histogram.ts'

/** Where a histogram lies in a pack, and what its encoding leaves out. */
export const packedSchema = z.strictObject({
  offset: z.number().int().min(0),
  length: z.number().int().min(0),
  min: z.number(),
  max: z.number(),
  sum: z.number(),
  clamped: z.number(),
})
export type Packed = z.infer<typeof packedSchema>

/** Encoded histograms one behind the other. */
export class HistogramPack {
  readonly #chunks: Uint8Array[] = []
  #length = 0

  static of(bytes: Uint8Array): HistogramPack {
    const pack = new HistogramPack()
    pack.#append(bytes)
    return pack
  }

  add(histogram: Histogram): Packed {
    return this.addEncoded(histogram.encode(), histogram)
  }

  addEncoded(bytes: Uint8Array, { min, max, sum, clamped = 0 }: ExactValues): Packed {
    return { offset: this.#append(bytes), length: bytes.length, min, max, sum, clamped }
  }

  /** Throws `SNAPSHOT_INVALID` where no such histogram lies there. */
  get(packed: Packed): Histogram {
    return Histogram.decode(this.bytesOf(packed), packed)
  }

  bytesOf({ offset, length }: Packed): Uint8Array {
    return this.bytes.subarray(offset, offset + length)
  }

  get bytes(): Uint8Array {
    if (this.#chunks.length !== 1)
      this.#chunks.splice(0, Number.POSITIVE_INFINITY, Buffer.concat(this.#chunks))
    return this.#chunks[0] as Uint8Array
  }

  #append(bytes: Uint8Array): number {
    this.#chunks.push(bytes)
    this.#length += bytes.length
    return this.#length - bytes.length
  }
}
