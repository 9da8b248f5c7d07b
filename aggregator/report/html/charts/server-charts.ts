import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { judgedBy } from './bounds.ts'
import { type Chart, chartOf } from './chart.ts'

/** A small chart for each metric that the target's own sources gave. */
export function serverCharts({ thresholds }: Pick<Verdict, 'thresholds'>, summary: Summary): Chart[] {
  return summary.server.map(({ metric, source, unit, points, noData }, index) => {
    const rows = thresholds.filter((row) => row.metric === metric)
    const about = {
      id: `server-${index}`,
      title: metric,
      hint: unit === '' ? source : `${source} · ${unit}`,
      unit,
    }
    return {
      ...chartOf(
        about,
        [{ label: metric, values: { server: index }, tone: 'violet' }],
        judgedBy(rows, unit, summary),
      ),
      small: true,
      close: true,
      ...(points.length === 0 ? { noData: noData ?? 'the source gave no points' } : {}),
    }
  })
}
