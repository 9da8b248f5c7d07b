import { expect, it } from 'vitest'
import { backoffMs } from '../../../../../lib/core/base/backoff.ts'
import { type Random, SeededRandom } from '../../../../../lib/core/base/random.ts'

const always = (drawn: number): Random => ({ ...new SeededRandom(0), next: () => drawn }) as Random
const backoff = { firstMs: 100, longestMs: 1_000, jitter: 0.5 }

it('doubles each pause until the longest', () => {
  const pauses = [1, 2, 3, 4, 5, 2_000].map((attempt) => backoffMs(backoff, attempt, always(0)))
  expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000])
})

it('lets chance take away the share called jitter at most', () => {
  expect(backoffMs(backoff, 5, always(0.5))).toBe(750)
  expect(backoffMs({ ...backoff, jitter: 1 }, 2, always(0.25))).toBe(150)
  expect(backoffMs({ ...backoff, jitter: 0 }, 2, always(0.9))).toBe(200)
})

it('is the same for the same seed', () => {
  const pauses = (seed: number): number[] => {
    const random = new SeededRandom(seed)
    return [1, 2, 3].map((attempt) => backoffMs(backoff, attempt, random))
  }
  expect(pauses(7)).toEqual(pauses(7))
  expect(pauses(7)).not.toEqual(pauses(8))
})
