import { durationMs } from '../duration.ts'
import type { ExecutorConfig } from '../profile.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { type UserSchedule, userSchedule } from './user-schedule.ts'

type Config = Extract<ExecutorConfig, { executor: 'per-vu-iterations' }>

/** A number of iterations for each user. */
export function perVuIterations({ users, iterations, maxDuration }: Config): UserSchedule {
  const stages = stagesFrom(users, [{ durationMs: durationMs(maxDuration), level: users }])
  return userSchedule(stages, { perUser: iterations })
}
