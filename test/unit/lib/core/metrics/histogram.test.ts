import { describe, expect, test } from 'vitest'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { Histogram, MAX_TRACKABLE } from '../../../../../lib/core/metrics/histogram.ts'

const HEADER_HEX =
  '1c849313' + // cookie
  '00000002' + // payload length
  '00000000' + // normalizing offset
  '00000003' + // significant digits
  '0000000000000001' + // lowest discernible value
  '000000141dd76000' + // highest trackable value
  '3ff0000000000000' // value conversion ratio

function histogramOf(...values: number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

function oneTo(highest: number): Histogram {
  return histogramOf(...Array.from({ length: highest }, (_, index) => index + 1))
}

function stateOf(histogram: Histogram) {
  const { count, min, max, sum, clamped } = histogram
  return { count, min, max, sum, clamped, bytes: histogram.encode() }
}

describe('recording', () => {
  test('an empty histogram reads 0 everywhere', () => {
    const { count, min, max, sum, mean, clamped } = new Histogram()
    expect({ count, min, max, sum, mean, clamped }).toEqual({
      count: 0,
      min: 0,
      max: 0,
      sum: 0,
      mean: 0,
      clamped: 0,
    })
    expect(new Histogram().quantile(0.99)).toBe(0)
    expect(new Histogram().countAtOrBelow(1_000)).toBe(0)
  })

  test('count, extremes, sum and mean are exact where buckets are wide', () => {
    const { count, min, max, sum, mean } = histogramOf(100_001, 3_000_000_007, 20_000_003)
    expect({ count, min, max, sum, mean }).toEqual({
      count: 3,
      min: 100_001,
      max: 3_000_000_007,
      sum: 3_020_100_011,
      mean: 1_006_700_003.6666666,
    })
  })

  test.each([
    [1.4, 1],
    [1.5, 2],
    [2_147_483_646.4, 2_147_483_646],
    [2_147_483_646.5, 2_147_483_647],
    [2_147_483_647.4, 2_147_483_647],
    [2_147_483_647.5, 2_147_483_648],
    [86_399_999_999.5, 86_400_000_000],
  ])('%d is rounded to %d', (value, whole) => {
    const { min, max, sum } = histogramOf(value)
    expect({ min, max, sum }).toEqual({ min: whole, max: whole, sum: whole })
  })

  test('a value can be recorded many times at once', () => {
    const histogram = new Histogram()
    histogram.record(10, 3)
    histogram.record(40)
    expect([histogram.count, histogram.sum, histogram.quantile(0.75)]).toEqual([4, 70, 10])
  })

  test('a count below 1 records nothing', () => {
    const histogram = new Histogram()
    histogram.record(10, 0)
    histogram.record(-10, Number.NaN)
    expect(stateOf(histogram)).toEqual(stateOf(new Histogram()))
  })

  test.each([-1, -0.2, Number.NaN, Number.NEGATIVE_INFINITY])('%d is clamped to 0', (value) => {
    const { count, min, max, sum, clamped } = histogramOf(value)
    expect({ count, min, max, sum, clamped }).toEqual({ count: 1, min: 0, max: 0, sum: 0, clamped: 1 })
  })

  test.each([MAX_TRACKABLE + 1, 2 ** 53, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    '%d is clamped to one day of microseconds',
    (value) => {
      const { max, sum, clamped } = histogramOf(value)
      expect({ max, sum, clamped }).toEqual({ max: 86_400_000_000, sum: 86_400_000_000, clamped: 1 })
    },
  )

  test('the limits of the range, and minus zero, are not clamped', () => {
    const { min, max, clamped } = histogramOf(-0, MAX_TRACKABLE)
    expect({ min, max, clamped }).toEqual({ min: 0, max: 86_400_000_000, clamped: 0 })
  })

  test('a reset histogram is as good as a new one', () => {
    const histogram = histogramOf(3, 70_000, 2 ** 40)
    histogram.reset()
    expect(stateOf(histogram)).toEqual(stateOf(new Histogram()))
    histogram.record(4)
    expect(stateOf(histogram)).toEqual(stateOf(histogramOf(4)))
  })
})

describe('reading', () => {
  test.each([
    [0, 1],
    [0.01, 1],
    [0.011, 2],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('quantile %d of 1 to 100 is %d', (q, value) => {
    expect(oneTo(100).quantile(q)).toBe(value)
  })

  test('a rank that only rounding lifts above a whole number is that number', () => {
    expect(0.07 * 100).toBeGreaterThan(7)
    expect(oneTo(100).quantile(0.07)).toBe(7)
  })

  test('a quantile is the highest value of its bucket', () => {
    expect(histogramOf(100_000, 200_000).quantile(0.5)).toBe(100_031)
  })

  test('a quantile is never above the highest value recorded', () => {
    expect(histogramOf(100_000, 200_000).quantile(1)).toBe(200_000)
  })

  test.each([
    [-1, 0],
    [0.9, 0],
    [1, 1],
    [2.9, 2],
    [99_000, 3],
    [99_968, 4],
    [199_000, 4],
    [200_000, 5],
    [Number.POSITIVE_INFINITY, 5],
    [Number.NaN, 0],
  ])('of 1, 2, 3, 100000 and 200000, at or below %d are %d', (value, count) => {
    expect(histogramOf(1, 2, 3, 100_000, 200_000).countAtOrBelow(value)).toBe(count)
  })

  test('the distribution halves the distance to 1 and ends with it', () => {
    expect([...oneTo(8).distribution(1)]).toEqual([
      { percentile: 0, value: 1, count: 1 },
      { percentile: 0.5, value: 4, count: 4 },
      { percentile: 0.75, value: 6, count: 6 },
      { percentile: 0.875, value: 7, count: 7 },
      { percentile: 0.9375, value: 8, count: 8 },
      { percentile: 1, value: 8, count: 8 },
    ])
  })

  test('the distribution takes five steps per half distance unless told otherwise', () => {
    const percentiles = [...oneTo(4).distribution()].map(({ percentile }) => percentile)
    expect(percentiles).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.775, 1])
  })

  test('the distribution of nothing has no points', () => {
    expect([...new Histogram().distribution()]).toEqual([])
  })
})

describe('adding', () => {
  test('adding keeps exact extremes and sum and leaves the other as it was', () => {
    const histogram = histogramOf(100_001, -1)
    const other = histogramOf(2, 5_000_000_001, 2 ** 60)
    const before = stateOf(other)
    histogram.add(other)
    expect(stateOf(histogram)).toEqual(stateOf(histogramOf(100_001, -1, 2, 5_000_000_001, 2 ** 60)))
    expect(histogram.clamped).toBe(2)
    expect(stateOf(other)).toEqual(before)
  })

  test('adding an empty histogram changes nothing', () => {
    const histogram = histogramOf(5, 6)
    histogram.add(new Histogram())
    expect(stateOf(histogram)).toEqual(stateOf(histogramOf(5, 6)))
  })

  test('a histogram added to itself doubles', () => {
    const histogram = histogramOf(5, 100_001)
    histogram.add(histogram)
    expect(stateOf(histogram)).toEqual(stateOf(histogramOf(5, 5, 100_001, 100_001)))
  })

  test('counts stay exact past 32 bits, however they got there', () => {
    const full = new Histogram()
    full.record(7, 2 ** 32 - 1)
    const byRecord = Histogram.decode(full.encode())
    byRecord.record(7)
    const byAdd = histogramOf(7)
    byAdd.add(full)
    const byBytes = histogramOf(7)
    byBytes.addEncoded(full.encode())
    for (const histogram of [byRecord, byAdd, byBytes]) {
      histogram.record(9)
      expect([histogram.count, histogram.countAtOrBelow(7)]).toEqual([2 ** 32 + 1, 2 ** 32])
    }
  })

  test('counts that widen at a low value keep those of higher ones', () => {
    const histogram = histogramOf(3_000_000)
    histogram.record(7, 2 ** 33)
    expect([histogram.count, histogram.max, histogram.quantile(1)]).toEqual([
      2 ** 33 + 1,
      3_000_000,
      3_000_000,
    ])
    expect(histogram.countAtOrBelow(2_990_000)).toBe(2 ** 33)
  })

  test('wide counts grow with the values and come back narrow', () => {
    const wide = new Histogram()
    wide.record(7, 2 ** 33)
    wide.record(3_000_000)
    expect(wide.countAtOrBelow(2_990_000)).toBe(2 ** 33)
    wide.reset()
    wide.record(3_000_000)
    const narrow = new Histogram()
    narrow.add(wide)
    expect(stateOf(narrow)).toEqual(stateOf(histogramOf(3_000_000)))
  })
})

describe('encoding', () => {
  test('one value of 1 is the header, one empty bucket and one count', () => {
    expect(Buffer.from(histogramOf(1).encode()).toString('hex')).toBe(`${HEADER_HEX}0002`)
  })

  test('a run of empty buckets is one negative word', () => {
    const payload = histogramOf(2, 5, 5, 7).encode().subarray(40)
    expect([...payload]).toEqual([3, 2, 3, 4, 0, 2])
  })

  test('a histogram without values is one empty bucket, and adds nothing', () => {
    const bytes = new Histogram().encode()
    expect([...bytes.subarray(40)]).toEqual([0])
    expect(stateOf(Histogram.decode(bytes))).toEqual(stateOf(new Histogram()))
  })

  test.each([1, 63, 64, 8_191, 8_192, 2 ** 20, 2 ** 27, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 48 + 1, 2 ** 53 - 1])(
    'a count of %d comes back exactly',
    (count) => {
      const histogram = new Histogram()
      histogram.record(100_000, count)
      const decoded = Histogram.decode(histogram.encode())
      expect(decoded.count).toBe(count)
      expect(decoded.countAtOrBelow(100_000)).toBe(count)
      expect(decoded.encode()).toEqual(histogram.encode())
    },
  )

  test('an encoding is not changed by the next one', () => {
    const bytes = histogramOf(1).encode()
    histogramOf(3, 4).encode()
    expect(Buffer.from(bytes).toString('hex')).toBe(`${HEADER_HEX}0002`)
  })

  test('bytes are read in place from inside a larger buffer', () => {
    const bytes = histogramOf(2, 100_001).encode()
    const larger = Buffer.concat([Buffer.from([1, 2, 3]), bytes, Buffer.from([4])])
    const histogram = Histogram.decode(larger.subarray(3, 3 + bytes.length))
    expect(histogram.encode()).toEqual(bytes)
  })

  test('without exact values they are the lowest, highest and middle ones of the buckets', () => {
    const { min, max, sum } = Histogram.decode(histogramOf(3, 99_999, 200_001).encode())
    expect({ min, max, sum }).toEqual({ min: 3, max: 200_063, sum: 3 + 100_000 + 200_000 })
    expect(Histogram.decode(histogramOf(100_031).encode()).min).toBe(99_968)
  })

  test('the highest value never reads as more than one day', () => {
    expect(Histogram.decode(histogramOf(MAX_TRACKABLE).encode()).max).toBe(86_400_000_000)
  })

  test('exact values given with the bytes are kept', () => {
    const source = histogramOf(3, 99_999, 200_001, 2 ** 50)
    const { min, max, sum, clamped } = source
    const histogram = histogramOf(8)
    histogram.addEncoded(source.encode(), { min, max, sum, clamped })
    expect(stateOf(histogram)).toEqual(stateOf(histogramOf(8, 3, 99_999, 200_001, 2 ** 50)))
  })
})

describe('damaged encodings', () => {
  const good = histogramOf(2, 100_001).encode()

  function damaged(change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
    const bytes = good.slice()
    change(bytes, new DataView(bytes.buffer))
    return bytes
  }

  function withPayload(...payload: number[]): Uint8Array {
    const bytes = new Uint8Array(40 + payload.length)
    bytes.set(good.subarray(0, 40))
    bytes.set(payload, 40)
    new DataView(bytes.buffer).setUint32(4, payload.length)
    return bytes
  }

  const cases: [string, Uint8Array, string][] = [
    ['no bytes', new Uint8Array(0), 'histogram.length'],
    ['a cut header', good.subarray(0, 39), 'histogram.length'],
    [
      'the cookie of a compressed encoding',
      damaged((_, view) => view.setUint32(0, 0x1c849314)),
      'histogram.cookie',
    ],
    ['two digits', damaged((_, view) => view.setUint32(12, 2)), 'histogram.digits'],
    ['a lowest value of 1000', damaged((_, view) => view.setUint32(20, 1_000)), 'histogram.lowest'],
    ['a huge lowest value', damaged((_, view) => view.setUint32(16, 1)), 'histogram.lowest'],
    ['a cut payload', good.subarray(0, good.length - 1), 'histogram.payloadLength'],
    ['bytes behind the payload', Uint8Array.from([...good, 0]), 'histogram.payloadLength'],
    ['an end inside a count', withPayload(2, 0x80), 'histogram.counts'],
    ['a count with a trailing zero byte', withPayload(0x82, 0), 'histogram.counts'],
    // A run of 27912 empty buckets (word 55823), then a count: one bucket past the range.
    ['a value above one day', withPayload(0x8f, 0xb4, 0x03, 2), 'histogram.counts'],
    ['a run of buckets without end', withPayload(2, ...Array(8).fill(0xff), 0x7f, 2), 'histogram.counts'],
    ['a count of 2^53', withPayload(...Array(7).fill(0x80), 0x20), 'histogram.count'],
    ['a count too long for any number', withPayload(...Array(400).fill(0x80), 1), 'histogram.count'],
  ]

  test.each(cases)('%s is refused and adds nothing', (_, bytes, field) => {
    const histogram = histogramOf(1, 5_000)
    const before = stateOf(histogram)
    const refusal = errorOf(() => histogram.addEncoded(bytes))
    expect([refusal.code, refusal.mistakes[0]?.field]).toEqual(['SNAPSHOT_INVALID', field])
    expect(stateOf(histogram)).toEqual(before)
  })

  test('the last bucket of the range is still accepted', () => {
    // A run of 27911 empty buckets (word 55821), then a count.
    expect(Histogram.decode(withPayload(0x8d, 0xb4, 0x03, 2)).max).toBe(86_400_000_000)
  })

  test('a total that could not be counted exactly is refused', () => {
    const histogram = new Histogram()
    histogram.record(1, Number.MAX_SAFE_INTEGER - 1)
    histogram.addEncoded(histogramOf(1).encode())
    expect(errorOf(() => histogram.addEncoded(histogramOf(1).encode())).mistakes[0]).toEqual({
      field: 'histogram.count',
      value: '9007199254740992',
      limit: 'at most 9007199254740991',
      next: 'discard this histogram: its bytes are damaged or of another format',
    })
    expect(histogram.count).toBe(Number.MAX_SAFE_INTEGER)
  })

  test.each([
    ['one', { min: 0, max: 0, sum: 0 }, [0x82, 0]],
    ['two beside each other', { min: 0, max: 1, sum: 1 }, [0x82, 0, 0x82, 0]],
    ['one of three bytes', { min: 0, max: 0, sum: 0 }, [0x82, 0x80, 0]],
    ['one of four bytes', { min: 0, max: 0, sum: 0 }, [0x82, 0x80, 0x80, 0]],
  ])(
    'a count that is longer than it has to be is refused with exact values, too: %s',
    (_, exactly, payload) => {
      const histogram = histogramOf(0, 1)
      const before = stateOf(histogram)
      const refusal = errorOf(() => histogram.addEncoded(withPayload(...payload), exactly))
      expect([refusal.code, refusal.mistakes[0]?.field]).toEqual(['SNAPSHOT_INVALID', 'histogram.counts'])
      expect(stateOf(histogram)).toEqual(before)
    },
  )

  const exact = { min: 2, max: 100_001, sum: 100_003 }
  test.each([
    ['min', { ...exact, min: 1 }],
    ['min', { ...exact, min: 3 }],
    ['max', { ...exact, max: 99_967 }],
    ['max', { ...exact, max: 100_032 }],
    ['sum', { ...exact, sum: 3 }],
    ['sum', { ...exact, sum: 200_003 }],
    ['sum', { ...exact, sum: Number.NaN }],
    ['clamped', { ...exact, clamped: 3 }],
    ['clamped', { ...exact, clamped: -1 }],
  ])('an exact %s that contradicts the counts is refused and adds nothing', (name, contradiction) => {
    const histogram = histogramOf(1, 5_000)
    const before = stateOf(histogram)
    const refusal = errorOf(() => histogram.addEncoded(good, contradiction))
    expect([refusal.code, refusal.mistakes[0]?.field]).toEqual(['SNAPSHOT_INVALID', `histogram.${name}`])
    expect(stateOf(histogram)).toEqual(before)
  })

  function errorOf(action: () => void): VolleyError {
    try {
      action()
    } catch (error) {
      if (error instanceof VolleyError) return error
      throw error
    }
    throw new Error('nothing was refused')
  }
})
