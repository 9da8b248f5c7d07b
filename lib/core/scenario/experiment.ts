import { z } from 'zod'
import { durationMs } from '../base/duration.ts'
import { type Chaos, templateSchema } from '../schedule/chaos.ts'
import type { StageSpan } from './stage.ts'

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
