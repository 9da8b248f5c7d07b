import { durationMs } from '../duration.ts'
import type { ExecutorConfig } from '../profile.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { type UserSchedule, userSchedule } from './user-schedule.ts'

type Config = Extract<ExecutorConfig, { executor: 'shared-iterations' }>

/** A number of iterations that all users work off together. */
export function sharedIterations({ users, iterations, maxDuration }: Config): UserSchedule {
  const stages = stagesFrom(users, [{ durationMs: durationMs(maxDuration), level: users }])
  return userSchedule(stages, { shared: iterations })
}
