import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import { arrivalSchedule } from './arrival-schedule.ts'
import {
  everyArrivalRate,
  oneStage,
  positiveDurationSchema,
  rateLevelSchema,
  withLength,
  withPool,
} from './executor-fields.ts'
import { executorKind } from './executor-kind.ts'
import { stagesFrom } from './piecewise-linear.ts'

/** Arrivals at even distances, the first at once. */
export const constantArrivalRate = executorKind({
  schema: z.strictObject({
    executor: z.literal('constant-arrival-rate'),
    ...everyArrivalRate,
    ...oneStage,
    rate: rateLevelSchema,
    duration: positiveDurationSchema,
  }),
  schedule: ({ rate, duration, per, maxUsers }) => {
    const stages = stagesFrom(rate, [{ durationMs: durationMs(duration), level: rate }])
    return arrivalSchedule({ stages, perMs: durationMs(per), maxUsers })
  },
  mapRates: (config, map) => ({ ...config, ...withPool(config, map), rate: map(config.rate, 0) }),
  withLength: (config, rescaled) => withLength(config, 'duration', rescaled),
})
