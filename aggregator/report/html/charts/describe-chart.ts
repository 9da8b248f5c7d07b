import type { Summary } from '../../../../lib/core/results/summary.ts'
import { writeFigure, writeSpan } from '../client/figure.js'
import { timeColumns } from '../client/series.js'
import type { Chart } from './chart.ts'

/** A chart in words, for readers who do not see it: each line's range and last value, and what thresholds say. */
export function describeChart(chart: Chart, summary: Summary): string {
  const [xs, ...columns] = timeColumns(chart, summary)
  const lines = chart.lines.map(({ label }, index) => `${label} ${rangeOf(columns[index] ?? [], xs, chart)}`)
  const judged = [
    ...chart.measured.map(({ label, spans }) => `measured: ${label}${during(spans)}`),
    ...chart.bounds.map(({ kind, label, spans }) => `${kind}: ${label}${during(spans)}`),
  ]
  return `${[...lines, ...judged].join('; ')}.`
}

function rangeOf(column: readonly (number | null)[], xs: readonly number[], { ladder }: Chart): string {
  const known = column.flatMap((value, index) => (value === null ? [] : [{ value, atMs: xs[index] ?? 0 }]))
  const [first] = known
  const last = known.at(-1)
  if (!first || !last) return 'has no values'
  const highest = known.reduce((most, one) => (one.value > most.value ? one : most), first)
  const lowest = known.reduce((least, one) => (one.value < least.value ? one : least), first)
  const write = (value: number) => writeFigure(value, ladder)
  if (highest.value === lowest.value) return `is ${write(first.value)} throughout`
  return `from ${write(lowest.value)} to ${write(highest.value)}, which is at ${writeSpan(highest.atMs)}, and ${write(last.value)} at the end`
}

function during(spans: Chart['measured'][number]['spans']): string {
  if (spans === undefined) return ''
  return ` from ${spans.map(({ fromMs, toMs }) => `${writeSpan(fromMs)} to ${writeSpan(toMs)}`).join(' and from ')}`
}
