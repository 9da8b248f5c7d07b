import { durationMs } from '../duration.ts'
import type { ExecutorConfig } from '../profile.ts'
import { type ArrivalSchedule, arrivalSchedule } from './arrival-schedule.ts'
import { stagesFrom } from './piecewise-linear.ts'

type Config = Extract<ExecutorConfig, { executor: 'ramping-arrival-rate' }>

/** Arrivals whose rate follows the stages. */
export function rampingArrivalRate({ startRate, stages, per, maxUsers }: Config): ArrivalSchedule {
  const steps = stages.map(({ duration, rate }) => ({ durationMs: durationMs(duration), level: rate }))
  return arrivalSchedule({ stages: stagesFrom(startRate, steps), perMs: durationMs(per), maxUsers })
}
