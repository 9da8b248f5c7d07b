import { expect, it } from 'vitest'
import { sliceUsers } from '../../../../../lib/core/plan/slice.ts'
import { rampingVus } from '../../../../../lib/core/schedule/ramping-vus.ts'

type Steps = [duration: `${number}s`, users: number][]
const ramp = (startUsers: number, steps: Steps) =>
  rampingVus.schedule({
    executor: 'ramping-vus',
    startTime: '0s',
    gracefulStop: '30s',
    startUsers,
    stages: steps.map(([duration, users]) => ({ duration, users })),
  })

const elasticity = ramp(100, [
  ['300s', 100],
  ['600s', 1_000],
  ['1800s', 1_000],
  ['600s', 5_000],
  ['300s', 10_000],
  ['600s', 1_000],
])

it('starts user v when a rising level passes v, and ends it when a falling one reaches v', () => {
  const schedule = ramp(0, [
    ['10s', 10],
    ['5s', 0],
  ])
  expect([0, 1, 9, 10].map(schedule.spansOf)).toEqual([
    [{ fromMs: 0, toMs: 15_000 }],
    [{ fromMs: 1_000, toMs: 14_500 }],
    [{ fromMs: 9_000, toMs: 10_500 }],
    [],
  ])
})

it('counts a user from the instant its span begins to the one it ends', () => {
  const schedule = ramp(0, [
    ['10s', 10],
    ['5s', 0],
  ])
  expect([0, 999.999, 1_000, 9_999, 10_000, 10_499, 10_500, 14_999, 15_000].map(schedule.usersAt)).toEqual([
    1, 1, 2, 10, 10, 10, 9, 1, 0,
  ])
})

it('never has more users than its highest level', () => {
  const schedule = ramp(0, [['3s', 3]])
  expect(schedule.peakUsers).toBe(3)
  expect(schedule.usersAt(2_999.9999999)).toBe(3)
})

it('keeps levels between whole numbers as they are', () => {
  const schedule = ramp(2.5, [['10s', 0.5]])
  expect(schedule.peakUsers).toBe(3)
  expect([0, 1, 2].map(schedule.spansOf)).toEqual([
    [{ fromMs: 0, toMs: 10_000 }],
    [{ fromMs: 0, toMs: 7_500 }],
    [{ fromMs: 0, toMs: 2_500 }],
  ])
})

it('jumps where a stage lasts no time, and remembers no level that did not last', () => {
  const schedule = ramp(1, [
    ['10s', 1],
    ['0s', 90],
    ['0s', 4],
    ['10s', 4],
  ])
  expect(schedule.peakUsers).toBe(4)
  expect([9_999.999, 10_000].map(schedule.usersAt)).toEqual([1, 4])
  expect(schedule.spansOf(0)).toEqual([{ fromMs: 0, toMs: 20_000 }])
  expect(schedule.spansOf(3)).toEqual([{ fromMs: 10_000, toMs: 20_000 }])
})

it('gives a user that leaves and comes back one span for each life', () => {
  const schedule = ramp(2, [
    ['10s', 0],
    ['10s', 0],
    ['10s', 2],
  ])
  expect(schedule.spansOf(1)).toEqual([
    { fromMs: 0, toMs: 5_000 },
    { fromMs: 25_000, toMs: 30_000 },
  ])
  expect(schedule.usersAt(15_000)).toBe(0)
})

it('keeps a user in one life where the level only touches its number, whatever the rounding', () => {
  const schedule = ramp(3, [
    ['0.0007s', 0],
    ['0.0007s', 3],
  ])
  expect((-3 * 0.7) / -3).toBeLessThan(0.7)
  expect(schedule.spansOf(0)).toEqual([{ fromMs: 0, toMs: 1.4 }])
})

it('lets no user outlive a level that falls to just below its number', () => {
  const schedule = ramp(4, [['0.0001s', 1 - Number.EPSILON / 2]])
  expect(((1 - 4) * 0.1) / -3).toBeGreaterThan(0.1)
  expect(schedule.spansOf(1)).toEqual([{ fromMs: 0, toMs: 0.1 }])
})

it('holds the six phases of an elasticity test', () => {
  expect(elasticity).toMatchObject({ durationMs: 4_200_000, peakUsers: 10_000 })
  expect([0, 600_000, 900_000, 3_000_000, 3_300_000, 3_600_000, 4_199_999].map(elasticity.usersAt)).toEqual([
    100, 551, 1_000, 3_001, 5_001, 10_000, 1_001,
  ])
  expect(elasticity.spansOf(100)).toEqual([{ fromMs: 300_000, toMs: 4_200_000 }])
  expect(elasticity.spansOf(9_999)).toEqual([{ fromMs: 3_599_940, toMs: 3_600_066.6666666665 }])
})

it('lists a slice of ten thousand users by the time they start', () => {
  const users = sliceUsers(elasticity, { slice: 3, slices: 40 })
  expect(users).toHaveLength(250)
  expect(users.slice(0, 4)).toEqual([
    { user: 3, span: { fromMs: 0, toMs: 4_200_000 } },
    { user: 43, span: { fromMs: 0, toMs: 4_200_000 } },
    { user: 83, span: { fromMs: 0, toMs: 4_200_000 } },
    { user: 123, span: { fromMs: 315_333.3333333333, toMs: 4_200_000 } },
  ])
  const starts = users.map(({ span }) => span.fromMs)
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
})
