import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import { everyExecutor, everyStage, userLevelSchema, withStageLengths } from './executor-fields.ts'
import { executorKind } from './executor-kind.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { userSchedule } from './user-schedule.ts'

/** Users that follow the stages. Levels are not rounded: at level 2.5 three users live, at 2 two. */
export const rampingVus = executorKind({
  schema: z.strictObject({
    executor: z.literal('ramping-vus'),
    ...everyExecutor,
    startUsers: userLevelSchema.default(0),
    stages: z.array(z.strictObject({ ...everyStage, users: userLevelSchema })).min(1),
  }),
  schedule: ({ startUsers, stages }) => {
    const steps = stages.map(({ duration, users }) => ({ durationMs: durationMs(duration), level: users }))
    return userSchedule(stagesFrom(startUsers, steps))
  },
  mapUsers: (config, map) => ({
    ...config,
    startUsers: map(config.startUsers, 0),
    stages: config.stages.map((stage, i) => ({ ...stage, users: map(stage.users, i + 1) })),
  }),
  withLength: (config, rescaled) => ({ ...config, stages: withStageLengths(config.stages, rescaled) }),
})
