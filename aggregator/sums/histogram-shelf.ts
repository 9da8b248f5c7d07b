import { type ExactValues, Histogram } from '../../lib/core/metrics/histogram.ts'
import type { HistogramPack } from './histogram-pack.ts'
import type { ShelfState } from './states.ts'

/** Histograms kept open at once. An open one takes up to 100 KiB, an encoded one a few. */
const MAX_OPEN = 8

/** Many histograms by index, all but the latest ones encoded. It works fastest when neighbours come together. */
export class HistogramShelf {
  readonly #encoded = new Map<number, { bytes: Uint8Array; exact: ExactValues }>()
  /** In the order of their last use. */
  readonly #open = new Map<number, Histogram>()

  static of(state: ShelfState, pack: HistogramPack): HistogramShelf {
    const shelf = new HistogramShelf()
    // Copied, or one histogram would keep the whole pack.
    for (const [index, packed] of state)
      shelf.#encoded.set(index, { bytes: new Uint8Array(pack.bytesOf(packed)), exact: packed })
    return shelf
  }

  stateIn(pack: HistogramPack): ShelfState {
    const encoded = [...this.#encoded].map(([index, { bytes, exact }]): ShelfState[number] => [
      index,
      pack.addEncoded(bytes, exact),
    ])
    const open = [...this.#open].map(([index, histogram]): ShelfState[number] => [index, pack.add(histogram)])
    return [...encoded, ...open]
  }

  add(index: number, histogram: Histogram): void {
    const kept = this.get(index) ?? new Histogram()
    kept.add(histogram)
    this.#encoded.delete(index)
    this.#open.delete(index)
    this.#open.set(index, kept)
    if (this.#open.size > MAX_OPEN) this.#encodeOldest()
  }

  /** The histogram at an index, to be read only. */
  get(index: number): Histogram | undefined {
    const encoded = this.#encoded.get(index)
    return encoded ? Histogram.decode(encoded.bytes, encoded.exact) : this.#open.get(index)
  }

  #encodeOldest(): void {
    for (const [index, histogram] of this.#open) {
      const { min, max, sum } = histogram
      this.#encoded.set(index, { bytes: histogram.encode(), exact: { min, max, sum } })
      this.#open.delete(index)
      return
    }
  }
}
