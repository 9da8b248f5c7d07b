/**
 * The bucket layout of an HDR histogram with three significant digits and a lowest discernible value of 1.
 *
 * Values below 2^11 have a bucket each. Above, each doubling has 2^10 buckets, so a bucket that starts at v is at
 * most v / 1024 wide. A bucket's number depends on the value alone, not on the highest trackable one, which is why
 * histograms of different ranges can be added. The layout is HdrHistogram's (https://hdrhistogram.org).
 */
const SUB_BITS = 10
const SUB_COUNT = 1 << SUB_BITS
/** The highest value with a bucket of its own; all its bits are set. */
const LINEAR_MAX = 2 * SUB_COUNT - 1
const LINEAR_LEADING_ZEROS = Math.clz32(LINEAR_MAX)
/** Bits dropped from a value too large for 32-bit arithmetic; no precision is lost, its bucket is wider. */
const FAR_BITS = 6

/** The highest value of 32-bit arithmetic, which is the fast one. */
export const NEAR_MAX = 2 ** 31 - 1

/** One day in microseconds: the highest value recorded as it is; a higher one is clamped to it. */
export const MAX_TRACKABLE = 86_400_000_000

/** Buckets needed for every value up to the highest trackable one. */
export const BUCKET_COUNT = bucketOf(MAX_TRACKABLE) + 1

/** The bucket of a value in 0..MAX_TRACKABLE; a fraction is dropped. */
export function bucketOf(value: number): number {
  if (value <= NEAR_MAX) return nearBucketOf(value)
  return nearBucketOf(Math.floor(value / 2 ** FAR_BITS)) + (FAR_BITS << SUB_BITS)
}

/** The bucket of a value up to NEAR_MAX: its leading 11 bits, after 2^10 buckets for each bit dropped behind them. */
export function nearBucketOf(value: number): number {
  const dropped = LINEAR_LEADING_ZEROS - Math.clz32(value | LINEAR_MAX)
  return (dropped << SUB_BITS) + (value >>> dropped)
}

/** The lowest value of a bucket. */
export function lowestOf(bucket: number): number {
  const dropped = droppedBits(bucket)
  return (bucket - (dropped << SUB_BITS)) * (1 << dropped)
}

/** The highest value of a bucket that can have been recorded. */
export function highestOf(bucket: number): number {
  return Math.min(lowestOf(bucket + 1) - 1, MAX_TRACKABLE)
}

/** The value in the middle of a bucket, rounded up. */
export function medianOf(bucket: number): number {
  return lowestOf(bucket) + ((1 << droppedBits(bucket)) >>> 1)
}

/** The length of an array of counts that holds `bucket` and all others of its doubling. */
export function lengthFor(bucket: number): number {
  return ((bucket >>> SUB_BITS) + 1) << SUB_BITS
}

function droppedBits(bucket: number): number {
  return Math.max(0, (bucket >>> SUB_BITS) - 1)
}
