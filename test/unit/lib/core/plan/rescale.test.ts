import { expect, it } from 'vitest'
import type { z } from 'zod'
import { durationMs } from '../../../../../lib/core/base/duration.ts'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { rescale } from '../../../../../lib/core/plan/rescale.ts'
import { type Profile, profileSchema } from '../../../../../lib/core/scenario/profile.ts'
import { scheduleOf } from '../../../../../lib/core/schedule/executors.ts'

type Executors = z.input<typeof profileSchema>['executors']
const profile = (...executors: Executors): Profile => profileSchema.parse({ executors })

const elasticity = profile({
  executor: 'ramping-vus',
  startUsers: 100,
  stages: [
    { name: 'warm-up', duration: '300s', users: 100 },
    { name: 'ramp-up', duration: '600s', users: 1_000 },
    { name: 'sustained', duration: '1800s', users: 1_000 },
    { name: 'peak', duration: '600s', users: 5_000 },
    { name: 'spike', duration: '300s', users: 10_000 },
    { name: 'recovery', duration: '600s', users: 1_000 },
  ],
})

const mistakesOf = (rescaled: () => Profile): VolleyError['mistakes'] => {
  try {
    rescaled()
  } catch (error) {
    if (error instanceof VolleyError && error.code === 'INPUT_INVALID') return error.mistakes
    throw error
  }
  return []
}
const usersOf = ({ executors }: Profile): unknown[] =>
  executors.map((config) =>
    config.executor === 'ramping-vus'
      ? [config.startUsers, ...config.stages.map(({ users }) => users)]
      : 'users' in config && config.users,
  )

it('makes an elasticity test of 70 minutes and 10,000 users one of 60 seconds and 50 users', () => {
  expect(rescale(elasticity, { durationMs: 60_000, users: 50 })).toEqual(
    profile({
      executor: 'ramping-vus',
      startTime: '0ms',
      startUsers: 1,
      stages: [
        { name: 'warm-up', duration: '4.286s', users: 1 },
        { name: 'ramp-up', duration: '8.571s', users: 5 },
        { name: 'sustained', duration: '25.714s', users: 5 },
        { name: 'peak', duration: '8.572s', users: 25 },
        { name: 'spike', duration: '4.286s', users: 50 },
        { name: 'recovery', duration: '8.571s', users: 5 },
      ],
    }),
  )
})

it('makes it larger too', () => {
  const [schedule] = rescale(elasticity, { durationMs: 7_200_000, users: 100_000 }).executors.map(scheduleOf)
  expect(schedule).toMatchObject({ durationMs: 7_200_000, peakUsers: 100_000 })
})

it('changes nothing where nothing is asked', () => {
  expect(rescale(elasticity, {})).toEqual(elasticity)
})

it('lasts exactly as long as asked, and what coincided still does', () => {
  const { executors } = rescale(
    profile(
      { executor: 'constant-vus', users: 1, duration: '7s' },
      { executor: 'per-vu-iterations', users: 1, iterations: 1, startTime: '7s', maxDuration: '13s' },
      { executor: 'constant-arrival-rate', rate: 1, startTime: '3s', duration: '4s' },
    ),
    { durationMs: 1_001 },
  )
  const ends = executors.map((config) => durationMs(config.startTime) + scheduleOf(config).durationMs)
  expect(executors.map(({ startTime }) => startTime)).toEqual(['0ms', '350ms', '150ms'])
  expect(ends).toEqual([350, 1_001, 350])
})

it('writes durations that are read back as whole milliseconds', () => {
  const { executors } = rescale(profile({ executor: 'constant-vus', users: 1, duration: '10s' }), {
    durationMs: 1_001,
  })
  expect(durationMs('1.001s')).not.toBe(1_001)
  expect(executors).toMatchObject([{ duration: '1001ms' }])
})

it('leaves the graceful stop as it is', () => {
  const { executors } = rescale(
    profile({ executor: 'constant-vus', users: 1, duration: '10m', gracefulStop: '45s' }),
    { durationMs: 5_000 },
  )
  expect(executors[0]?.gracefulStop).toBe('45s')
})

