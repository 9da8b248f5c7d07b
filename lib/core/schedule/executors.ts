import { z } from 'zod'
import { constantArrivalRate } from './constant-arrival-rate.ts'
import { constantVus } from './constant-vus.ts'
import type { ExecutorKind, MapLevel, Rescaled, Schedule } from './executor-kind.ts'
import { perVuIterations } from './per-vu-iterations.ts'
import { rampingArrivalRate } from './ramping-arrival-rate.ts'
import { rampingVus } from './ramping-vus.ts'
import { sharedIterations } from './shared-iterations.ts'

export type { ArrivalSchedule } from './arrival-schedule.ts'
export type { Schedule } from './executor-kind.ts'
export type { Span, Stage } from './piecewise-linear.ts'
export type { UserSchedule } from './user-schedule.ts'

/** Every kind of executor. A new one is a file beside these and a line here. */
const KINDS = [
  constantVus,
  rampingVus,
  constantArrivalRate,
  rampingArrivalRate,
  sharedIterations,
  perVuIterations,
] as const

type SchemasOf<K> = { [I in keyof K]: K[I] extends { schema: infer S } ? S : never }

export const executorSchema = z.discriminatedUnion(
  'executor',
  KINDS.map(({ schema }) => schema) as unknown as SchemasOf<typeof KINDS>,
)
export type ExecutorConfig = z.infer<typeof executorSchema>

/** A kind as it is asked for with the configurations that its own schema has read. */
type AnyKind = ExecutorKind<z.ZodObject, ExecutorConfig>

const KIND_OF = new Map(
  KINDS.map((kind) => [kind.schema.shape.executor.value, kind as unknown as AnyKind] as const),
)

function kindOf({ executor }: ExecutorConfig): AnyKind {
  return KIND_OF.get(executor) as AnyKind
}

/** The schedule of an executor. Times count from its own start: `startTime` is not in them. */
export function scheduleOf(config: ExecutorConfig): Schedule {
  return kindOf(config).schedule(config)
}

/** The executor with other levels of users; itself where it has none. */
export function withUserLevels(config: ExecutorConfig, map: MapLevel): ExecutorConfig {
  return kindOf(config).mapUsers?.(config, map) ?? config
}

/** The executor with other rates, and a user pool in proportion; itself where it has none. */
export function withRates(config: ExecutorConfig, map: MapLevel): ExecutorConfig {
  return kindOf(config).mapRates?.(config, map) ?? config
}

/** The executor in another length. */
export function withLengths(config: ExecutorConfig, rescaled: Rescaled): ExecutorConfig {
  return kindOf(config).withLength(config, rescaled)
}
