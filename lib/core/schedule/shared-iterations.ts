import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import { countedIterations, everyExecutor, oneStage, withLength } from './executor-fields.ts'
import { executorKind } from './executor-kind.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { userSchedule } from './user-schedule.ts'

/** A number of iterations that all users work off together. */
export const sharedIterations = executorKind({
  schema: z.strictObject({
    executor: z.literal('shared-iterations'),
    ...everyExecutor,
    ...oneStage,
    ...countedIterations,
  }),
  schedule: ({ users, iterations, maxDuration }) => {
    const stages = stagesFrom(users, [{ durationMs: durationMs(maxDuration), level: users }])
    return userSchedule(stages, { shared: iterations })
  },
  mapUsers: (config, map) => ({ ...config, users: map(config.users, 0) }),
  withLength: (config, rescaled) => withLength(config, 'maxDuration', rescaled),
})