it('keeps a user wherever there was one, and none where there was none', () => {
  const small = profile({
    executor: 'ramping-vus',
    stages: [
      { duration: '1s', users: 1 },
      { duration: '1s', users: 1_000 },
      { duration: '1s', users: 0 },
    ],
  })
  expect(usersOf(rescale(small, { users: 3 }))).toEqual([[0, 1, 3, 0]])
})

it('scales users by the highest sum of all executors with users, at whatever moment it is reached', () => {
  const overlapping = profile(
    { executor: 'constant-vus', users: 20, duration: '20s' },
    { executor: 'shared-iterations', users: 30, iterations: 7, startTime: '10s', maxDuration: '20s' },
    { executor: 'constant-vus', users: 45, startTime: '30s', duration: '10s' },
    { executor: 'constant-arrival-rate', rate: 1_000, duration: '40s' },
  )
  const { executors } = rescale(overlapping, { users: 500 })
  expect(executors).toMatchObject([
    { users: 200 },
    { users: 300, iterations: 7 },
    { users: 450 },
    { rate: 1_000 },
  ])
})

it('reaches the users asked for exactly where several executors are rounded at once', () => {
  const shares = [10, 10, 10].map((users) => ({ executor: 'constant-vus', users, duration: '1s' }) as const)
  expect(usersOf(rescale(profile(...shares), { users: 50 }))).toEqual([16, 17, 17])
  expect(usersOf(rescale(profile(...shares), { users: 49 }))).toEqual([17, 16, 16])
  const unequal = profile(
    { executor: 'constant-vus', users: 10, duration: '1s' },
    { executor: 'constant-vus', users: 990, duration: '1s' },
  )
  expect(usersOf(rescale(unequal, { users: 50 }))).toEqual([1, 49])
})

it('lets no later moment rise above the users asked for by rounding', () => {
  const twoTimes = profile(
    { executor: 'constant-vus', users: 6, duration: '1s' },
    { executor: 'constant-vus', users: 3, startTime: '1s', duration: '1s' },
    { executor: 'constant-vus', users: 3, startTime: '1s', duration: '1s' },
  )
  expect(usersOf(rescale(twoTimes, { users: 3 }))).toEqual([3, 1, 2])
})

it('takes no user away for an error of rounding', () => {
  const third: Executors[number] = { executor: 'ramping-vus', stages: [{ duration: '3s', users: 1 }] }
  const profileOfThree = profile({ executor: 'constant-vus', users: 2, duration: '1s' }, third, third, third)
  expect(2 + 1 / 3 + 1 / 3 + 1 / 3).toBeGreaterThan(3)
  expect(usersOf(rescale(profileOfThree, { users: 3 }))).toEqual([2, [0, 1], [0, 1], [0, 1]])
})

it('scales a level that a jump only passes no higher than the peak', () => {
  const passed = profile({
    executor: 'ramping-vus',
    startUsers: 5_000,
    stages: [
      { duration: '0s', users: 1 },
      { duration: '1s', users: 1 },
    ],
  })
  expect(usersOf(rescale(passed, { users: 100_000 }))).toEqual([[100_000, 100_000, 100_000]])
})

it('fixes a level of a ramp where only a ramp is at its corner', () => {
  const ramps = profile(
    {
      executor: 'ramping-vus',
      stages: [
        { duration: '10s', users: 5 },
        { duration: '10s', users: 0 },
      ],
    },
    {
      executor: 'ramping-vus',
      stages: [
        { duration: '10s', users: 5 },
        { duration: '10s', users: 0 },
      ],
    },
  )
  expect(usersOf(rescale(ramps, { users: 5 }))).toEqual([
    [0, 2, 0],
    [0, 3, 0],
  ])
})

