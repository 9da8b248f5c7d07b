import { addCounts, takeBack } from './histogram/adding.ts'
import { bucketOf, highestOf, lengthFor, MAX_TRACKABLE, NEAR_MAX, nearBucketOf } from './histogram/bucket.ts'
import { type Counts, encodeCounts, readCounts, type UsedBuckets } from './histogram/encoding.ts'
import { checkExact, type ExactValues, estimateExact, isPlausible } from './histogram/exact.ts'

export { MAX_TRACKABLE } from './histogram/bucket.ts'
export type { ExactValues } from './histogram/exact.ts'

/** A point of the percentile axis: `count` values are at or below `value`. `percentile` is in 0..1. */
export interface DistributionPoint {
  percentile: number
  value: number
  count: number
}

const MAX_UINT32 = 2 ** 32 - 1
/** HdrHistogram encodes a histogram without values as an empty bucket 0. */
const NO_COUNTS = new Uint32Array(1)

/**
 * An HDR histogram of whole values from 0 to `MAX_TRACKABLE`, with three significant digits: a value read from it
 * is less than 0.1 % above the one recorded. The unit is the caller's. Count, sum and extremes are kept beside the
 * buckets and are exact (the sum up to 2^53).
 *
 * A bucket holds no more than the total, so counts are 32-bit integers until the total outgrows those, and doubles
 * from then on, exact up to a total of 2^53.
 */
export class Histogram {
  #counts: Counts = new Uint32Array(0)
  #count = 0
  #sum = 0
  #min = MAX_TRACKABLE
  #max = 0
  #clamped = 0

  /** A new histogram of encoded counts; see `addEncoded`. */
  static decode(bytes: Uint8Array, exact?: ExactValues): Histogram {
    const histogram = new Histogram()
    histogram.addEncoded(bytes, exact)
    return histogram
  }

  /**
   * Records a value, rounded to a whole one, `count` times (a whole number; below 1 nothing is recorded). A value out
   * of range is recorded as the nearest one in range, NaN as 0, and counted in `clamped`.
   */
  record(value: number, count = 1): void {
    if (!(count >= 1)) return
    if (value >= 0 && value < NEAR_MAX) {
      const whole = (value + 0.5) | 0
      this.#put(nearBucketOf(whole), whole, count)
    } else this.#recordFar(value, count)
  }

  get count(): number {
    return this.#count
  }

  /** The lowest value; 0 when empty. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min
  }

  /** The highest value; 0 when empty. */
  get max(): number {
    return this.#max
  }

  get sum(): number {
    return this.#sum
  }

  /** 0 when empty. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count
  }

  /** How many of the values were out of range or not numbers. */
  get clamped(): number {
    return this.#clamped
  }

