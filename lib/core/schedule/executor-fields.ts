import { z } from 'zod'
import { type Duration, durationMs, durationSchema } from '../base/duration.ts'
import { type Chaos, chaosSchema, rescaledChaos } from './chaos.ts'
import type { MapLevel, Rescaled } from './executor-kind.ts'

/** The name of an executor, a stage or a flow. */
export const nameSchema = z.string().regex(/^[\w-]+$/, { error: 'must be letters, digits, - and _' })
export const usersSchema = z.number().int().min(1).max(10_000_000)
export const userLevelSchema = z.number().min(0).max(10_000_000)
export const rateLevelSchema = z.number().min(0).max(10_000_000)
export const iterationsSchema = z.number().int().min(1).max(1_000_000_000)
export const positiveDurationSchema = durationSchema.refine((text) => /[1-9]/.test(text), {
  error: 'must be longer than zero',
})

export const everyExecutor = {
  name: nameSchema.optional(),
  /** When it starts, counted from the start of the run. */
  startTime: durationSchema.default('0s'),
  /** How long iterations may take to finish after the executor's end. */
  gracefulStop: durationSchema.default('30s'),
  /** The flows it runs: names, or names with weights of their own. By default all, with their weights. */
  flows: z.union([z.array(nameSchema).min(1), z.record(nameSchema, z.number().positive())]).optional(),
}
export const everyArrivalRate = {
  ...everyExecutor,
  /** Time unit of the rate. */
  per: positiveDurationSchema.default('1s'),
  /** Size of the user pool. An arrival that finds all of them busy is a dropped iteration. */
  maxUsers: usersSchema.optional(),
}
export const everyStage = {
  name: nameSchema.optional(),
  duration: durationSchema,
  chaos: chaosSchema.optional(),
}
/** An executor without stages is a stage of its own. */
export const oneStage = { chaos: chaosSchema.optional() }
/** Executors that count iterations end when these are done, or after this time. */
export const countedIterations = {
  users: usersSchema,
  iterations: iterationsSchema,
  maxDuration: positiveDurationSchema.default('10m'),
}

/** A pool of users in proportion to the rates. */
export function withPool(
  { maxUsers }: { maxUsers?: number | undefined },
  map: MapLevel,
): { maxUsers?: number } {
  return maxUsers === undefined ? {} : { maxUsers: Math.ceil(map(maxUsers, 0)) }
}

/** An executor of one stage in another length, which stands in its field `duration` or `maxDuration`. */
export function withLength<F extends 'duration' | 'maxDuration', C extends Lasting<F>>(
  config: C,
  field: F,
  rescaled: Rescaled,
): C {
  const before: Duration = config[field]
  const now = rescaled(0, durationMs(before))
  return { ...config, [field]: now, ...rescaledChaos(config.chaos, before, now) }
}
type Lasting<F extends string> = Record<F, Duration> & { chaos?: Chaos | undefined }

/** Stages in another length. Boundaries are rescaled, not lengths, so that rounding never adds up. */
export function withStageLengths<S extends Lasting<'duration'>>(
  stages: readonly S[],
  rescaled: Rescaled,
): S[] {
  let toMs = 0
  return stages.map((stage) => {
    const fromMs = toMs
    toMs += durationMs(stage.duration)
    const duration = rescaled(fromMs, toMs)
    return { ...stage, duration, ...rescaledChaos(stage.chaos, stage.duration, duration) }
  })
}
