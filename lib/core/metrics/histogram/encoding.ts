import { VolleyError } from '../../base/errors.ts'
import { BUCKET_COUNT, MAX_TRACKABLE } from './bucket.ts'

/**
 * HdrHistogram's V2 encoding, uncompressed: a header of 40 bytes, big endian, and the counts from bucket 0 to the
 * last one used. A count is a zig-zag LEB128 integer; a negative one stands for that many empty buckets, of which
 * there are at least two. Source: HdrHistogram's `encodeIntoByteBuffer`.
 */
export const HEADER_BYTES = 40
const AT = {
  cookie: 0,
  payloadLength: 4,
  normalizingOffset: 8,
  digits: 12,
  lowest: 16,
  highest: 24,
  ratio: 32,
}
const COOKIE = 0x1c849313
const DIGITS = 3
const LOWEST = 1
/** The bytes a count of up to 2^53 takes; a run of empty buckets takes fewer than as many counts would. */
const MAX_COUNT_BYTES = 8

/** Counts by bucket. */
export type Counts = Uint32Array | Float64Array

/** The first `length` entries are the used buckets in ascending order, and their counts, which sum to `total`. */
export interface UsedBuckets {
  readonly buckets: Uint16Array
  readonly counts: Float64Array
  length: number
  total: number
}

/** Reused by every reading, so that none allocates: a reading is used up before the next one starts. */
const reading: UsedBuckets = {
  buckets: new Uint16Array(BUCKET_COUNT),
  counts: new Float64Array(BUCKET_COUNT),
  length: 0,
  total: 0,
}

/** Reused by every writing; its result is a copy. */
const writing = new Uint8Array(HEADER_BYTES + BUCKET_COUNT * MAX_COUNT_BYTES)

/** Encodes counts of which buckets `first` and `last` are the outermost used ones; bucket 0 is both when all are empty. */
export function encodeCounts(counts: Counts, first: number, last: number): Uint8Array {
  const end = writeCounts(writing, counts, first, last)
  writeHeader(writing, end - HEADER_BYTES)
  return writing.slice(0, end)
}

function writeHeader(bytes: Uint8Array, payloadLength: number): void {
  const view = new DataView(bytes.buffer)
  view.setUint32(AT.cookie, COOKIE)
  view.setUint32(AT.payloadLength, payloadLength)
  view.setUint32(AT.normalizingOffset, 0)
  view.setUint32(AT.digits, DIGITS)
  setUint64(view, AT.lowest, LOWEST)
  setUint64(view, AT.highest, MAX_TRACKABLE)
  view.setFloat64(AT.ratio, 1)
}

function writeCounts(bytes: Uint8Array, counts: Counts, first: number, last: number): number {
  let at = writeEmpty(bytes, HEADER_BYTES, first)
  for (let bucket = first; bucket <= last; bucket++) {
    const count = counts[bucket] as number
    if (count === 0 && counts[bucket + 1] === 0) {
      const run = bucket
      while (counts[bucket + 1] === 0) bucket++
      at = writeEmpty(bytes, at, bucket + 1 - run)
    } else at = writeWord(bytes, at, 2 * count)
  }
  return at
}

function writeEmpty(bytes: Uint8Array, at: number, buckets: number): number {
  if (buckets === 0) return at
  return writeWord(bytes, at, buckets === 1 ? 0 : 2 * buckets - 1)
}

/** Writes a zig-zag word, seven bits a byte, the lowest first; a byte's top bit says that another follows. */
function writeWord(bytes: Uint8Array, at: number, word: number): number {
  let next = at
  let rest = word
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) | 128
  for (; rest > 127; rest >>>= 7) bytes[next++] = rest | 128
  bytes[next++] = rest
  return next
}

/**
 * Reads the used buckets of an encoding, whatever its highest trackable value; valid until the next call.
 * Throws `SNAPSHOT_INVALID` where the bytes are not the V2 encoding, have another precision, are cut or too long, or
 * hold a value above the highest trackable one or more values than can be counted exactly with those `alreadyCounted`.
 */
export function readCounts(bytes: Uint8Array, alreadyCounted: number): UsedBuckets {
  checkHeader(bytes)
  const end = parseCounts(bytes)
  const total = alreadyCounted + reading.total
  if (!(total <= Number.MAX_SAFE_INTEGER))
    throw invalid('count', `${total}`, `at most ${Number.MAX_SAFE_INTEGER}`)
  if (!(end <= BUCKET_COUNT))
    throw invalid('counts', `${end} buckets`, `${BUCKET_COUNT} buckets, for values up to ${MAX_TRACKABLE}`)
  return reading
}

/** Throws `SNAPSHOT_INVALID` where the bytes are not an encoding of this precision, or are cut. */
export function checkHeader(bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES) throw invalid('length', `${bytes.length} B`, `at least ${HEADER_BYTES} B`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const payloadLength = bytes.length - HEADER_BYTES
  expectField('cookie', view.getUint32(AT.cookie), COOKIE)
  expectField('digits', view.getUint32(AT.digits), DIGITS)
  expectField('lowest', getUint64(view, AT.lowest), LOWEST)
  expectField('payloadLength', view.getUint32(AT.payloadLength), payloadLength)
  if (payloadLength > 0 && (bytes[bytes.length - 1] as number) > 127)
    throw invalid('counts', 'ends inside a count', 'whole counts')
}

/**
 * Fills `reading` and returns the number of buckets covered. What a word means (a count, an empty bucket, a run of
 * them) is as good as random, so it is told apart by arithmetic: mispredicted branches would take most of the time.
 * An entry that turns out to be empty is overwritten by the next one.
 */
function parseCounts(bytes: Uint8Array): number {
  const { buckets, counts } = reading
  const end = bytes.length
  let bucket = 0
  let used = 0
  let total = 0
  for (let at = HEADER_BYTES; at < end; ) {
    const head = bytes[at++] as number
    let word = head
    if (head > 127) {
      let byte = bytes[at++] as number
      word = (head & 127) | ((byte & 127) << 7)
      for (let scale = 2 ** 14; byte > 127; scale *= 128) {
        byte = bytes[at++] as number
        word += (byte & 127) * scale
      }
      if (byte === 0)
        throw invalid('counts', 'a count with a trailing zero byte', 'the shortest form of each count')
    }
    const half = word < 2 ** 31 ? word >>> 1 : Math.floor(word / 2)
    const isRun = head & 1
    const isFilled = (-head >>> 31) & ~head
    const count = half * (1 - isRun)
    buckets[used] = bucket
    counts[used] = count
    used += isFilled
    total += count
    bucket += 1 + half * isRun
  }
  reading.length = used
  reading.total = total
  return bucket
}

function expectField(field: string, value: number, limit: number): void {
  if (value !== limit) throw invalid(field, `${value}`, `${limit}`)
}

/** The error for an encoded histogram that contradicts its format or what was said of it. */
export function invalid(field: string, value: string, limit: string): VolleyError {
  const next = 'discard this histogram: its bytes are damaged or of another format'
  return new VolleyError('SNAPSHOT_INVALID', 'An encoded histogram cannot be read.', [
    { field: `histogram.${field}`, value, limit, next },
  ])
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32))
  view.setUint32(at + 4, value % 2 ** 32)
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
}
