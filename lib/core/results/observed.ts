import { z } from 'zod'
import { experimentSchema } from '../scenario/experiment.ts'
import { outsideSeriesSchema } from '../scenario/source.ts'

/** Parts of what sampled sources saw, one for each watch, until `observed.json` holds all of it. */
export const sampledPrefix = (run: string): string => `runs/${run}/sampled/`
export const observedKey = (run: string): string => `runs/${run}/observed.json`

/** How an invocation ended; `error` where it did not end by itself. */
export const generatorEndSchema = z.strictObject({
  slice: z.number().int(),
  window: z.number().int(),
  attempt: z.number().int(),
  ending: z.string().optional(),
  error: z.string().optional(),
})
export type GeneratorEnd = z.infer<typeof generatorEndSchema>

/** What the coordinator saw of a run and no snapshot tells: with it, a run can be judged again at any time. */
export const observedSchema = z.strictObject({
  /** The common start and the end, epoch milliseconds. */
  startAtMs: z.number(),
  endedAtMs: z.number(),
  ends: z.array(generatorEndSchema),
  server: z.array(outsideSeriesSchema),
  /** What became of every experiment of the plan. */
  experiments: z.array(experimentSchema).default([]),
  /** What else the reader of the verdict should know, such as a teardown that failed. */
  remarks: z.array(z.string()),
  /** Why there is no more than the snapshots to judge by: what wrote this did not see the end of the run. */
  cutShort: z.string().optional(),
})
export type Observed = z.infer<typeof observedSchema>
