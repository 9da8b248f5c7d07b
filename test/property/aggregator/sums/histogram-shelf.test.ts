import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HistogramShelf } from '../../../../aggregator/sums/histogram-shelf.ts'
import { Histogram } from '../../../../lib/core/metrics/histogram.ts'

const values = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 6 })
const additions = fc.array(fc.record({ index: fc.nat({ max: 30 }), values }), { maxLength: 120, size: 'max' })

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

const contentOf = (histogram: Histogram | undefined): unknown =>
  histogram && {
    exact: [histogram.count, histogram.min, histogram.max, histogram.sum],
    buckets: [...histogram.distribution()],
  }

it('a shelf keeps every histogram exactly, however many there are and in whatever order they grow', () => {
  fc.assert(
    fc.property(additions, (all) => {
      const shelf = new HistogramShelf()
      for (const { index, values } of all) shelf.add(index, histogramOf(values))
      for (let index = 0; index <= 30; index++) {
        const own = all.filter((one) => one.index === index)
        const expected = own.length === 0 ? undefined : histogramOf(own.flatMap((one) => one.values))
        expect(contentOf(shelf.get(index))).toEqual(contentOf(expected))
      }
    }),
  )
})
