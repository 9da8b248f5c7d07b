import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import { arrivalSchedule } from './arrival-schedule.ts'
import {
  everyArrivalRate,
  everyStage,
  rateLevelSchema,
  withPool,
  withStageLengths,
} from './executor-fields.ts'
import { executorKind } from './executor-kind.ts'
import { stagesFrom } from './piecewise-linear.ts'

/** Arrivals whose rate follows the stages. */
export const rampingArrivalRate = executorKind({
  schema: z.strictObject({
    executor: z.literal('ramping-arrival-rate'),
    ...everyArrivalRate,
    startRate: rateLevelSchema.default(0),
    stages: z.array(z.strictObject({ ...everyStage, rate: rateLevelSchema })).min(1),
  }),
  schedule: ({ startRate, stages, per, maxUsers }) => {
    const steps = stages.map(({ duration, rate }) => ({ durationMs: durationMs(duration), level: rate }))
    return arrivalSchedule({ stages: stagesFrom(startRate, steps), perMs: durationMs(per), maxUsers })
  },
  mapRates: (config, map) => ({
    ...config,
    ...withPool(config, map),
    startRate: map(config.startRate, 0),
    stages: config.stages.map((stage, i) => ({ ...stage, rate: map(stage.rate, i + 1) })),
  }),
  withLength: (config, rescaled) => ({ ...config, stages: withStageLengths(config.stages, rescaled) }),
})