it('scales rates to the highest sum per second, and the pools with them', () => {
  const { executors } = rescale(
    profile(
      { executor: 'constant-arrival-rate', rate: 60, per: '1m', duration: '1m', maxUsers: 5 },
      {
        executor: 'ramping-arrival-rate',
        startRate: 1,
        stages: [
          { duration: '30s', rate: 3 },
          { duration: '30s', rate: 0.1 },
        ],
      },
      { executor: 'constant-vus', users: 8, duration: '1m' },
    ),
    { rate: 10 },
  )
  expect(executors).toMatchObject([
    { rate: 150, maxUsers: 13 },
    { startRate: 2.5, stages: [{ rate: 7.5 }, { rate: 0.25 }] },
    { users: 8 },
  ])
  expect(executors[1]).not.toHaveProperty('maxUsers')
})

it('reaches a rate exactly that has no exact double', () => {
  const { executors } = rescale(
    profile(
      { executor: 'constant-arrival-rate', rate: 0.1, duration: '1s' },
      { executor: 'constant-arrival-rate', rate: 0.03, startTime: '1s', duration: '1s' },
    ),
    { rate: 3 },
  )
  expect((0.1 * 3) / 0.1).not.toBe(3)
  expect(executors).toMatchObject([{ rate: 3 }, { rate: 0.9 }])
})

it('refuses a rate for users and users for a rate, both at once', () => {
  const arrivals = profile({ executor: 'constant-arrival-rate', rate: 1, duration: '1s', maxUsers: 5 })
  expect(mistakesOf(() => rescale(elasticity, { rate: 5 }))).toMatchObject([
    { field: '--rate', value: '5', limit: 'a profile with an executor that has an arrival rate' },
  ])
  expect(mistakesOf(() => rescale(arrivals, { users: 5, durationMs: 0 }))).toMatchObject([
    { field: '--duration', value: '0ms' },
    { field: '--users', value: '5', limit: 'a profile with an executor that has users' },
  ])
})

it('lowers the levels that count, not those of an executor that happens to begin', () => {
  const rising = { executor: 'ramping-vus', stages: [{ duration: '10s', users: 5 }] } as const
  const falling = { executor: 'ramping-vus', startUsers: 5, stages: [{ duration: '10s', users: 0 }] } as const
  const idle = { executor: 'ramping-vus', startTime: '5s', stages: [{ duration: '1s', users: 0 }] } as const
  const flat = profileSchema.parse({ executors: [idle, rising, rising, falling, falling] })
  expect(usersOf(rescale(flat, { users: 5 }))).toEqual([
    [0, 0],
    [0, 2],
    [0, 3],
    [2, 0],
    [3, 0],
  ])
})

it('fixes the end of a falling stage where the sum is highest there', () => {
  const sides = profile(
    { executor: 'ramping-vus', startUsers: 21, stages: [{ duration: '10s', users: 13 }] },
    { executor: 'ramping-vus', stages: [{ duration: '10s', users: 11 }] },
  )
  expect(usersOf(rescale(sides, { users: 12 }))).toEqual([
    [11, 6],
    [0, 6],
  ])
})

it('refuses fewer users than executors that keep one each', () => {
  const three = [100, 1, 1].map((users) => ({ executor: 'constant-vus', users, duration: '1s' }) as const)
  expect(mistakesOf(() => rescale(profile(...three), { users: 2 }))).toMatchObject([
    { field: '--users', value: '2', limit: 'at least 3: every executor keeps a user' },
  ])
  expect(usersOf(rescale(profile(...three), { users: 3 }))).toEqual([1, 1, 1])
})

it('refuses what the profile itself would not allow', () => {
  const hourly = profile({ executor: 'constant-arrival-rate', rate: 1, per: '1h', duration: '1h' })
  expect(mistakesOf(() => rescale(hourly, { rate: 10_000 }))).toMatchObject([
    { field: 'executors[0].rate', value: '36000000', limit: 'at most 10000000' },
  ])
  const brief = profile(
    { executor: 'constant-vus', users: 1, duration: '1h' },
    { executor: 'constant-vus', users: 1, duration: '1ms' },
  )
  expect(mistakesOf(() => rescale(brief, { durationMs: 1_000 }))).toMatchObject([
    { field: 'executors[1].duration', value: '"0ms"', limit: 'must be longer than zero' },
  ])
})
