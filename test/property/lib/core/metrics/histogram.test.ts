import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { build, encodeIntoCompressedBase64, type JsHistogram } from 'hdr-histogram-js'
import { doDecode } from 'hdr-histogram-js/dist/JsHistogram.encoding.js'
import { expect, test } from 'vitest'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { Histogram, MAX_TRACKABLE } from '../../../../../lib/core/metrics/histogram.ts'

const RELATIVE_ERROR = 0.001
/** The header fields in which hdr-histogram-js departs from HdrHistogram: it writes the integer 1 in both. */
const NORMALIZING_OFFSET = [8, 12] as const
const CONVERSION_RATIO = [32, 40] as const

const value = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 0, max: MAX_TRACKABLE }),
  fc
    .tuple(fc.integer({ min: 0, max: 36 }), fc.integer({ min: -1, max: 1 }))
    .map(([power, offset]) => Math.max(0, 2 ** power + offset)),
)
const values = fc.array(value, { maxLength: 300 })
const someValues = fc.array(value, { minLength: 1, maxLength: 300 })
const outOfRange = fc.oneof(fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 53), value)
const quantile = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 0.95, 0.99, 1))

function histogramOf(recorded: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const each of recorded) histogram.record(each)
  return histogram
}

function stateOf(histogram: Histogram) {
  const { count, min, max, sum, clamped } = histogram
  return { count, min, max, sum, clamped, bytes: histogram.encode() }
}

function merged(...parts: readonly Histogram[]): Histogram {
  const whole = new Histogram()
  for (const part of parts) whole.add(part)
  return whole
}

function referenceOf(recorded: readonly number[], highestTrackableValue = MAX_TRACKABLE): JsHistogram {
  const reference = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue,
    numberOfSignificantValueDigits: 3,
  }) as JsHistogram
  for (const each of recorded) reference.recordValue(each)
  return reference
}

/** The uncompressed V2 encoding inside hdr-histogram-js's compressed one, whose header has 8 bytes. */
function referenceBytes(reference: JsHistogram): Uint8Array {
  return new Uint8Array(inflateSync(Buffer.from(encodeIntoCompressedBase64(reference), 'base64').subarray(8)))
}

function countsOf(reference: JsHistogram): number[] {
  return Array.from({ length: reference.countsArrayLength }, (_, index) => reference.getCountAtIndex(index))
}

/** Naive: the value of the rank in the sorted list. */
function exactQuantile(recorded: readonly number[], q: number): number {
  const rank = Math.max(1, Math.ceil(q * recorded.length * (1 - Number.EPSILON)))
  return recorded.toSorted((a, b) => a - b)[rank - 1] as number
}

test('a quantile is at most 0.1 % above the exact one, and never below it', () => {
  fc.assert(
    fc.property(someValues, quantile, (recorded, q) => {
      const exact = exactQuantile(recorded, q)
      const read = histogramOf(recorded).quantile(q)
      expect(read).toBeGreaterThanOrEqual(exact)
      expect(read).toBeLessThanOrEqual(exact * (1 + RELATIVE_ERROR))
    }),
  )
})

test('count, extremes, sum and mean are those of the recorded values', () => {
  fc.assert(
    fc.property(someValues, (recorded) => {
      const { count, min, max, sum, mean } = histogramOf(recorded)
      const exactSum = recorded.reduce((total, each) => total + each, 0)
      expect({ count, min, max, sum, mean }).toEqual({
        count: recorded.length,
        min: Math.min(...recorded),
        max: Math.max(...recorded),
        sum: exactSum,
        mean: exactSum / recorded.length,
      })
    }),
  )
})

test('the values at or below a limit include all that are, and none more than 0.1 % above it', () => {
  fc.assert(
    fc.property(someValues, value, (recorded, limit) => {
      const read = histogramOf(recorded).countAtOrBelow(limit)
      const within = (highest: number) => recorded.filter((each) => each <= highest).length
      expect(read).toBeGreaterThanOrEqual(within(limit))
      expect(read).toBeLessThanOrEqual(within(limit * (1 + RELATIVE_ERROR)))
    }),
  )
})

test('merging histograms is recording all their values into one, in any order and grouping', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.array(outOfRange), fc.array(outOfRange), fc.array(outOfRange)),
      ([valuesA, valuesB, valuesC]) => {
        const [a, b, c] = [histogramOf(valuesA), histogramOf(valuesB), histogramOf(valuesC)]
        const expected = stateOf(histogramOf([...valuesA, ...valuesB, ...valuesC]))
        expect(stateOf(merged(a, b, c))).toEqual(expected)
        expect(stateOf(merged(c, a, b))).toEqual(expected)
        expect(stateOf(merged(a, merged(b, c)))).toEqual(expected)
      },
    ),
  )
})

test('adding encoded histograms is adding the histograms', () => {
  fc.assert(
    fc.property(fc.array(fc.array(outOfRange), { maxLength: 5 }), (parts) => {
      const histograms = parts.map(histogramOf)
      const whole = new Histogram()
      for (const part of histograms) {
        const { min, max, sum, clamped } = part
        whole.addEncoded(part.encode(), { min, max, sum, clamped })
      }
      expect(stateOf(whole)).toEqual(stateOf(merged(...histograms)))
    }),
  )
})

