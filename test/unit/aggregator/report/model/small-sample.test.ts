import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../../../../aggregator/report/model/row-figures.ts'
import { formatQuantile, formatShareOf } from '../../../../../aggregator/report/model/small-sample.ts'
import type { Row } from '../../../../../lib/core/results/verdict.ts'

const row = (changes: Partial<Row>): Row => ({
  title: 'row',
  metric: 'http_req_duration',
  aggregation: 'p(95)',
  limit: 'p(95)<=250',
  value: 200,
  unit: 'ms',
  state: 'pass',
  noData: 'inconclusive',
  ...changes,
})
const measured = (changes: Partial<Row>): string => figuresOf(row(changes)).measured

describe('a quantile', () => {
  it.each([
    [0.5, 10],
    [0.9, 50],
    [0.95, 100],
    [0.99, 500],
    [0.999, 5_000],
    [0.01, 500],
  ])('of %f says its n below the number of samples that have five beyond it: %i', (quantile, enough) => {
    expect(formatQuantile(200, 'ms', enough, quantile)).toBe('200 ms')
    expect(formatQuantile(200, 'ms', enough - 1, quantile)).toBe(`200 ms (n=${enough - 1})`)
  })

  it('that is an extreme is exact, however few there are', () => {
    expect(formatQuantile(200, 'ms', 1, 1)).toBe('200 ms')
  })
})

describe('a share', () => {
  it('says its n below a hundred', () => {
    expect([formatShareOf(1, 99), formatShareOf(1, 100), formatShareOf(0, 0)]).toEqual([
      '1.01 % (n=99)',
      '1 %',
      '–',
    ])
  })
})

describe("a row's value", () => {
  it('says its n by the percentile it is', () => {
    expect([measured({ samples: 99 }), measured({ samples: 100 })]).toEqual(['200 ms (n=99)', '200 ms'])
    const med = { aggregation: 'med', limit: 'med<250' }
    expect([measured({ ...med, samples: 9 }), measured({ ...med, samples: 10 })]).toEqual([
      '200 ms (n=9)',
      '200 ms',
    ])
  })

  it('says its n by the share that it is held against', () => {
    const of = (limit: string, samples: number): string =>
      measured({ aggregation: 'rate', unit: '', value: 0.5, limit, samples })
    expect([of('rate<0.001', 4_999), of('rate<0.001', 5_000)]).toEqual(['50 % (n=4999)', '50 %'])
    expect([of('rate>0.95', 99), of('rate>0.95', 100)]).toEqual(['50 % (n=99)', '50 %'])
    expect([of('rate<=0', 99), of('rate<=0', 100)]).toEqual(['50 % (n=99)', '50 %'])
  })

  it('says the n of its worst window, not that of all', () => {
    expect(measured({ samples: 100_000, worstSamples: 7 })).toBe('200 ms (n=7)')
  })

  it('says nothing of counts, extremes and averages, nor where no samples are counted', () => {
    expect(measured({ aggregation: 'max', limit: 'max<300', samples: 1 })).toBe('200 ms')
    expect(measured({ aggregation: 'count', limit: 'count>1', unit: '', samples: 3 })).toBe('200')
    expect(measured({ aggregation: 'rate', limit: 'rate>1', unit: '/s' })).toBe('200/s')
    expect(measured({})).toBe('200 ms')
  })
})
