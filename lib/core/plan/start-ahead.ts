import { durationMs } from '../base/duration.ts'
import { scheduleOf } from '../schedule/executors.ts'
import type { Plan } from './plan.ts'

/** From the last generator's being ready to the common start, where no user needs a connection. */
const START_AHEAD_MS = 300
/** Generators open the connections of the first users at this rate each. */
export const CONNECTIONS_PER_SECOND = 2_000
/** Servers close connections on which nothing is asked for long. */
export const MAX_AHEAD_MS = 10_000

/** Users who live from the very beginning of a run. */
export function usersAtStart({ executors }: Pick<Plan, 'executors'>): number {
  return executors.reduce((sum, executor) => {
    const schedule = scheduleOf(executor)
    const atOnce = schedule.kind === 'users' && durationMs(executor.startTime) === 0
    return atOnce ? sum + schedule.usersAt(0) : sum
  }, 0)
}

/** From the last generator's being ready to the common start: time for the first users to connect. */
export function startAheadMs(plan: Pick<Plan, 'executors' | 'slices'>): number {
  const each = Math.ceil(usersAtStart(plan) / plan.slices)
  return Math.min(MAX_AHEAD_MS, START_AHEAD_MS + (each / CONNECTIONS_PER_SECOND) * 1_000)
}
