import type { Tags } from '../../../lib/core/metrics/metric.ts'

/** What an exchange was part of. */
export interface StepContext {
  flow: string
  name: string
  tags: Tags | undefined
  /** How late the iteration had started: it delays every request in it. */
  lagMs: number
}
