import fc from 'fast-check'
import { expect, it } from 'vitest'
import { boundsOf, isSurelyBroken } from '../../../../aggregator/merge/bounds.ts'
import { addTally, aggregate, emptyTally, type Tally } from '../../../../aggregator/merge/tally.ts'
import { Histogram } from '../../../../lib/core/metrics/histogram.ts'
import { type MetricKind, TREND_SCALE } from '../../../../lib/core/metrics/metric.ts'
import {
  AGGREGATIONS,
  type Aggregation,
  type Expression,
  holds,
} from '../../../../lib/core/metrics/threshold.ts'

const DURATION_MS = 4_000
const sample = fc.integer({ min: 0, max: 40 })
const operator = fc.constantFrom('<', '<=', '>', '>=', '==', '!=' as const)

function tallyOf(kind: MetricKind, values: readonly number[]): Tally {
  const sum = emptyTally(kind)
  for (const [i, value] of values.entries()) addTally(sum, one(kind, value, i))
  return sum
}

function one(kind: MetricKind, value: number, i: number): Tally {
  const tally = emptyTally(kind)
  if (tally.kind === 'counter') tally.sum.add(value)
  else if (tally.kind === 'rate') Object.assign(tally, { trues: value % 2, total: 1 })
  else if (tally.kind === 'gauge')
    Object.assign(tally, { last: value, min: value, max: value, origin: { toMs: i, key: '' } })
  else {
    const histogram = new Histogram()
    histogram.record(value * TREND_SCALE)
    return { kind: 'trend', histogram }
  }
  return tally
}

it.each(['counter', 'rate', 'gauge', 'trend'] as const)(
  'the bounds of a %s hold whichever of the samples that may be missing belong to it',
  (kind) => {
    const aggregation: fc.Arbitrary<Aggregation> = fc
      .record({ name: fc.constantFrom(...AGGREGATIONS[kind]), percentile: fc.integer({ min: 0, max: 100 }) })
      .map(({ name, percentile }) => (name === 'p' ? { name, percentile } : { name }))
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(sample, fc.boolean()), { minLength: 1, maxLength: 12 }),
        aggregation,
        fc.record({ operator, bound: fc.integer({ min: -1, max: 60 }) }),
        (own, rest, aggregation, promise) => {
          const restTally = tallyOf(
            kind,
            rest.map(([value]) => value),
          )
          const bounds = boundsOf(tallyOf(kind, own), restTally, aggregation, DURATION_MS, true)
          const all = [...own, ...rest.filter(([, isOwn]) => isOwn).map(([value]) => value)]
          const value = aggregate(tallyOf(kind, all), aggregation, DURATION_MS) as number
          // Values of a trend are read from buckets, at most 0.1 % above what was recorded.
          const slack = kind === 'trend' ? 1.001 : 1
          expect(value * slack).toBeGreaterThanOrEqual(bounds.least)
          expect(value).toBeLessThanOrEqual(bounds.most * slack)
          const expression: Expression = { aggregation, ...promise }
          const clear = kind !== 'trend' || Math.abs(value - promise.bound) > 0.1
          if (clear && isSurelyBroken(expression, bounds)) expect(holds(expression, value)).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  },
)

it('a tally without samples may come to anything', () => {
  const rest = tallyOf('rate', [1, 1])
  const bounds = boundsOf(undefined, rest, { name: 'rate' }, DURATION_MS, true)
  expect(bounds).toEqual({ least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY })
})
