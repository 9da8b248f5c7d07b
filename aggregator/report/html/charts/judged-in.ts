import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { judgedBy } from './bounds.ts'
import type { Judged } from './chart.ts'

/** What thresholds say of a metric over all its tags, in a chart of this unit. */
export type JudgedOf = (metric: string, unit: string) => Judged

export function judgedIn({ thresholds }: Pick<Verdict, 'thresholds'>, summary: Summary): JudgedOf {
  return (metric, unit) =>
    judgedBy(
      thresholds.filter((row) => row.metric === metric && row.selector === undefined),
      unit,
      summary,
    )
}
