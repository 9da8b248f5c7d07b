import { hashText } from '../../lib/core/base/random.ts'

interface Kept<Value> {
  hash: number
  value: Value
}

/**
 * A map that keeps a bounded number of keys: those with the smallest hashes of all that were ever set. Which ones those are
 * depends on the keys alone, never on their order, and one that had to go never comes back.
 */
export class Smallest<Value> {
  readonly #most: number
  readonly #kept = new Map<string, Kept<Value>>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Value | undefined {
    return this.#kept.get(key)?.value
  }

  values(): Value[] {
    return [...this.#kept.values()].map(({ value }) => value)
  }

  /** Adds a key that is not there. Returns the value that has no room now: this one, another one, or none. */
  add(key: string, value: Value): Value | undefined {
    const hash = hashText(key)
    if (this.#kept.size >= this.#most) {
      const largest = this.#largest()
      if (!isBefore({ key, hash }, largest)) return value
      this.#kept.delete(largest.key)
      this.#kept.set(key, { hash, value })
      return largest.value
    }
    this.#kept.set(key, { hash, value })
    return undefined
  }

  #largest(): Kept<Value> & { key: string } {
    let largest: (Kept<Value> & { key: string }) | undefined
    for (const [key, kept] of this.#kept)
      if (largest === undefined || isBefore(largest, { key, hash: kept.hash })) largest = { key, ...kept }
    if (largest === undefined) throw new RangeError('a map for nothing has no largest key')
    return largest
  }
}

type Ranked = { key: string; hash: number }

function isBefore(a: Ranked, b: Ranked): boolean {
  return a.hash === b.hash ? a.key < b.key : a.hash < b.hash
}
