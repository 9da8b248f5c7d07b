import { badValue } from './refusal.ts'

/** A reproducible stream of random choices. */
export interface Random {
  /** Evenly in [0, 1). */
  next(): number
  /** Whole number, evenly between both bounds, bounds included. */
  integer(min: number, max: number): number
  pick<T>(items: readonly T[]): T
  /** Lower-case letters and digits. */
  string(length: number): string
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const MAX_TEXT_LENGTH = 16_777_216
const UINT32 = 0x1_0000_0000

/** Mixes one more number into a hash: Murmur3's 32-bit finaliser over a Weyl step. */
function mix(hash: number, value: number): number {
  let h = (hash ^ Math.imul(value | 0, 0x9e3779b1)) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Hash of a sequence of numbers, order included. Only the lower 32 bits of each whole number count. */
export function hash(...values: number[]): number {
  return values.reduce(mix, 0x2545f491)
}

/** Hash of a text (FNV-1a, mixed once more). */
export function hashText(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h, text.length)
}

/** Tommy Ettinger's Mulberry32: 32 bits of state, passes gjrand's tests at the lengths of one iteration. */
export class SeededRandom implements Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Begins another stream. */
  reseed(seed: number): void {
    this.#state = seed | 0
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / UINT32
  }

  integer(min: number, max: number): number {
    if (!Number.isFinite(max - min) || max < min)
      throw badValue('the range of integer()', [min, max], 'two finite numbers, the smaller one first')
    return min + Math.floor(this.next() * (max - min + 1))
  }

  pick<T>(items: readonly T[]): T {
    if (!(items?.length > 0)) throw badValue('the items of pick()', items, 'an array with at least one item')
    return items[Math.floor(this.next() * items.length)] as T
  }

  string(length: number): string {
    if (!Number.isInteger(length) || length < 0 || length > MAX_TEXT_LENGTH)
      throw badValue('the length of string()', length, `a whole number from 0 to ${MAX_TEXT_LENGTH}`)
    let text = ''
    for (let i = 0; i < length; i++) text += ALPHABET[Math.floor(this.next() * ALPHABET.length)]
    return text
  }
}
