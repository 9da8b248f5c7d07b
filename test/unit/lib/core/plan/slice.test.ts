import { expect, it } from 'vitest'
import {
  activeIn,
  belongsTo,
  sharesOf,
  sliceArrivals,
  sliceUsers,
  windowsOf,
} from '../../../../../lib/core/plan/slice.ts'
import { constantArrivalRate } from '../../../../../lib/core/schedule/constant-arrival-rate.ts'
import { constantVus } from '../../../../../lib/core/schedule/constant-vus.ts'

const fields = { startTime: '0s', gracefulStop: '30s', duration: '10s' } as const
const arrivals = constantArrivalRate.schedule({
  ...fields,
  executor: 'constant-arrival-rate',
  rate: 1,
  per: '1s',
})
const users = constantVus.schedule({ ...fields, executor: 'constant-vus', users: 5 })

it('deals numbers to the slices in turn', () => {
  expect([0, 1, 2, 3, 4].map((index) => belongsTo(index, { slice: 1, slices: 3 }))).toEqual([
    false,
    true,
    false,
    false,
    true,
  ])
  expect(sharesOf(2)).toEqual([
    { slice: 0, slices: 2 },
    { slice: 1, slices: 2 },
  ])
})

it('lists the arrivals of a slice that fall into a window', () => {
  expect([...sliceArrivals(arrivals, { slice: 1, slices: 3 }, { fromMs: 2_000, toMs: 7_000 })]).toEqual([
    { iteration: 4, atMs: 4_000 },
  ])
  expect([...sliceArrivals(arrivals, { slice: 2, slices: 3 }, { fromMs: 2_000, toMs: 8_000.001 })]).toEqual([
    { iteration: 2, atMs: 2_000 },
    { iteration: 5, atMs: 5_000 },
    { iteration: 8, atMs: 8_000 },
  ])
})

it('lists the users of a slice, their lives clipped to a window', () => {
  expect(sliceUsers(users, { slice: 1, slices: 2 }, { fromMs: 4_000, toMs: 12_000 })).toEqual([
    { user: 1, span: { fromMs: 4_000, toMs: 10_000 } },
    { user: 3, span: { fromMs: 4_000, toMs: 10_000 } },
  ])
})

it('has one window where the schedule fits it', () => {
  expect(windowsOf({ durationMs: 60_000, windowMs: 60_000, slices: 4 }, 3)).toEqual([
    { fromMs: 0, toMs: 60_000 },
  ])
})

it('staggers the first window evenly over the slices', () => {
  const plan = { durationMs: 2_000_000, windowMs: 780_000, slices: 4 }
  expect(sharesOf(4).map(({ slice }) => windowsOf(plan, slice).map(({ toMs }) => toMs))).toEqual([
    [390_000, 1_170_000, 1_950_000, 2_000_000],
    [487_500, 1_267_500, 2_000_000],
    [585_000, 1_365_000, 2_000_000],
    [682_500, 1_462_500, 2_000_000],
  ])
})

it('clips spans and drops those that only touch the window', () => {
  const spans = [
    { fromMs: 0, toMs: 10 },
    { fromMs: 15, toMs: 30 },
    { fromMs: 40, toMs: 50 },
  ]
  expect(activeIn(spans, { fromMs: 10, toMs: 20 })).toEqual([{ fromMs: 15, toMs: 20 }])
})
