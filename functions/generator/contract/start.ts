import type { VirtualUser } from '../../../lib/core/scenario/flow.ts'

export interface Flow {
  name: string
  run: (vu: VirtualUser) => Promise<unknown>
}

/** One iteration to be made. */
export interface Start {
  /** Number of the iteration: the user's own, or the run's for arrival rates. */
  iteration: number
  /** Seed of its random choices. */
  seed: number
  flow: Flow
  intendedAtMs: number
}
