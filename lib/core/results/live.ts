import { z } from 'zod'

export const liveKey = (run: string): string => `runs/${run}/live.json`

const count = z.number().min(0)

/** A run as it goes on; in the cloud one object, overwritten every few seconds. */
export const liveSchema = z.strictObject({
  run: z.string(),
  elapsedMs: z.number(),
  durationMs: z.number(),
  stage: z.string().optional(),
  users: count,
  requestsPerSecond: count,
  p95Ms: count.optional(),
  /** 0 to 1. */
  failedShare: count,
  generatorsUp: count,
  generatorsPlanned: count,
  /** The threshold that is nearest to breaking, or already broken. */
  worst: z
    .strictObject({
      title: z.string(),
      /** In `unit`; `share` for 0 to 1. */
      value: z.number(),
      unit: z.string(),
      /** As written: `p(95)<250`. */
      limit: z.string(),
      state: z.enum(['pass', 'warn', 'fail', 'no-data']),
    })
    .optional(),
  stopping: z.boolean().optional(),
  /** What the run has cost so far, and what it was quoted at. Absent where nothing is charged. */
  cost: z.strictObject({ quotedUsd: count, accruedUsd: count }).optional(),
  /** Why series of the run are missing in CloudWatch, where they could not be published. */
  unpublished: z.string().optional(),
})
export type Live = z.infer<typeof liveSchema>
