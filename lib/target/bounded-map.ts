/**
 * A map that forgets its oldest entries, so that a target can run for a day. Entries that are in use are kept
 * even past the limit.
 */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #limit: number
  readonly #inUse: (value: Value) => boolean

  constructor(limit: number, inUse: (value: Value) => boolean = () => false) {
    this.#limit = limit
    this.#inUse = inUse
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  /** Sets an entry and makes it the newest. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#limit) this.#forgetOldest(key)
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key)
  }

  #forgetOldest(newest: Key): void {
    for (const [key, value] of this.#entries) {
      if (key === newest || this.#inUse(value)) continue
      this.#entries.delete(key)
      return
    }
  }
}
