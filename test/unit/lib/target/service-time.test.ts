import { expect, test } from 'vitest'
import { SeededRandom } from '../../../../lib/core/base/random.ts'
import { drawLognormal, drawServiceMs } from '../../../../lib/target/service-time.ts'

const DRAWS = 20_000

function sorted(draw: () => number): number[] {
  return Array.from({ length: DRAWS }, draw).sort((a, b) => a - b)
}
const quantile = (values: number[], q: number) => values[Math.floor(values.length * q)] as number

test('service times have the median they are given', () => {
  const random = new SeededRandom(7)
  const times = sorted(() => drawServiceMs(random, 100))
  expect(quantile(times, 0.5)).toBeGreaterThan(98)
  expect(quantile(times, 0.5)).toBeLessThan(102)
})

test('a typical service time has a body near its median and a tail well past it', () => {
  const random = new SeededRandom(7)
  const times = sorted(() => drawServiceMs(random, 100))
  expect(quantile(times, 0.95)).toBeGreaterThan(150)
  expect(quantile(times, 0.95)).toBeLessThan(170)
  expect(quantile(times, 0.99)).toBeLessThan(230)
  expect(quantile(times, 0.999)).toBeGreaterThan(350)
})

test('the tail has the Pareto index of its shape', () => {
  const random = new SeededRandom(7)
  const shape = { sigma: 0, tailShare: 1, tailIndex: 2, longest: 1e9 }
  const times = sorted(() => drawServiceMs(random, 1, shape))
  expect(times[0]).toBeGreaterThanOrEqual(1)
  expect(times.filter((time) => time > 10).length / DRAWS).toBeCloseTo(0.01, 2)
  expect(quantile(times, 0.5)).toBeCloseTo(Math.SQRT2, 1)
})

test('nothing takes longer than the longest', () => {
  const random = new SeededRandom(7)
  const times = sorted(() =>
    drawServiceMs(random, 10, { sigma: 3, tailShare: 0.5, tailIndex: 0.5, longest: 4 }),
  )
  expect(times.at(-1)).toBe(40)
})

test('a seed reproduces its draws', () => {
  const draws = (seed: number) => {
    const random = new SeededRandom(seed)
    return Array.from({ length: 50 }, () => drawServiceMs(random, 40))
  }
  expect(draws(3)).toEqual(draws(3))
  expect(draws(3)).not.toEqual(draws(4))
})

test('a lognormal variate spreads by its sigma', () => {
  const random = new SeededRandom(11)
  const logs = sorted(() => Math.log(drawLognormal(random, 20, 0.5)))
  expect(quantile(logs, 0.8413) - quantile(logs, 0.5)).toBeCloseTo(0.5, 1)
})
