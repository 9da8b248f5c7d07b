import { expect, it } from 'vitest'
import { rampingArrivalRate } from '../../../../../lib/core/schedule/ramping-arrival-rate.ts'

type Steps = [duration: `${number}s`, rate: number][]
const ramp = (startRate: number, steps: Steps, per: `${number}s` = '1s') =>
  rampingArrivalRate.schedule({
    executor: 'ramping-arrival-rate',
    startTime: '0s',
    gracefulStop: '30s',
    per,
    startRate,
    stages: steps.map(([duration, rate]) => ({ duration, rate })),
  })
const startsOf = ({ count, arrivalAt }: ReturnType<typeof ramp>): number[] =>
  Array.from({ length: count }, (_, k) => arrivalAt(k))

it('starts iteration k of a ramp from zero after the time that grows with the root of k', () => {
  const schedule = ramp(0, [['10s', 10]])
  expect(schedule.count).toBe(50)
  expect([0, 2, 8, 18, 32].map(schedule.arrivalAt)).toEqual([0, 2_000, 4_000, 6_000, 8_000])
  expect(schedule.arrivalAt(49)).toBeCloseTo(9_899.494936611665, 9)
})

it('is the mirror image of itself where it rises and falls again', () => {
  const schedule = ramp(0, [
    ['10s', 10],
    ['10s', 0],
  ])
  expect(schedule.count).toBe(100)
  expect(schedule.arrivalAt(50)).toBe(10_000)
  for (let k = 1; k < 50; k++)
    expect(schedule.arrivalAt(k) + schedule.arrivalAt(100 - k)).toBeCloseTo(20_000, 9)
})

it('starts nothing while the rate is zero, and goes on the instant it is not', () => {
  const schedule = ramp(2, [
    ['1s', 2],
    ['0s', 0],
    ['5s', 0],
    ['0s', 2],
    ['1s', 2],
    ['0s', 0],
    ['5s', 0],
  ])
  expect(startsOf(schedule)).toEqual([0, 500, 6_000, 6_500])
})

it('starts its first iteration when the rate is first above zero', () => {
  const schedule = ramp(0, [
    ['5s', 0],
    ['0s', 1],
    ['2s', 1],
  ])
  expect(startsOf(schedule)).toEqual([5_000, 6_000])
})

it('carries what a stage leaves of an iteration into the next', () => {
  const schedule = ramp(0.5, [
    ['1s', 0.5],
    ['0s', 1],
    ['2s', 1],
  ])
  expect(startsOf(schedule)).toEqual([0, 1_500, 2_500])
})

it('sums rates that have no exact double without an extra iteration', () => {
  const thirty = Array.from({ length: 30 }, (): Steps[number] => ['1s', 0.1])
  expect(thirty.reduce((sum) => sum + 0.1, 0)).toBeGreaterThan(3)
  expect(startsOf(ramp(0.1, thirty))).toHaveLength(3)
})

it('ends a ramp to zero before its end, however slow its last arrivals are', () => {
  const schedule = ramp(1_000, [['3600s', 0]])
  expect(schedule.count).toBe(1_800_000)
  expect(schedule.arrivalAt(0)).toBe(0)
  expect(schedule.arrivalAt(1_799_999)).toBe(3_600_000 - Math.sqrt(7_200_000))
})

it('starts its last iteration before the end where no double lies between', () => {
  const schedule = ramp(0, [
    ['86400s', 0],
    ['0s', 1_000.00000001],
    ['0.001s', 1_000.00000001],
  ])
  expect(schedule.count).toBe(2)
  expect(schedule.arrivalAt(1)).toBe(86_400_001 - 2 ** -26)
  expect(schedule.countBefore(86_400_001)).toBe(2)
})

it('tells the rate per second, whatever its unit', () => {
  const schedule = ramp(0, [['60s', 120]], '60s')
  expect([0, 30_000, 60_000].map(schedule.rateAt)).toEqual([0, 1, 0])
  expect(schedule).toMatchObject({ count: 60, peakUsers: 20, durationMs: 60_000 })
})

it('counts the arrivals before an instant in the middle of a ramp', () => {
  const { countBefore, arrivalAt } = ramp(0, [['10s', 10]])
  expect([1_999, 2_000, 2_001, arrivalAt(31), 10_000].map(countBefore)).toEqual([2, 2, 3, 31, 50])
})
