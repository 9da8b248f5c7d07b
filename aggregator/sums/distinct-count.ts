import { hashText } from '../../lib/core/base/random.ts'

/** Up to twice as many, texts are counted exactly. */
const SAMPLE = 1_024
const HASHES = 2 ** 32

/**
 * How many different texts there were, within a few per cent, in bounded memory: by the smallest of their hashes, which
 * lie the closer together the more there are. The same in whatever order they come, and however often.
 * Bar-Yossef et al., Counting distinct elements in a data stream, 2002.
 */
export class DistinctCount {
  #hashes = new Set<number>()
  /** Hashes from here on are no longer kept. */
  #end = HASHES

  static of([end = HASHES, ...hashes]: readonly number[]): DistinctCount {
    const count = new DistinctCount()
    count.#end = end
    count.#hashes = new Set(hashes)
    return count
  }

  get state(): number[] {
    return [this.#end, ...this.#hashes]
  }

  /** Whether the count may have changed by much. */
  add(text: string): boolean {
    const hash = hashText(text)
    if (hash >= this.#end) return false
    this.#hashes.add(hash)
    if (this.#hashes.size <= 2 * SAMPLE) return false
    this.#prune()
    return true
  }

  get count(): number {
    if (this.#end === HASHES) return this.#hashes.size
    this.#prune()
    return ((SAMPLE - 1) * HASHES) / this.#end
  }

  #prune(): void {
    if (this.#hashes.size <= SAMPLE) return
    const smallest = [...this.#hashes].sort((a, b) => a - b).slice(0, SAMPLE)
    this.#hashes = new Set(smallest)
    this.#end = (smallest.at(-1) as number) + 1
  }
}
