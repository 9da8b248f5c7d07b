import { checkHeader, HEADER_BYTES } from './encoding.ts'

/** Two counts of two bytes each: in both, the first byte goes on, the second does not, and the lowest bit is 0. */
const PAIR_MASK = 0x80818081 | 0
const PAIR = 0x00800080
/** Four counts of one byte each. */
const FOUR_MASK = 0x81818181 | 0

/** Where a stretch of words ended, and what their counts sum to. `end` is -1 where they are not what was expected. */
const added = { end: -1, total: 0 }

/**
 * Adds the counts of an encoding straight to `into`, which has room for bucket `last`, and returns their sum. It knows
 * the outermost used buckets already, and takes counts up to 2^27 in their shortest form only: whatever is different
 * makes it add nothing and return 0, and the careful way (`readCounts`) has to do it or say what is wrong.
 * Throws `SNAPSHOT_INVALID` for bytes with another header.
 */
export function addCounts(into: Uint32Array, bytes: Uint8Array, first: number, last: number): number {
  checkHeader(bytes)
  const start = afterEmpty(bytes, first)
  if (start === -1) return 0
  const atFirst = into[first]
  const atLast = into[last]
  addWords(into, bytes, start, first)
  if (added.end === last + 1 && into[first] !== atFirst && into[last] !== atLast) return added.total
  takeBack(into, bytes, first)
  return 0
}

/** Undoes an addition: what was added to a bucket is taken off again, whatever it was. */
export function takeBack(into: Uint32Array, bytes: Uint8Array, first: number): void {
  const same = new Uint32Array(into.length)
  addWords(same, bytes, afterEmpty(bytes, first), first)
  for (let bucket = 0; bucket < same.length; bucket++) (into[bucket] as number) -= same[bucket] as number
}

/** Where the counts begin if they begin with `buckets` empty ones written in one word; else -1. */
function afterEmpty(bytes: Uint8Array, buckets: number): number {
  if (buckets === 0) return HEADER_BYTES
  let rest = buckets === 1 ? 0 : 2 * buckets - 1
  let at = HEADER_BYTES
  for (; rest > 127; rest >>>= 7) if (bytes[at++] !== ((rest & 127) | 128)) return -1
  return bytes[at++] === rest ? at : -1
}

/**
 * Adds words from `start` on, the first of which is bucket `first`. Four bytes are looked at together: neighbouring
 * counts are alike in size, so they mostly are two counts or four, and one comparison tells.
 */
function addWords(into: Uint32Array, bytes: Uint8Array, start: number, first: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length
  let bucket = first
  let total = 0
  /** Negative once a word was longer than it had to be. */
  let spare = 0
  let at = start
  while (at < end) {
    const four = end - at >= 4 ? view.getInt32(at, true) : lastBytes(bytes, at)
    if ((four & PAIR_MASK) === PAIR) {
      const one = ((four & 0x7e) >>> 1) | ((four & 0x7f00) >>> 2)
      const two = ((four >>> 17) & 0x3f) | ((four >>> 18) & 0x1fc0)
      ;(into[bucket] as number) += one
      ;(into[bucket + 1] as number) += two
      spare |= (one - 64) | (two - 64)
      total += one + two
      bucket += 2
      at += 4
      continue
    }
    if ((four & FOUR_MASK) === 0) {
      const one = (four >>> 1) & 0x3f
      const two = (four >>> 9) & 0x3f
      const three = (four >>> 17) & 0x3f
      const last = four >>> 25
      ;(into[bucket] as number) += one
      ;(into[bucket + 1] as number) += two
      ;(into[bucket + 2] as number) += three
      ;(into[bucket + 3] as number) += last
      total += one + two + three + last
      bucket += 4
      at += 4
      continue
    }
    let word = four & 0x7f
    at++
    if (four & 0x80) {
      word |= (four >>> 1) & 0x3f80
      spare |= word - 0x80
      at++
      if (four & 0x8000) {
        word |= (four >>> 2) & 0x1fc000
        spare |= word - 0x4000
        at++
        if (four & 0x800000) {
          word |= (four >>> 3) & 0xfe00000
          spare |= four < 0 ? -1 : word - 0x200000
          at++
        }
      }
    }
    // What an odd word means (a run of empty buckets) is as good as random: arithmetic costs less than a branch.
    const half = word >>> 1
    const isRun = word & 1
    const count = half & (isRun - 1)
    ;(into[bucket] as number) += count
    total += count
    bucket += 1 + (half & -isRun)
  }
  added.end = at === end && spare >= 0 ? bucket : -1
  added.total = total
}

/** The last bytes, fewer than four; those that are missing are like none that a word ends with. */
function lastBytes(bytes: Uint8Array, at: number): number {
  let four = -1
  for (let next = bytes.length - 1; next >= at; next--) four = (four << 8) | (bytes[next] as number)
  return four
}
