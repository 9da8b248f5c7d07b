import type { BitsetState } from './states.ts'

const WORD_BITS = 32

/** A set of small integers. It holds 32 of them in one word, and no words for ranges that are empty. */
export class Bitset {
  readonly #words = new Map<number, number>()

  static of(state: BitsetState): Bitset {
    const set = new Bitset()
    for (let i = 0; i + 1 < state.length; i += 2) set.#words.set(state[i] as number, state[i + 1] as number)
    return set
  }

  get state(): BitsetState {
    return [...this.#words].flat()
  }

  has(index: number): boolean {
    return ((this.#words.get(index >>> 5) ?? 0) & (1 << (index % WORD_BITS))) !== 0
  }

  /** Says whether the integer is new. */
  add(index: number): boolean {
    if (this.has(index)) return false
    this.#words.set(index >>> 5, (this.#words.get(index >>> 5) ?? 0) | (1 << (index % WORD_BITS)))
    return true
  }

  /** In ascending order. */
  *values(): Iterable<number> {
    for (const word of [...this.#words.keys()].sort((a, b) => a - b))
      for (let bit = 0; bit < WORD_BITS; bit++)
        if (this.has(word * WORD_BITS + bit)) yield word * WORD_BITS + bit
  }
}
