import type { ExecutorConfig } from '../profile.ts'
import type { ArrivalSchedule } from './arrival-schedule.ts'
import { constantArrivalRate } from './constant-arrival-rate.ts'
import { constantVus } from './constant-vus.ts'
import { perVuIterations } from './per-vu-iterations.ts'
import { rampingArrivalRate } from './ramping-arrival-rate.ts'
import { rampingVus } from './ramping-vus.ts'
import { sharedIterations } from './shared-iterations.ts'
import type { UserSchedule } from './user-schedule.ts'

export type { ArrivalSchedule } from './arrival-schedule.ts'
export type { Span, Stage } from './piecewise-linear.ts'
export type { UserSchedule } from './user-schedule.ts'

/** What an executor does and when: users that live, or iterations that arrive. */
export type Schedule = UserSchedule | ArrivalSchedule

/** The schedule of an executor. Times count from its own start: `startTime` is not in them. */
export function scheduleOf(config: ExecutorConfig): Schedule {
  switch (config.executor) {
    case 'constant-vus':
      return constantVus(config)
    case 'ramping-vus':
      return rampingVus(config)
    case 'constant-arrival-rate':
      return constantArrivalRate(config)
    case 'ramping-arrival-rate':
      return rampingArrivalRate(config)
    case 'shared-iterations':
      return sharedIterations(config)
    case 'per-vu-iterations':
      return perVuIterations(config)
  }
}
