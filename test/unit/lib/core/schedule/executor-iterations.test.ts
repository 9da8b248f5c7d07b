import { expect, it } from 'vitest'
import { sharesOf, sliceIterations } from '../../../../../lib/core/plan/slice.ts'
import { perVuIterations } from '../../../../../lib/core/schedule/per-vu-iterations.ts'
import { sharedIterations } from '../../../../../lib/core/schedule/shared-iterations.ts'

const fields = { startTime: '0s', gracefulStop: '30s', maxDuration: '10m' } as const
const shared = (users: number, iterations: number) =>
  sharedIterations.schedule({ ...fields, executor: 'shared-iterations', users, iterations })
const perVu = (users: number, iterations: number) =>
  perVuIterations.schedule({ ...fields, executor: 'per-vu-iterations', users, iterations })

it('keeps all users for as long as the iterations may take', () => {
  for (const schedule of [shared(4, 10), perVu(4, 10)]) {
    expect(schedule).toMatchObject({ kind: 'users', durationMs: 600_000, peakUsers: 4 })
    expect([0, 599_999, 600_000].map(schedule.usersAt)).toEqual([4, 4, 0])
    expect(schedule.spansOf(3)).toEqual([{ fromMs: 0, toMs: 600_000 }])
  }
})

it('says whether iterations are counted for each user or for all together', () => {
  expect(shared(4, 10).iterations).toEqual({ shared: 10 })
  expect(perVu(4, 10).iterations).toEqual({ perUser: 10 })
})

it('deals shared iterations to the slices in turn', () => {
  expect(sharesOf(3).map((share) => sliceIterations(shared(5, 10), share))).toEqual([4, 3, 3])
})

it('deals no shared iteration to a slice without users', () => {
  expect(sharesOf(4).map((share) => sliceIterations(shared(2, 5), share))).toEqual([3, 2, 0, 0])
})

it('gives a slice the iterations of its own users', () => {
  expect(sharesOf(4).map((share) => sliceIterations(perVu(6, 10), share))).toEqual([20, 20, 10, 10])
})
