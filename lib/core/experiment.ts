import { z } from 'zod'
import { durationMs, durationSchema } from './duration.ts'
import type { StageSpan } from './stage.ts'

/** Actions that one template of AWS FIS may have. */
const MOST_ACTIONS = 20

export const templateSchema = z
  .string()
  .regex(/^EXT\w{1,61}$/, { error: 'must be the id of a template of AWS FIS: EXT…' })

/** Experiments that a stage starts: faults that somebody described as templates of AWS FIS. */
export const chaosSchema = z
  .array(
    z.strictObject({
      /** In charts and reports; by default the template. */
      name: z.string().min(1).max(60).optional(),
      template: templateSchema,
      /** When it starts, counted from the start of the stage. */
      after: durationSchema.default('0s'),
      /** When it is stopped at the latest, counted from its start; by default at the end of the stage. */
      for: durationSchema
        .refine((text) => /[1-9]/.test(text), { error: 'must be longer than zero' })
        .optional(),
      /** How many actions the template has: each has its price. */
      actions: z.number().int().min(1).max(MOST_ACTIONS).default(1),
    }),
  )
  .min(1)
export type Chaos = z.infer<typeof chaosSchema>

/** An experiment as it is meant to be. Times count from the start of the run. */
export const plannedExperimentSchema = z.strictObject({
  name: z.string(),
  template: templateSchema,
  stage: z.string(),
  actions: z.number().int(),
  fromMs: z.number(),
  toMs: z.number(),
})
export type PlannedExperiment = z.infer<typeof plannedExperimentSchema>

/** Each experiment of a run has its number in the plan. */
export const experimentPrefix = (run: string): string => `runs/${run}/experiments/`
export const experimentKey = (run: string, index: number): string => `${experimentPrefix(run)}${index}`

/** Whoever asks again with it finds the experiment that it has started. */
export const experimentToken = (run: string, { stage }: PlannedExperiment, index: number): string =>
  `${run}/${stage}/${index}`

/**
 * What became of an experiment. `stopped`: at the end of its time, or with the run. `failed`: it ended in another way
 * than was meant. `not-started`: there was no fault at all.
 */
export const experimentSchema = plannedExperimentSchema.extend({
  state: z.enum(['running', 'completed', 'stopped', 'failed', 'not-started']),
  /** What AWS FIS calls it. */
  id: z.string().optional(),
  /** From the start of the run. */
  startedMs: z.number().optional(),
  endedMs: z.number().optional(),
  reason: z.string().optional(),
})
export type Experiment = z.infer<typeof experimentSchema>

/** The experiments of one stage, none of which lasts longer than it. */
export function experimentsOf(chaos: Chaos | undefined, stage: StageSpan): PlannedExperiment[] {
  return (chaos ?? []).map(({ name, template, after, for: length, actions }) => {
    const fromMs = stage.fromMs + durationMs(after)
    const lastMs = length === undefined ? stage.toMs : fromMs + durationMs(length)
    return {
      name: name ?? template,
      template,
      stage: stage.name,
      actions,
      fromMs,
      toMs: Math.min(stage.toMs, lastMs),
    }
  })
}

/** Experiments that nobody starts where the run is made. */
export function notStarted(planned: readonly PlannedExperiment[], reason: string): Experiment[] {
  return planned.map((experiment) => ({ ...experiment, state: 'not-started', reason }))
}
