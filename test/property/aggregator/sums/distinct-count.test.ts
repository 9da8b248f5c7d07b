import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DistinctCount } from '../../../../aggregator/sums/distinct-count.ts'

function countOf(texts: Iterable<string>, count = new DistinctCount()): DistinctCount {
  for (const text of texts) count.add(text)
  return count
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `http_reqs{name:/item/${from + i}}`)

it('a count of distinct texts is exact while they are few, and within a tenth of it beyond', () => {
  expect(countOf(names(0, 2_048)).count).toBe(2_048)
  for (const many of [3_000, 20_000, 200_000])
    expect(Math.abs(countOf(names(0, many)).count / many - 1)).toBeLessThan(0.1)
})

it('it is the same in any order, with any repetitions, and wherever it is saved and resumed', () => {
  fc.assert(
    fc.property(fc.nat({ max: 6_000 }), fc.nat({ max: 6_000 }), fc.nat({ max: 6_000 }), (a, b, to) => {
      const all = names(0, to)
      const first = countOf([...all].reverse().slice(a))
      const second = countOf([...all.slice(b), ...all], DistinctCount.of(first.state))
      expect(second.count).toBe(countOf(all).count)
    }),
    { numRuns: 50 },
  )
})

it('what it keeps is bounded', () => {
  expect(countOf(names(0, 100_000)).state.length).toBeLessThanOrEqual(2_049)
})
