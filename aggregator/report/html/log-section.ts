import type { LogLine, Summary } from '../../../lib/core/results/summary.ts'
import { formatNumber, formatSpan, NO_FIGURE } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { type Column, section, table } from './table.ts'

/** What flows printed; none where they printed nothing. */
export function logSection({ log: { lines, leftOut } }: Summary): Markup | undefined {
  if (lines.length === 0 && leftOut === 0) return undefined
  const more =
    leftOut === 0
      ? undefined
      : markup`<p class="nothing">${formatNumber(leftOut)} more lines were printed that found no room here.</p>`
  return section(
    'log',
    'Console',
    'What the scenario printed: lines that differ, in the order of their first time.',
    markup`<div class="card flush">${lines.length === 0 ? undefined : table(COLUMNS, lines, { label: 'Console' })}${more}</div>`,
  )
}

const COLUMNS: Column<LogLine>[] = [
  { title: 'Line', cell: ({ text }) => markup`<code class="wrap printed">${text}</code>` },
  { title: 'By', cell: ({ level }) => level },
  { title: 'At', cell: ({ place }) => place ?? NO_FIGURE },
  {
    title: 'First',
    number: ({ atMs = 0 }) => atMs,
    cell: ({ atMs }) => (atMs === undefined ? NO_FIGURE : formatSpan(atMs)),
  },
  { title: 'Times', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
]