test('counts of any size are added straight from their bytes', () => {
  const counted = fc.array(
    fc.record({
      value: fc.integer({ min: 0, max: 5_000 }),
      count: fc.oneof(
        fc.nat({ max: 70 }),
        fc.nat({ max: 20_000 }),
        fc.nat({ max: 2 ** 29 }),
        fc.constant(2 ** 33),
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(fc.array(counted, { maxLength: 4 }), (parts) => {
      const histograms = parts.map((part) => {
        const histogram = new Histogram()
        for (const { value, count } of part) histogram.record(value, count)
        return histogram
      })
      const whole = new Histogram()
      for (const part of histograms) whole.addEncoded(part.encode(), part)
      expect(stateOf(whole)).toEqual(stateOf(merged(...histograms)))
    }),
  )
})

test('a damaged encoding with exact values is either refused and adds nothing, or adds what its bytes say', () => {
  const damage = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }), cut: fc.nat({ max: 3 }) })
  fc.assert(
    fc.property(someValues, values, damage, (recorded, present, { at, to, cut }) => {
      const source = histogramOf(recorded)
      const bytes = source.encode()
      bytes[at % bytes.length] = to
      const cutBytes = bytes.subarray(0, bytes.length - cut)
      const histogram = histogramOf(present)
      const before = stateOf(histogram)
      try {
        histogram.addEncoded(cutBytes, source)
      } catch (error) {
        expect(error).toBeInstanceOf(VolleyError)
        expect(stateOf(histogram)).toEqual(before)
        return
      }
      const said = Histogram.decode(cutBytes)
      const expected = stateOf(merged(histogramOf(present), said))
      // Exact values of nothing are not looked at.
      const { min, max, sum } = said.count === 0 ? expected : stateOf(merged(histogramOf(present), source))
      expect(stateOf(histogram)).toEqual({ ...expected, min, max, sum })
    }),
    { numRuns: 300 },
  )
})

test('a decoded histogram has the bytes it came from and bounds the exact values', () => {
  fc.assert(
    fc.property(someValues, (recorded) => {
      const source = histogramOf(recorded)
      const decoded = Histogram.decode(source.encode())
      expect(decoded.encode()).toEqual(source.encode())
      expect(decoded.min).toBeLessThanOrEqual(source.min)
      expect(decoded.min).toBeGreaterThanOrEqual(source.min * (1 - RELATIVE_ERROR))
      expect(decoded.max).toBeGreaterThanOrEqual(source.max)
      expect(decoded.max).toBeLessThanOrEqual(source.max * (1 + RELATIVE_ERROR))
      expect(Math.abs(decoded.sum - source.sum)).toBeLessThanOrEqual((source.sum * RELATIVE_ERROR) / 2)
    }),
  )
})

test('the bytes are those of hdr-histogram-js but for the two fields that it writes otherwise', () => {
  fc.assert(
    fc.property(values, (recorded) => {
      const expected = referenceBytes(referenceOf(recorded))
      expected.set([0, 0, 0, 0], NORMALIZING_OFFSET[0])
      expected.set([0x3f, 0xf0, 0, 0, 0, 0, 0, 0], CONVERSION_RATIO[0])
      expect(histogramOf(recorded).encode()).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('hdr-histogram-js reads the same counts from the bytes', () => {
  fc.assert(
    fc.property(values, (recorded) => {
      const reference = doDecode(histogramOf(recorded).encode(), 64)
      expect(countsOf(reference)).toEqual(countsOf(referenceOf(recorded)))
    }),
    { numRuns: 30 },
  )
})

test('encodings of hdr-histogram-js are read whatever their highest trackable value', () => {
  const range = fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(values, range, (recorded, highest) => {
      const reference = referenceOf(recorded, Math.max(highest, ...recorded))
      expect(Histogram.decode(referenceBytes(reference)).encode()).toEqual(histogramOf(recorded).encode())
    }),
    { numRuns: 50 },
  )
})

test('the distribution is that of the percentile iterator of hdr-histogram-js', () => {
  // Steps that are powers of two, in which the iterator's own sums of percentiles are exact.
  fc.assert(
    fc.property(someValues, fc.constantFrom(1, 2, 4, 8), (recorded, ticks) => {
      const histogram = histogramOf(recorded)
      const { percentileIterator: iterator } = referenceOf(recorded)
      const expected: unknown[] = []
      for (iterator.reset(ticks); iterator.hasNext(); ) {
        const { percentileLevelIteratedTo, valueIteratedTo, totalCountToThisValue } = iterator.next()
        expected.push({
          percentile: percentileLevelIteratedTo / 100,
          value: Math.min(valueIteratedTo, histogram.max),
          count: totalCountToThisValue,
        })
      }
      expect([...histogram.distribution(ticks)]).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('a damaged encoding is either refused and adds nothing, or adds what it says', () => {
  const damage = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }), cut: fc.nat({ max: 3 }) })
  fc.assert(
    fc.property(someValues, values, damage, (recorded, present, { at, to, cut }) => {
      const bytes = histogramOf(recorded).encode()
      bytes[at % bytes.length] = to
      const cutBytes = bytes.subarray(0, bytes.length - cut)
      const histogram = histogramOf(present)
      const before = stateOf(histogram)
      try {
        histogram.addEncoded(cutBytes)
      } catch (error) {
        expect(error).toBeInstanceOf(VolleyError)
        expect(stateOf(histogram)).toEqual(before)
        return
      }
      expect(stateOf(histogram)).toEqual(stateOf(merged(histogramOf(present), Histogram.decode(cutBytes))))
      expect(histogram.countAtOrBelow(histogram.max - 1)).toBeLessThanOrEqual(histogram.count)
      expect(histogram.count).toBe([...histogram.distribution()].at(-1)?.count ?? 0)
    }),
    { numRuns: 300 },
  )
})
