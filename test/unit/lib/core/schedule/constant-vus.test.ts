import { expect, it } from 'vitest'
import { constantVus } from '../../../../../lib/core/schedule/constant-vus.ts'
import { executorSchema } from '../../../../../lib/core/schedule/executors.ts'

const config = executorSchema.parse({ executor: 'constant-vus', users: 3, duration: '10s' })
const schedule = constantVus.schedule(config as Parameters<typeof constantVus.schedule>[0])

it('has all its users from the first instant until the end, which is not in it', () => {
  expect([-1, 0, 9_999.999, 10_000].map(schedule.usersAt)).toEqual([0, 3, 3, 0])
})

it('gives every user one span over the whole duration, and none to users it does not have', () => {
  expect([0, 2, 3].map(schedule.spansOf)).toEqual([
    [{ fromMs: 0, toMs: 10_000 }],
    [{ fromMs: 0, toMs: 10_000 }],
    [],
  ])
})

it('is one stage and promises no number of iterations', () => {
  expect(schedule).toMatchObject({
    kind: 'users',
    durationMs: 10_000,
    peakUsers: 3,
    stages: [{ fromMs: 0, toMs: 10_000, fromLevel: 3, toLevel: 3 }],
  })
  expect(schedule).not.toHaveProperty('iterations')
})
