import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hash } from '../../../../../lib/core/base/random.ts'
import { flowChooser } from '../../../../../lib/core/scenario/flow-choice.ts'

const weightsOf = (...weights: number[]) => weights.map((weight) => ({ weight }))
const seeds = fc.integer({ min: 0, max: 0xffff_ffff })
const someWeights = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 100, noNaN: true })), {
    minLength: 1,
    maxLength: 8,
  })
  .filter((weights) => weights.some((weight) => weight > 0))

/** How far each flow's count is from its share at most, over every number of iterations up to `end`. */
function worstDeviation(weights: readonly number[], choose: (index: number) => number, end: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const counts = weights.map(() => 0)
  let worst = 0
  for (let n = 1; n <= end; n++) {
    const chosen = choose(n - 1)
    counts[chosen] = (counts[chosen] as number) + 1
    for (let flow = 0; flow < weights.length; flow++)
      worst = Math.max(worst, Math.abs((counts[flow] as number) - (n * (weights[flow] as number)) / total))
  }
  return worst
}

it('keeps five flows within 6 iterations of their shares, however many of 100,000 have started', () => {
  const fiveWeights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(fiveWeights, seeds, (weights, seed) => {
      const choose = flowChooser(weightsOf(...weights), seed)
      expect(worstDeviation(weights, (k) => choose(0, k), 100_000)).toBeLessThan(6)
    }),
    { numRuns: 20, examples: [[[25, 20, 15, 20, 20], 0]] },
  )
})

it('keeps any flow within 6 iterations of its share, for any seed and any stretch of iterations', () => {
  const stretch = fc.record({ first: fc.integer({ min: 0, max: 1_000_000_000 }), user: fc.nat(10_000_000) })
  fc.assert(
    fc.property(someWeights, seeds, stretch, (weights, seed, { first, user }) => {
      const choose = flowChooser(weightsOf(...weights), seed)
      expect(worstDeviation(weights, (k) => choose(user, first + k), 2_000)).toBeLessThan(6)
    }),
  )
})

it('keeps the same iteration of many users as close to the shares', () => {
  fc.assert(
    fc.property(someWeights, seeds, fc.nat(1_000_000), (weights, seed, iteration) => {
      const choose = flowChooser(weightsOf(...weights), seed)
      expect(worstDeviation(weights, (user) => choose(user, iteration), 2_000)).toBeLessThan(6)
    }),
  )
})

it('keeps the iterations of all users together within 20 of the shares', () => {
  const sides = fc.integer({ min: 1, max: 100 })
  fc.assert(
    fc.property(someWeights, seeds, sides, sides, (weights, seed, users, iterations) => {
      const choose = flowChooser(weightsOf(...weights), seed)
      const byUser = (n: number): number => choose(Math.floor(n / iterations), n % iterations)
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const counts = weights.map(() => 0)
      for (let n = 0; n < users * iterations; n++) {
        const flow = byUser(n)
        counts[flow] = (counts[flow] as number) + 1
      }
      for (const [flow, weight] of weights.entries())
        expect(Math.abs((counts[flow] as number) - (users * iterations * weight) / total)).toBeLessThan(20)
    }),
  )
})

it('never chooses a flow without weight', () => {
  fc.assert(
    fc.property(someWeights, seeds, fc.nat(10_000_000), fc.nat(1_000_000_000), (weights, seed, user, k) => {
      const chosen = flowChooser(weightsOf(...weights), seed)(user, k)
      expect(weights[chosen]).toBeGreaterThan(0)
    }),
    { numRuns: 1_000 },
  )
})

it('never chooses a flow without weight at the very point where it would begin', () => {
  const seedOfPointZero = 1_539_571_937
  expect(hash(seedOfPointZero)).toBe(0)
  expect(flowChooser(weightsOf(0, 1, 0), seedOfPointZero)(0, 0)).toBe(1)
})

it('makes the same choices for a seed, and others for another', () => {
  const choices = (seed: number): number[] => {
    const choose = flowChooser(weightsOf(1, 1, 1, 1), seed)
    return Array.from({ length: 12 }, (_, k) => choose(3, k))
  }
  expect(choices(7)).toEqual(choices(7))
  expect(choices(7)).not.toEqual(choices(8))
})

it('refuses flows that have no weight at all', () => {
  expect(() => flowChooser(weightsOf(0, 0), 1)).toThrow(RangeError)
})
