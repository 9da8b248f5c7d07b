import type { HistogramPack } from '../sums/histogram-pack.ts'
import { HistogramShelf } from '../sums/histogram-shelf.ts'
import type { TallyShelfState } from './partial.ts'
import { addTally, emptyTally, type Tally, tallyFrom, tallyState } from './tally.ts'

/** Tallies of one kind by index; histograms are kept encoded, as a `HistogramShelf` does. */
export class TallyShelf {
  readonly #cells = new Map<number, Tally>()
  #histograms = new HistogramShelf()

  stateIn(pack: HistogramPack): TallyShelfState {
    return {
      cells: [...this.#cells].map(([index, tally]) => [index, tallyState(tally, pack)]),
      histograms: this.#histograms.stateIn(pack),
    }
  }

  /** Takes the place of what was added so far. */
  restore({ cells, histograms }: TallyShelfState, pack: HistogramPack): void {
    this.#cells.clear()
    for (const [index, tally] of cells) this.#cells.set(index, tallyFrom(tally, pack))
    this.#histograms = HistogramShelf.of(histograms, pack)
  }

  add(index: number, tally: Tally): void {
    if (tally.kind === 'trend') this.#histograms.add(index, tally.histogram)
    else {
      const cell = this.#cells.get(index) ?? emptyTally(tally.kind)
      this.#cells.set(index, cell)
      addTally(cell, tally)
    }
  }

  /** What was added at an index, to be read only. */
  at(index: number): Tally | undefined {
    const histogram = this.#histograms.get(index)
    return histogram ? { kind: 'trend', histogram } : this.#cells.get(index)
  }
}
