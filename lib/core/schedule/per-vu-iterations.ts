import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import { countedIterations, everyExecutor, oneStage, withLength } from './executor-fields.ts'
import { executorKind } from './executor-kind.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { userSchedule } from './user-schedule.ts'

/** A number of iterations for each user. */
export const perVuIterations = executorKind({
  schema: z.strictObject({
    executor: z.literal('per-vu-iterations'),
    ...everyExecutor,
    ...oneStage,
    ...countedIterations,
  }),
  schedule: ({ users, iterations, maxDuration }) => {
    const stages = stagesFrom(users, [{ durationMs: durationMs(maxDuration), level: users }])
    return userSchedule(stages, { perUser: iterations })
  },
  mapUsers: (config, map) => ({ ...config, users: map(config.users, 0) }),
  withLength: (config, rescaled) => withLength(config, 'maxDuration', rescaled),
})
