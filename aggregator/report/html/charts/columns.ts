import type { Summary } from '../../../../lib/core/results/summary.ts'
import { timeColumns } from '../client/series.js'
import type { Chart, Line } from './chart.ts'

/** The values of a chart's lines as the page draws them, in the order of the lines. */
export function columnsOf(chart: Chart, summary: Summary): (number | null)[][] {
  return timeColumns(chart, summary).slice(1)
}

/** The charts that have something to show, each without the lines that have nothing. */
export function drawable(charts: readonly Chart[], summary: Summary): Chart[] {
  return charts.flatMap((chart) => {
    const columns = columnsOf(chart, summary)
    const known = chart.lines.filter((_, index) => columns[index]?.some((value) => value !== null))
    const isJudged = chart.bounds.length > 0
    const says = chart.lines.some((line, index) => saysSomething(line, columns[index] ?? [], isJudged))
    return says ? [{ ...chart, lines: known }] : []
  })
}

/** A count that stays at zero says nothing unless it is judged; a latency of zero does. */
function saysSomething({ values }: Line, column: readonly (number | null)[], isJudged: boolean): boolean {
  const isTrend = 'column' in values && ['p50', 'p95', 'p99', 'max'].includes(values.column)
  return column.some((value) => value !== null && (value !== 0 || isTrend || isJudged))
}
