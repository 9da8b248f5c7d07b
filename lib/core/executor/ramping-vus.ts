import { durationMs } from '../duration.ts'
import type { ExecutorConfig } from '../profile.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { type UserSchedule, userSchedule } from './user-schedule.ts'

type Config = Extract<ExecutorConfig, { executor: 'ramping-vus' }>

/** Users that follow the stages. Levels are not rounded: at level 2.5 three users live, at 2 two. */
export function rampingVus({ startUsers, stages }: Config): UserSchedule {
  const steps = stages.map(({ duration, users }) => ({ durationMs: durationMs(duration), level: users }))
  return userSchedule(stagesFrom(startUsers, steps))
}
