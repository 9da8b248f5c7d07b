import { Histogram } from '../../lib/core/metrics/histogram.ts'

/** Histograms kept for the next round; a wide one takes 100 KiB. */
const MAX_KEPT = 64

/** Histograms for one round of work after the other: they keep their memory, which would otherwise be most garbage. */
export class HistogramPool {
  readonly #kept: Histogram[] = []
  #taken = 0

  /** An empty histogram, its taker's until the end of the round. */
  take(): Histogram {
    const histogram = this.#kept[this.#taken] ?? new Histogram()
    if (this.#taken < MAX_KEPT) this.#kept[this.#taken] = histogram
    this.#taken++
    histogram.reset()
    return histogram
  }

  endRound(): void {
    this.#taken = 0
  }
}
