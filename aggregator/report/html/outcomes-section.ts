import type { Summary } from '../../../lib/core/summary.ts'
import { formatNumber, formatShare } from '../figure.ts'
import { type Markup, markup } from '../markup.ts'
import { icon } from './icon.ts'
import { type Column, nothing, section, table } from './table.ts'

type Check = Summary['checks'][number]
type RunError = Summary['errors'][number]

export function outcomesSection({ statuses, errors, checks }: Summary): Markup {
  const failing = checks.toSorted((a, b) => heldShare(a) - heldShare(b))
  return section(
    'outcomes',
    'Answers and errors',
    '',
    markup`<div class="columns">
${panel('Status', statuses.length > 0, 'No answer was received.', () => statusList(statuses))}
${panel('Checks', checks.length > 0, 'The scenario has no checks, or none was reached.', () => table(CHECK_COLUMNS, failing, { label: 'Checks' }))}
${panel('Errors', errors.length > 0, 'No request went unanswered and no iteration failed.', () => table(ERROR_COLUMNS, byCount(errors), { label: 'Errors' }))}
</div>`,
  )
}

function panel(title: string, any: boolean, none: string, content: () => Markup): Markup {
  return markup`<div class="card flush"><h3>${title}</h3>${any ? content() : nothing(none)}</div>
`
}

function byCount<Counted extends { count: number }>(all: readonly Counted[]): Counted[] {
  return all.toSorted((a, b) => b.count - a.count)
}

function statusList(statuses: Summary['statuses']): Markup {
  const total = statuses.reduce((sum, { count }) => sum + count, 0)
  const columns: Column<Summary['statuses'][number]>[] = [
    {
      title: 'Status',
      cell: ({ status }) => markup`<span class="status status-${classOf(status)}">${status}</span>`,
    },
    { title: 'Answers', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
    { title: 'Share', number: ({ count }) => count, cell: ({ count }) => formatShare(count, total) },
  ]
  return table(columns, byCount(statuses), { label: 'Statuses' })
}

function classOf(status: string): string {
  return /^[1-5]\d\d$/.test(status) ? `${status[0]}xx` : 'other'
}

function heldShare({ trues, total }: Check): number {
  return total === 0 ? 1 : trues / total
}

const CHECK_COLUMNS: Column<Check>[] = [
  {
    title: 'Check',
    cell: ({ name, trues, total }) => {
      const state = total === 0 ? 'no-data' : trues === total ? 'pass' : 'fail'
      return markup`<span class="check state-${state}">${icon(state)}<span class="wrap">${name}</span></span>`
    },
  },
  {
    title: 'Held',
    number: heldShare,
    cell: ({ trues, total }) => formatShare(trues, total),
  },
  {
    title: 'Did not',
    number: ({ trues, total }) => total - trues,
    cell: ({ trues, total }) => formatNumber(total - trues),
  },
]

const ERROR_COLUMNS: Column<RunError>[] = [
  { title: 'Error', cell: ({ error }) => markup`<span class="wrap">${error}</span>` },
  { title: 'Of', cell: ({ where }) => where },
  { title: 'Count', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
]
