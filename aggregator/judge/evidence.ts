import type { Summary } from '../../lib/core/results/summary.ts'
import type { OutsideSeries } from '../../lib/core/scenario/source.ts'
import type { Merge } from '../merge/merge.ts'

/** What a threshold may be measured by. */
export interface Evidence {
  merge: Merge
  /** Absent while the run goes on: then only what snapshots and sampled sources tell can be measured. */
  summary?: Summary
  /** What sampled sources have seen so far, where the run goes on. */
  sampled?: readonly OutsideSeries[]
  /** End of the time that counts, from the start of the run. */
  untilMs: number
  /** Only windows that end after this time count. */
  windowsSinceMs: number
}
