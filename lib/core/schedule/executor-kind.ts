import type { z } from 'zod'
import type { Duration } from '../base/duration.ts'
import type { ArrivalSchedule } from './arrival-schedule.ts'
import type { UserSchedule } from './user-schedule.ts'

/** What an executor does and when: users that live, or iterations that arrive. */
export type Schedule = UserSchedule | ArrivalSchedule

/** Gives another level for one of a configuration: the first is the one at the start, then comes one for each stage. */
export type MapLevel = (level: number, index: number) => number

/** The new length of a part of an executor, by where it began and ended from the executor's start. */
export type Rescaled = (fromMs: number, toMs: number) => Duration

/** All there is to know of one kind of executor: an object a file, listed in `executors.ts`. */
export interface ExecutorKind<
  S extends z.ZodObject = z.ZodObject,
  C = z.output<S>,
  R extends Schedule = Schedule,
> {
  /** Fields of its configuration; `executor` is the literal that names it. */
  schema: S
  /** Times count from the executor's own start: `startTime` is not in them. */
  schedule(config: C): R
  /** Replaces its levels of users; absent where it has none. */
  mapUsers?(config: C, map: MapLevel): C
  /** Replaces its rates, and the size of the user pool in proportion; absent where it has none. */
  mapRates?(config: C, map: MapLevel): C
  /** Gives it another length. */
  withLength(config: C, rescaled: Rescaled): C
}

/** Infers the configuration of a kind from its schema, and which schedule it makes. */
export const executorKind = <S extends z.ZodObject, R extends Schedule>(
  kind: ExecutorKind<S, z.output<S>, R>,
): ExecutorKind<S, z.output<S>, R> => kind
