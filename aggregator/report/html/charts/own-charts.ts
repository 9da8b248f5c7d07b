import type { MetricLine, Summary } from '../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { SHARE } from '../../model/figure.ts'
import { isOwn } from '../../model/own-metrics.ts'
import { type Chart, chartOf, trendChart } from './chart.ts'
import { drawable } from './columns.ts'
import { type JudgedOf, judgedIn } from './judged-in.ts'

/** A small chart for each of a scenario's own metrics that the timeline follows. */
export function ownCharts(verdict: Pick<Verdict, 'thresholds'>, summary: Summary): Chart[] {
  const judgedOf = judgedIn(verdict, summary)
  const charts = summary.timeline.metrics
    .filter(({ metric }) => isOwn(metric))
    .map((line, index) => ({ ...chartOfLine(line, `own-${index}`, judgedOf), small: true }))
  return drawable(charts, summary)
}

function chartOfLine({ metric, unit, kind }: MetricLine, id: string, judgedOf: JudgedOf): Chart {
  switch (kind) {
    case 'trend':
      return {
        ...trendChart(
          { id, title: metric, hint: unit === '' ? 'trend' : `trend · ${unit}`, unit },
          (column) => ({ metric, column }),
          judgedOf(metric, unit),
        ),
        log: false,
      }
    case 'counter':
      return chartOf(
        { id, title: metric, hint: 'counter · per second', unit: `${unit}/s` },
        [{ label: metric, values: { metric, column: 'perSecond' }, tone: 'blue' }],
        judgedOf(metric, `${unit}/s`),
      )
    case 'rate':
      return chartOf(
        { id, title: metric, hint: 'rate · share of true', unit: SHARE },
        [{ label: metric, values: { metric, column: 'rate' }, tone: 'teal' }],
        judgedOf(metric, SHARE),
      )
    case 'gauge':
      return {
        ...chartOf(
          { id, title: metric, hint: unit === '' ? 'gauge · latest' : `gauge · latest · ${unit}`, unit },
          [{ label: metric, values: { metric, column: 'value' }, tone: 'violet' }],
          judgedOf(metric, unit),
        ),
        close: true,
      }
  }
}