  /**
   * The value that a share `q` (0..1) of all values is at or below: the highest equivalent value of the bucket that
   * holds rank ceil(q · count), at least rank 1, and never above `max`. 0 when empty.
   */
  quantile(q: number): number {
    const last = bucketOf(this.#max)
    let remaining = rankOf(q, this.#count)
    for (let bucket = bucketOf(this.min); bucket < last; bucket++) {
      remaining -= this.#counts[bucket] as number
      if (remaining <= 0) return highestOf(bucket)
    }
    return this.#max
  }

  /** How many values are at or below `value`; those in the bucket of `value` count as such, up to 0.1 % above it. */
  countAtOrBelow(value: number): number {
    if (value >= this.#max) return this.#count
    if (!(value >= this.#min)) return 0
    const last = bucketOf(value)
    let count = 0
    for (let bucket = bucketOf(this.#min); bucket <= last; bucket++) count += this.#counts[bucket] as number
    return count
  }

  /** Adds all values of another histogram, which stays as it is. */
  add(other: Histogram): void {
    if (other.#count === 0) return
    const first = bucketOf(other.#min)
    const last = bucketOf(other.#max)
    this.#makeRoom(last, this.#count + other.#count)
    const into = this.#counts
    const from = other.#counts
    for (let bucket = first; bucket <= last; bucket++) (into[bucket] as number) += from[bucket] as number
    this.#addExact(other.#count, other.#sum, other.#min, other.#max, other.#clamped)
  }

  /** Forgets all values and keeps the memory. */
  reset(): void {
    if (this.#count > 0) this.#counts.fill(0, bucketOf(this.#min), bucketOf(this.#max) + 1)
    this.#count = 0
    this.#sum = 0
    this.#min = MAX_TRACKABLE
    this.#max = 0
    this.#clamped = 0
  }

  /** HdrHistogram's V2 encoding, uncompressed. It leaves out `ExactValues`, which travel beside it. */
  encode(): Uint8Array {
    if (this.#count === 0) return encodeCounts(NO_COUNTS, 0, 0)
    return encodeCounts(this.#counts, bucketOf(this.#min), bucketOf(this.#max))
  }

  /**
   * Adds the values of an encoded histogram, of any range if it has three digits and a lowest value of 1. Without
   * `exact`, extremes and sum are estimated from the buckets: lowest, highest and middle equivalent values.
   * Throws `SNAPSHOT_INVALID`, and has added nothing, where the bytes are not such an encoding, hold values above
   * `MAX_TRACKABLE` or contradict `exact`, or where the total would pass 2^53 − 1.
   */
  addEncoded(bytes: Uint8Array, exact?: ExactValues): void {
    if (exact !== undefined && this.#addStraight(bytes, exact)) return
    const used = readCounts(bytes, this.#count)
    if (used.total === 0) return
    if (exact !== undefined) checkExact(exact, used)
    const { min, max, sum, clamped = 0 } = exact ?? estimateExact(used)
    this.#makeRoom(bucketOf(max), this.#count + used.total)
    addUsed(this.#counts, used)
    this.#addExact(used.total, sum, min, max, clamped)
  }

  /**
   * The points of a percentile chart, as HdrHistogram's percentile iterator gives them: `ticksPerHalfDistance` steps
   * (at least 1) from 0 to 0.5, as many from 0.5 to 0.75, and so on, until the highest value has percentile 1.
   * There are none when empty.
   */
  *distribution(ticksPerHalfDistance = 5): Generator<DistributionPoint, void, undefined> {
    if (this.#count === 0) return
    const max = this.#max
    const last = bucketOf(max)
    let count = 0
    let tick = 0
    let percentile = 0
    for (let bucket = bucketOf(this.#min); bucket < last; bucket++) {
      count += this.#counts[bucket] as number
      for (; percentile <= count / this.#count; percentile = percentileAt(++tick, ticksPerHalfDistance))
        yield { percentile, value: highestOf(bucket), count }
    }
    yield { percentile, value: max, count: this.#count }
    yield { percentile: 1, value: max, count: this.#count }
  }

  /**
   * The values that were recorded since an earlier state of this histogram, each as the highest equivalent value of its
   * bucket with how often it came, in ascending order.
   */
  *since(earlier: Histogram): Generator<[value: number, count: number], void, undefined> {
    if (this.#count === 0) return
    const last = bucketOf(this.#max)
    for (let bucket = bucketOf(this.#min); bucket <= last; bucket++) {
      const count = (this.#counts[bucket] as number) - (earlier.#counts[bucket] ?? 0)
      if (count > 0) yield [highestOf(bucket), count]
    }
  }

  /** Adds an ordinary encoding without reading it into anything else first; false, and nothing added, for others. */
  #addStraight(bytes: Uint8Array, exact: ExactValues): boolean {
    const { min, max, sum, clamped = 0 } = exact
    if (!(min >= 0 && min <= max && max <= MAX_TRACKABLE)) return false
    this.#makeRoom(bucketOf(max), this.#count)
    const counts = this.#counts
    if (counts instanceof Float64Array) return false
    const total = addCounts(counts, bytes, bucketOf(min), bucketOf(max))
    if (total === 0) return false
    if (this.#count + total > MAX_UINT32 || !isPlausible(exact, total)) {
      takeBack(counts, bytes, bucketOf(min))
      return false
    }
    this.#addExact(total, sum, min, max, clamped)
    return true
  }

  #addExact(count: number, sum: number, min: number, max: number, clamped: number): void {
    this.#count += count
    this.#sum += sum
    this.#min = Math.min(this.#min, min)
    this.#max = Math.max(this.#max, max)
    this.#clamped += clamped
  }

  /** Records a value that 32-bit integers cannot hold, or one out of range. */
  #recordFar(value: number, count: number): void {
    const isInRange = value >= 0 && value <= MAX_TRACKABLE
    if (!isInRange) this.#clamped += count
    const nearest = value > 0 ? MAX_TRACKABLE : 0
    const whole = isInRange ? Math.floor(value + 0.5) : nearest
    this.#put(bucketOf(whole), whole, count)
  }

  #put(bucket: number, whole: number, count: number): void {
    const total = this.#count + count
    if (bucket >= this.#counts.length || total > MAX_UINT32) this.#makeRoom(bucket, total)
    ;(this.#counts[bucket] as number) += count
    this.#count = total
    this.#sum += whole * count
    if (whole < this.#min) this.#min = whole
    if (whole > this.#max) this.#max = whole
  }

  /** Makes the counts long enough for `bucket` and wide enough for `total`. */
  #makeRoom(bucket: number, total: number): void {
    const mustBeWide = total > MAX_UINT32
    const isWideEnough = !mustBeWide || this.#counts instanceof Float64Array
    if (bucket < this.#counts.length && isWideEnough) return
    const length = Math.max(this.#counts.length, lengthFor(bucket))
    const counts = mustBeWide ? new Float64Array(length) : new Uint32Array(length)
    counts.set(this.#counts)
    this.#counts = counts
  }
}

function addUsed(into: Counts, { buckets, counts, length }: UsedBuckets): void {
  for (let index = 0; index < length; index++)
    (into[buckets[index] as number] as number) += counts[index] as number
}

/**
 * ceil(q · count), at least 1. A product within its rounding error of a whole number stands for that number, as in
 * HdrHistogram: 0.07 · 100 is 7.000000000000001, and means the 7th value.
 */
function rankOf(q: number, count: number): number {
  const product = q * count
  const whole = Math.round(product)
  return Math.max(1, Math.abs(product - whole) <= product * Number.EPSILON ? whole : Math.ceil(product))
}

/** The percentile of a tick: each `perHalf` ticks cover half of what is left to 1. */
function percentileAt(tick: number, perHalf: number): number {
  const left = 0.5 ** Math.floor(tick / perHalf)
  return 1 - left + (left * (tick % perHalf)) / (2 * perHalf)
}
