import { durationMs } from '../duration.ts'
import type { ExecutorConfig } from '../profile.ts'
import { stagesFrom } from './piecewise-linear.ts'
import { type UserSchedule, userSchedule } from './user-schedule.ts'

type Config = Extract<ExecutorConfig, { executor: 'constant-vus' }>

/** The same users from the start to the end. */
export function constantVus({ users, duration }: Config): UserSchedule {
  return userSchedule(stagesFrom(users, [{ durationMs: durationMs(duration), level: users }]))
}
