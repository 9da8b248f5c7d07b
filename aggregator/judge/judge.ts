import type { Plan } from '../../lib/core/plan/plan.ts'
import type { Observed } from '../../lib/core/results/observed.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import type { Verdict } from '../../lib/core/results/verdict.ts'
import type { Stop } from '../../lib/core/run/stop.ts'
import type { Merge } from '../merge/merge.ts'
import { summarise } from '../summary/summarise.ts'
import { costOf } from './cost.ts'
import { evaluate } from './evaluate.ts'

export interface Judged {
  summary: Summary
  verdict: Verdict
}

/** From everything that was merged and observed to the summary and its verdict. */
export function judge(plan: Plan, merge: Merge, observed: Observed, stop: Stop | undefined): Judged {
  const { accruedUsd } = costOf(merge, observed.endedAtMs)
  const summary = summarise(merge, observed)
  const { ends, remarks, cutShort } = observed
  return { summary, verdict: evaluate({ plan, merge, summary, ends, remarks, cutShort, stop, accruedUsd }) }
}
