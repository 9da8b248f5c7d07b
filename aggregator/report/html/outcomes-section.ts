import type { Summary } from '../../../lib/core/results/summary.ts'
import { countedPlaces, type FailureRow, failureRows } from '../model/failures.ts'
import { formatNumber, formatShare, NO_FIGURE } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { sessionRows } from '../model/session-rows.ts'
import { formatShareOf } from '../model/small-sample.ts'
import { icon } from './icon.ts'
import { incidentList } from './incident.ts'
import { type Column, nothing, panel, section, table } from './table.ts'

type Check = Summary['checks'][number]

export function outcomesSection(summary: Summary): Markup {
  const { checks, incidentsLeftOut } = summary
  const rows = failureRows(summary)
  const failing = checks.toSorted((a, b) => heldShare(a) - heldShare(b))
  const more =
    incidentsLeftOut === 0
      ? undefined
      : markup`<p class="nothing">${formatNumber(incidentsLeftOut)} more failures said something else that found no room here.</p>`
  return section(
    'outcomes',
    'Responses and errors',
    '',
    markup`<div class="stack">${panel('Failures', rows.length === 0 ? nothing('No request, session, call or iteration failed.') : [table(FAILURE_COLUMNS, rows, { label: 'Failures', sortable: true }), more])}
<div class="columns">
${statusPanel(summary)}
${panel('Checks', checks.length === 0 ? nothing('The scenario has no checks, or none was reached.') : table(checkColumns(summary), failing, { label: 'Checks' }))}
</div></div>`,
  )
}

const FAILURE_COLUMNS: Column<FailureRow>[] = [
  { title: 'Step', cell: ({ step }) => markup`<span class="wrap">${step}</span>` },
  { title: 'Flow', cell: ({ flow }) => (flow === '' ? NO_FIGURE : flow) },
  { title: 'Cause', cell: ({ cause }) => causeMark(cause) },
  { title: 'Count', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
  {
    title: 'Share of the step',
    number: ({ count, total = 0 }) => (total === 0 ? 0 : count / total),
    cell: ({ where, count, total }) =>
      total === undefined
        ? NO_FIGURE
        : markup`<span class="failed">${formatShare(count, total)}</span> <small>of ${countedPlaces(where, total)}</small>`,
  },
  { title: 'What it said', cell: ({ incidents }) => incidentList(incidents) },
]

function causeMark(cause: string): Markup {
  const isStatus = /^[1-5]\d\d$/.test(cause)
  return isStatus ? statusMark(cause) : markup`<span class="wrap">${cause}</span>`
}

function statusMark(status: string): Markup {
  return markup`<span class="status status-${classOf(status)}">${status}</span>`
}

/** Where no request was meant to be made, none was answered: that says nothing. */
function statusPanel(summary: Summary): Markup | undefined {
  const { statuses } = summary
  if (statuses.length > 0) return panel('Status', statusList(statuses))
  return sessionRows(summary).length > 0 ? undefined : panel('Status', nothing('No response was received.'))
}

function statusList(statuses: Summary['statuses']): Markup {
  const total = statuses.reduce((sum, { count }) => sum + count, 0)
  const columns: Column<Summary['statuses'][number]>[] = [
    { title: 'Status', cell: ({ status }) => statusMark(status) },
    { title: 'Responses', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
    { title: 'Share', number: ({ count }) => count, cell: ({ count }) => formatShare(count, total) },
  ]
  const byCount = statuses.toSorted((a, b) => b.count - a.count)
  return table(columns, byCount, { label: 'Statuses' })
}

function classOf(status: string): string {
  return /^[1-5]\d\d$/.test(status) ? `${status[0]}xx` : 'other'
}

function heldShare({ trues, total }: Check): number {
  return total === 0 ? 1 : trues / total
}

function checkColumns({ incidents }: Summary): Column<Check>[] {
  const failures = incidents.filter(({ where }) => where === 'check')
  return [
    {
      title: 'Check',
      cell: ({ name, trues, total }) => {
        const state = total === 0 ? 'no-data' : trues === total ? 'pass' : 'fail'
        return markup`<span class="check state-${state}">${icon(state)}<span class="wrap">${name}</span></span>`
      },
    },
    { title: 'Held', number: heldShare, cell: ({ trues, total }) => formatShareOf(trues, total) },
    {
      title: 'Did not',
      number: ({ trues, total }) => total - trues,
      cell: ({ trues, total }) => formatNumber(total - trues),
    },
    ...(failures.length === 0
      ? []
      : [
          {
            title: 'When it did not',
            cell: ({ name }: Check) => incidentList(failures.filter(({ error }) => error === name)),
          },
        ]),
  ]
}
