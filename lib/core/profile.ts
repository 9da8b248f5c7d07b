import { z } from 'zod'
import { durationSchema } from './duration.ts'
import { chaosSchema } from './experiment.ts'
import { thresholdSchema } from './threshold.ts'

const name = z.string().regex(/^[\w-]+$/, { error: 'must be letters, digits, - and _' })
const users = z.number().int().min(1).max(10_000_000)
const userLevel = z.number().min(0).max(10_000_000)
const rateLevel = z.number().min(0).max(10_000_000)
const iterations = z.number().int().min(1).max(1_000_000_000)
const positiveDuration = durationSchema.refine((text) => /[1-9]/.test(text), {
  error: 'must be longer than zero',
})

const everyExecutor = {
  name: name.optional(),
  /** When it starts, counted from the start of the run. */
  startTime: durationSchema.default('0s'),
  /** How long iterations may take to finish after the executor's end. */
  gracefulStop: durationSchema.default('30s'),
  /** The flows it runs: names, or names with weights of their own. By default all, with their weights. */
  flows: z.union([z.array(name).min(1), z.record(name, z.number().positive())]).optional(),
}
const everyArrivalRate = {
  ...everyExecutor,
  /** Time unit of the rate. */
  per: positiveDuration.default('1s'),
  /** Size of the user pool. An arrival that finds all of them busy is a dropped iteration. */
  maxUsers: users.optional(),
}
const everyStage = { name: name.optional(), duration: durationSchema, chaos: chaosSchema.optional() }
const userStages = z.array(z.strictObject({ ...everyStage, users: userLevel })).min(1)
const rateStages = z.array(z.strictObject({ ...everyStage, rate: rateLevel })).min(1)
/** An executor without stages is a stage of its own. */
const oneStage = { chaos: chaosSchema.optional() }

export const executorSchema = z.discriminatedUnion('executor', [
  z.strictObject({
    executor: z.literal('constant-vus'),
    ...everyExecutor,
    ...oneStage,
    users,
    duration: positiveDuration,
  }),
  z.strictObject({
    executor: z.literal('ramping-vus'),
    ...everyExecutor,
    startUsers: userLevel.default(0),
    stages: userStages,
  }),
  z.strictObject({
    executor: z.literal('constant-arrival-rate'),
    ...everyArrivalRate,
    ...oneStage,
    rate: rateLevel,
    duration: positiveDuration,
  }),
  z.strictObject({
    executor: z.literal('ramping-arrival-rate'),
    ...everyArrivalRate,
    startRate: rateLevel.default(0),
    stages: rateStages,
  }),
  z.strictObject({
    executor: z.literal('shared-iterations'),
    ...everyExecutor,
    ...oneStage,
    users,
    iterations,
    maxDuration: positiveDuration.default('10m'),
  }),
  z.strictObject({
    executor: z.literal('per-vu-iterations'),
    ...everyExecutor,
    ...oneStage,
    users,
    iterations,
    maxDuration: positiveDuration.default('10m'),
  }),
])
export type ExecutorConfig = z.infer<typeof executorSchema>

export const profileSchema = z.strictObject({
  description: z.string().optional(),
  executors: z.array(executorSchema).min(1),
  /** Rows judged besides the scenario's. A row with the title of one of them takes its place. */
  thresholds: z.array(thresholdSchema).optional(),
})
export type Profile = z.infer<typeof profileSchema>
