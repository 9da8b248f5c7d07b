import { MESSAGES } from '../../../lib/core/metrics/built-in-metrics.ts'
import type { MetricGroup } from '../../../lib/core/metrics/protocol.ts'
import { PROTOCOLS } from '../../../lib/core/metrics/protocols.ts'
import type { Summary, Values } from '../../../lib/core/results/summary.ts'
import { formatNumber, NO_FIGURE } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { type SessionRow, sessionRows } from '../model/session-rows.ts'
import { formatQuantile, formatShareOf } from '../model/small-sample.ts'
import { type Column, panel, section, table } from './table.ts'

interface TimesRow {
  what: string
  flow: string
  name: string
  /** The flow's own tags. */
  own: string
  values: Extract<Values, { kind: 'trend' }>
}

/** How connections were opened comes after what was said on them. */
const GROUPS: readonly MetricGroup[] = [
  MESSAGES,
  ...PROTOCOLS.filter(({ openLine }) => openLine === undefined),
  ...PROTOCOLS.filter(({ openLine }) => openLine !== undefined),
]
const TIMES = GROUPS.flatMap(({ metrics }) =>
  Object.entries(metrics).flatMap(([metric, { label }]) => (label === undefined ? [] : [{ metric, label }])),
)

/** What went over WebSockets, TCP, streams and RPC, by the names that the flows gave; none where nothing did. */
export function sessionsSection(summary: Summary): Markup | undefined {
  const rows = sessionRows(summary)
  if (rows.length === 0) return undefined
  const times = timesRows(summary)
  return section(
    'sessions',
    'Sessions and calls',
    'WebSockets, TCP connections, streams and RPC calls of each flow by name.',
    markup`<div class="stack">${panel('Counts', table(COUNT_COLUMNS, rows, { label: 'Counts of sessions and calls', sortable: true }))}
${times.length === 0 ? undefined : panel('Times', table(TIME_COLUMNS, times, { label: 'Times of sessions and calls', sortable: true }))}</div>`,
  )
}

function timesRows({ series }: Summary): TimesRow[] {
  return TIMES.flatMap(({ metric: wanted, label: what }) =>
    series.flatMap(({ metric, tags, values }) => {
      if (metric !== wanted || values.kind !== 'trend' || values.count === 0) return []
      const { flow = '', name = '', ...own } = tags
      const text = Object.entries(own).map(([key, value]) => `${key}:${value}`)
      return [{ what, flow, name, own: text.join(', '), values }]
    }),
  )
}

/** The name of a row, with what tells it apart from others of that name below it. */
export function named(name: string, aside: string): Markup {
  return markup`<span class="wrap">${name === '' ? NO_FIGURE : name}</span>${aside === '' ? undefined : markup`<small>${aside}</small>`}`
}

function count(title: string, of: (row: SessionRow) => number | undefined): Column<SessionRow> {
  return {
    title,
    number: (row) => of(row) ?? -1,
    cell: (row) => {
      const value = of(row)
      return value === undefined ? NO_FIGURE : formatNumber(value)
    },
  }
}

const COUNT_COLUMNS: Column<SessionRow>[] = [
  { title: 'Name', cell: ({ name }) => named(name, '') },
  { title: 'Flow', cell: ({ flow }) => flow },
  { title: 'Over', cell: ({ protocol }) => protocol },
  count('Begun', ({ begun }) => begun),
  {
    title: 'Failed',
    number: ({ failed, ended }) => (ended === 0 ? 0 : failed / ended),
    cell: ({ failed, ended }) => formatShareOf(failed, ended),
  },
  count('Sent', ({ sent }) => sent),
  count('Received', ({ received }) => received),
]

function time(title: string, of: (values: TimesRow['values']) => number, quantile = 1): Column<TimesRow> {
  return {
    title,
    number: ({ values }) => of(values),
    cell: ({ values }) => formatQuantile(of(values), 'ms', values.count, quantile),
  }
}

const TIME_COLUMNS: Column<TimesRow>[] = [
  { title: 'Name', cell: ({ name, own }) => named(name, own) },
  { title: 'Flow', cell: ({ flow }) => flow },
  { title: 'Time', cell: ({ what }) => what },
  { title: 'Count', number: ({ values }) => values.count, cell: ({ values }) => formatNumber(values.count) },
  time('p50', ({ med }) => med, 0.5),
  time('p95', ({ p95 }) => p95, 0.95),
  time('p99', ({ p99 }) => p99, 0.99),
  time('Max', ({ max }) => max),
]
