import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import {
  everyExecutor,
  oneStage,
  positiveDurationSchema,
  usersSchema,
  withLength,
} from './executor-fields.ts'
import { executorKind } from './executor-kind.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { userSchedule } from './user-schedule.ts'

/** The same users from the start to the end. */
export const constantVus = executorKind({
  schema: z.strictObject({
    executor: z.literal('constant-vus'),
    ...everyExecutor,
    ...oneStage,
    users: usersSchema,
    duration: positiveDurationSchema,
  }),
  schedule: ({ users, duration }) =>
    userSchedule(stagesFrom(users, [{ durationMs: durationMs(duration), level: users }])),
  mapUsers: (config, map) => ({ ...config, users: map(config.users, 0) }),
  withLength: (config, rescaled) => withLength(config, 'duration', rescaled),
})
