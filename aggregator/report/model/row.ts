import { seriesKey } from '../../../lib/core/metrics/selector.ts'
import type { Row, State } from '../../../lib/core/results/verdict.ts'
import { formatSpan } from './figure.ts'
import { figuresOf, type RowFigures } from './row-figures.ts'

export type RowState = Row['state']

/** A state by a sign that needs no colour. */
export const MARKS: Record<State | RowState, string> = {
  pass: '✓',
  warn: '!',
  fail: '✗',
  inconclusive: '?',
  'no-data': '?',
}

/** A judged row with its figures written out. */
export interface WrittenRow extends RowFigures {
  row: Row
  /** What exactly was measured: metric with tags, aggregation, stages, windows. */
  about: string
  /** What a reader should know besides the figures; empty where there is nothing. */
  remark: string
}

export interface RowGroup {
  title: string
  rows: WrittenRow[]
}

/** Rows under their headings, the worst group and in it the worst row first, else in the scenario's order. */
export function groupRows(rows: readonly Row[]): RowGroup[] {
  const grouped = rows.some(({ group, builtIn }) => group !== undefined && !builtIn)
  const untitled = grouped ? 'other' : 'thresholds'
  const groups = Map.groupBy(rows, ({ group }) => group ?? untitled)
  return [...groups]
    .map(([title, members]) => ({ title, members: members.toSorted((a, b) => urgency(a) - urgency(b)) }))
    .sort((a, b) => urgency(a.members[0]) - urgency(b.members[0]))
    .map(({ title, members }) => ({ title, rows: members.map((row) => writeRow(row)) }))
}

/** 0 for what fails the run, up to 4 for what passed. */
export function urgency(row: Row | undefined): number {
  const effect = row?.state === 'no-data' ? row.noData : row?.state
  if (effect === 'fail') return 0
  if (effect === 'inconclusive') return 1
  if (effect === 'warn') return 2
  return row?.state === 'no-data' ? 3 : 4
}

export function writeRow(row: Row): WrittenRow {
  return { row, ...figuresOf(row), about: aboutOf(row), remark: remarkOf(row) }
}

function aboutOf(row: Row): string {
  const parts = [`${seriesKey(row.metric, row.selector ?? {})} ${row.aggregation}`]
  if (row.stage !== undefined) parts.push(`in ${row.stage.join(', ')}`)
  if (row.over !== undefined) parts.push(`worst ${row.over} of the run`)
  if (row.builtIn) parts.push('built in')
  return parts.join(' · ')
}

function remarkOf(row: Row): string {
  const since = row.firstFailedAtMs === undefined ? [] : [`first at ${formatSpan(row.firstFailedAtMs)}`]
  return [...since, ...(row.reason === undefined ? [] : [row.reason])].join(' · ')
}

export function countStates(rows: readonly Row[]): Record<RowState, number> {
  const counts = { pass: 0, warn: 0, fail: 0, 'no-data': 0 }
  for (const { state } of rows) counts[state]++
  return counts
}
