import type { Summary, Values } from '../../../lib/core/summary.ts'
import { formatFigure, formatNumber, SHARE } from '../figure.ts'
import { type Markup, markup } from '../markup.ts'
import { type Column, nothing, section, table } from './table.ts'

type Kind = Values['kind']
/** A metric over all its tags. */
interface Metric<OfKind extends Kind> {
  name: string
  unit: string
  values: Extract<Values, { kind: OfKind }>
}

/** All that was measured, whether a threshold judges it or not. */
export function metricsSection(summary: Summary): Markup {
  const trends = ofKind(summary, 'trend').filter(({ values }) => values.count > 0)
  const counters = ofKind(summary, 'counter')
  const rates = ofKind(summary, 'rate')
  const gauges = ofKind(summary, 'gauge')
  if (trends.length + counters.length + rates.length + gauges.length === 0) {
    return section('metrics', 'Metrics', '', nothing('Nothing was measured.'))
  }
  return section(
    'metrics',
    'Metrics',
    'Over the whole run and all tags.',
    markup`<div class="stack">${panel('Trends', trends, TREND_COLUMNS)}<div class="columns even">
${panel('Counters', counters, counterColumns(counters))}${panel('Rates', rates, RATE_COLUMNS)}${panel('Gauges', gauges, GAUGE_COLUMNS)}</div></div>`,
  )
}

function ofKind<OfKind extends Kind>({ metrics }: Summary, kind: OfKind): Metric<OfKind>[] {
  const isOfKind = (values: Values): values is Metric<OfKind>['values'] => values.kind === kind
  return Object.entries(metrics)
    .flatMap(([name, { unit, values }]) => (isOfKind(values) ? [{ name, unit, values }] : []))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

function panel<Item>(
  title: string,
  metrics: readonly Item[],
  columns: readonly Column<Item>[],
): Markup | undefined {
  if (metrics.length === 0) return undefined
  return markup`<div class="card flush"><h3>${title}</h3>${table(columns, metrics, { label: title })}</div>`
}

function figure<OfKind extends Kind>(
  title: string,
  of: (values: Metric<OfKind>['values']) => number,
  unitOf: (unit: string) => string = (unit) => unit,
): Column<Metric<OfKind>> {
  return {
    title,
    number: ({ values }) => of(values),
    cell: ({ values, unit }) => formatFigure(of(values), unitOf(unit)),
  }
}

function metricName<OfKind extends Kind>(): Column<Metric<OfKind>> {
  return { title: 'Metric', cell: ({ name }) => markup`<span class="wrap">${name}</span>` }
}

const TREND_COLUMNS: Column<Metric<'trend'>>[] = [
  metricName(),
  { title: 'Count', number: ({ values }) => values.count, cell: ({ values }) => formatNumber(values.count) },
  figure('Min', ({ min }) => min),
  figure('Average', ({ avg }) => avg),
  figure('p50', ({ med }) => med),
  figure('p90', ({ p90 }) => p90),
  figure('p95', ({ p95 }) => p95),
  figure('p99', ({ p99 }) => p99),
  figure('p99.9', ({ p999 }) => p999),
  figure('Max', ({ max }) => max),
]

const DRAINED_COLUMN: Column<Metric<'counter'>> = figure('While draining', ({ drained = 0 }) => drained)

const COUNTER_COLUMNS: Column<Metric<'counter'>>[] = [
  metricName(),
  figure('Total', ({ count }) => count),
  figure(
    'Rate',
    ({ perSecond }) => perSecond,
    (unit) => `${unit}/s`,
  ),
]

function counterColumns(counters: readonly Metric<'counter'>[]): Column<Metric<'counter'>>[] {
  if (!counters.some(({ values }) => values.drained)) return COUNTER_COLUMNS
  return COUNTER_COLUMNS.toSpliced(2, 0, DRAINED_COLUMN)
}

const RATE_COLUMNS: Column<Metric<'rate'>>[] = [
  metricName(),
  figure(
    'Share',
    ({ rate }) => rate,
    () => SHARE,
  ),
  { title: 'Of', number: ({ values }) => values.total, cell: ({ values }) => formatNumber(values.total) },
]

const GAUGE_COLUMNS: Column<Metric<'gauge'>>[] = [
  metricName(),
  figure('Last', ({ value }) => value),
  figure('Min', ({ min }) => min),
  figure('Max', ({ max }) => max),
]
