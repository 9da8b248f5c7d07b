import type { Values } from '../../../lib/core/results/summary.ts'
import { formatFigure, formatNumber } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { formatQuantile, formatShareOf } from '../model/small-sample.ts'
import { type Column, panel, table } from './table.ts'

type Kind = Values['kind']

/** A metric over all its tags, or one of its series. */
export interface Measured<OfKind extends Kind = Kind> {
  name: string
  /** The tags of a series. */
  tags?: string
  unit: string
  values: Extract<Values, { kind: OfKind }>
}

/** A table for each kind of metric that there is; `undefined` where there are none. */
export function metricPanels(measured: readonly Measured[], about: string): Markup | undefined {
  const trends = ofKind(measured, 'trend').filter(({ values }) => values.count > 0)
  const counters = ofKind(measured, 'counter')
  const rates = ofKind(measured, 'rate')
  const gauges = ofKind(measured, 'gauge')
  if (trends.length + counters.length + rates.length + gauges.length === 0) return undefined
  const tables = [
    tableOf('Counters', counters, counterColumns(counters), about),
    tableOf('Rates', rates, RATE_COLUMNS, about),
    tableOf('Gauges', gauges, GAUGE_COLUMNS, about),
  ].filter((one) => one !== undefined)
  return markup`<div class="stack">${tableOf('Trends', trends, TREND_COLUMNS, about)}${
    tables.length === 0
      ? undefined
      : markup`<div class="columns even">
${tables}</div>`
  }</div>`
}

function ofKind<OfKind extends Kind>(all: readonly Measured[], kind: OfKind): Measured<OfKind>[] {
  const isOfKind = (values: Values): values is Measured<OfKind>['values'] => values.kind === kind
  return all.flatMap(({ values, ...one }) => (isOfKind(values) ? [{ ...one, values }] : []))
}

function tableOf<Item>(
  title: string,
  items: readonly Item[],
  columns: readonly Column<Item>[],
  about: string,
): Markup | undefined {
  if (items.length === 0) return undefined
  return panel(title, table(columns, items, { label: `${title} ${about}` }))
}

function figure<OfKind extends Kind>(
  title: string,
  of: (values: Measured<OfKind>['values']) => number,
  unitOf: (unit: string) => string = (unit) => unit,
): Column<Measured<OfKind>> {
  return {
    title,
    number: ({ values }) => of(values),
    cell: ({ values, unit }) => formatFigure(of(values), unitOf(unit)),
  }
}

function percentile(
  title: string,
  quantile: number,
  of: (values: Measured<'trend'>['values']) => number,
): Column<Measured<'trend'>> {
  return {
    title,
    number: ({ values }) => of(values),
    cell: ({ values, unit }) => formatQuantile(of(values), unit, values.count, quantile),
  }
}

function metricName<OfKind extends Kind>(): Column<Measured<OfKind>> {
  return {
    title: 'Metric',
    cell: ({ name, tags }) =>
      markup`<span class="wrap">${name}</span>${tags === undefined ? undefined : markup`<small class="wrap">${tags}</small>`}`,
  }
}

const TREND_COLUMNS: Column<Measured<'trend'>>[] = [
  metricName(),
  { title: 'Count', number: ({ values }) => values.count, cell: ({ values }) => formatNumber(values.count) },
  figure('Min', ({ min }) => min),
  figure('Average', ({ avg }) => avg),
  percentile('p50', 0.5, ({ med }) => med),
  percentile('p90', 0.9, ({ p90 }) => p90),
  percentile('p95', 0.95, ({ p95 }) => p95),
  percentile('p99', 0.99, ({ p99 }) => p99),
  percentile('p99.9', 0.999, ({ p999 }) => p999),
  figure('Max', ({ max }) => max),
]

const DRAINED_COLUMN: Column<Measured<'counter'>> = figure('While draining', ({ drained = 0 }) => drained)

const COUNTER_COLUMNS: Column<Measured<'counter'>>[] = [
  metricName(),
  figure('Total', ({ count }) => count),
  figure(
    'Rate',
    ({ perSecond }) => perSecond,
    (unit) => `${unit}/s`,
  ),
]

function counterColumns(counters: readonly Measured<'counter'>[]): Column<Measured<'counter'>>[] {
  if (!counters.some(({ values }) => values.drained)) return COUNTER_COLUMNS
  return COUNTER_COLUMNS.toSpliced(2, 0, DRAINED_COLUMN)
}

const RATE_COLUMNS: Column<Measured<'rate'>>[] = [
  metricName(),
  {
    title: 'Share',
    number: ({ values }) => values.rate,
    cell: ({ values: { trues, total } }) => formatShareOf(trues, total),
  },
  { title: 'Of', number: ({ values }) => values.total, cell: ({ values }) => formatNumber(values.total) },
]

const GAUGE_COLUMNS: Column<Measured<'gauge'>>[] = [
  metricName(),
  figure('Last', ({ value }) => value),
  figure('Min', ({ min }) => min),
  figure('Max', ({ max }) => max),
]
