import { durationMs } from '../duration.ts'
import type { ExecutorConfig } from '../profile.ts'
import { type ArrivalSchedule, arrivalSchedule } from './arrival-schedule.ts'
import { stagesFrom } from './piecewise-linear.ts'

type Config = Extract<ExecutorConfig, { executor: 'constant-arrival-rate' }>

/** Arrivals at even distances, the first at once. */
export function constantArrivalRate({ rate, duration, per, maxUsers }: Config): ArrivalSchedule {
  const stages = stagesFrom(rate, [{ durationMs: durationMs(duration), level: rate }])
  return arrivalSchedule({ stages, perMs: durationMs(per), maxUsers })
}
