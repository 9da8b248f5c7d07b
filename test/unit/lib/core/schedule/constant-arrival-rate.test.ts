import { expect, it } from 'vitest'
import { constantArrivalRate } from '../../../../../lib/core/schedule/constant-arrival-rate.ts'
import { executorSchema } from '../../../../../lib/core/schedule/executors.ts'

const constant = (fields: { rate: number; duration: string; per?: string; maxUsers?: number }) =>
  constantArrivalRate.schedule(
    executorSchema.parse({ executor: 'constant-arrival-rate', ...fields }) as Parameters<
      typeof constantArrivalRate.schedule
    >[0],
  )
const startsOf = (schedule: ReturnType<typeof constant>): number[] =>
  Array.from({ length: schedule.count }, (_, k) => schedule.arrivalAt(k))

it('makes exactly 100 arrivals of 10 per second for 10 seconds, 100 ms apart, the first at once', () => {
  const schedule = constant({ rate: 10, duration: '10s' })
  expect(startsOf(schedule)).toEqual(Array.from({ length: 100 }, (_, k) => k * 100))
})

it('never starts an iteration beyond the last', () => {
  expect(constant({ rate: 10, duration: '10s' }).arrivalAt(100)).toBe(Number.POSITIVE_INFINITY)
})

it('starts one more where the end falls between two arrivals', () => {
  expect(startsOf(constant({ rate: 2, duration: '1.2s' }))).toEqual([0, 500, 1_000])
})

it.each([
  { rate: 0.1, duration: '1h', count: 360 },
  { rate: 0.1, duration: '10s', count: 1 },
  { rate: 0.7, duration: '10s', count: 7 },
  { rate: 1 / 3, duration: '3s', count: 1 },
  { rate: 5 / 3, duration: '3s', count: 5 },
  { rate: 1 / 3, duration: '24h', count: 28_800 },
  { rate: 2 / 3, duration: '1h', count: 2_400 },
  { rate: 1e-7, duration: '1s', count: 1 },
  { rate: 33.3, duration: '1h', count: 119_880 },
  { rate: 99_999.9, duration: '24h', count: 8_639_991_360 },
  { rate: 0, duration: '1h', count: 0 },
])('makes exactly $count arrivals of $rate per second for $duration', ({ rate, duration, count }) => {
  expect(constant({ rate, duration }).count).toBe(count)
})

it('counts the rate in its own time unit and tells it per second', () => {
  const schedule = constant({ rate: 6, per: '1m', duration: '30s' })
  expect(startsOf(schedule)).toEqual([0, 10_000, 20_000])
  expect([-1, 0, 29_999, 30_000].map(schedule.rateAt)).toEqual([0, 0.1, 0.1, 0])
  expect(schedule.stages).toEqual([{ fromMs: 0, toMs: 30_000, fromLevel: 0.1, toLevel: 0.1 }])
})

it('counts the arrivals that start before an instant', () => {
  const { countBefore } = constant({ rate: 10, duration: '10s' })
  expect([-1, 0, 0.001, 100, 100.001, 9_900, 9_901, 50_000].map(countBefore)).toEqual([
    0, 0, 1, 1, 2, 99, 100, 100,
  ])
})

it('has users for iterations of ten seconds where the pool is not given, at least ten', () => {
  const pools = [
    { rate: 25, duration: '1s' },
    { rate: 0.2, duration: '1s' },
    { rate: 60, per: '1m', duration: '1s' },
    { rate: 25, duration: '1s', maxUsers: 7 },
  ].map((fields) => constant(fields).peakUsers)
  expect(pools).toEqual([250, 10, 10, 7])
})
