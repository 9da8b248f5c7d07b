import type { Step, Summary } from '../../../lib/core/summary.ts'
import { formatFigure, formatNumber, formatShare, NO_FIGURE } from '../figure.ts'
import { type Markup, markup } from '../markup.ts'
import { type Column, nothing, section, table } from './table.ts'

export function stepsSection({ steps }: Summary): Markup {
  const hint = 'Service time of each request of each flow: from sending it to the end of the answer.'
  if (steps.length === 0) return section('steps', 'Steps', hint, nothing('No request was made.'))
  const longestMs = Math.max(...steps.map(({ p99Ms }) => p99Ms), Number.MIN_VALUE)
  return section(
    'steps',
    'Steps',
    hint,
    markup`<div class="card flush">${table(columnsFor(longestMs), steps, { label: 'Steps', sortable: true })}</div>`,
  )
}

function columnsFor(longestMs: number): Column<Step>[] {
  const latency = (title: string, of: (step: Step) => number): Column<Step> => ({
    title,
    number: of,
    // A stream has no service time.
    cell: (step) => (step.maxMs === 0 ? NO_FIGURE : formatFigure(of(step), 'ms')),
  })
  return [
    { title: 'Flow', cell: ({ flow }) => flow },
    {
      title: 'Step',
      cell: ({ method, name }) =>
        markup`<span class="step"><span class="method">${method}</span><span>${name}</span></span>`,
    },
    { title: 'Requests', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
    {
      title: 'Per second',
      number: ({ perSecond }) => perSecond,
      cell: ({ perSecond }) => formatNumber(perSecond),
    },
    {
      title: 'Failed',
      number: ({ failed, count, completed = count }) => (completed === 0 ? 0 : failed / completed),
      cell: ({ failed, count, completed = count }) => formatShare(failed, completed),
    },
    latency('p50', ({ p50Ms }) => p50Ms),
    latency('p95', ({ p95Ms }) => p95Ms),
    latency('p99', ({ p99Ms }) => p99Ms),
    latency('Max', ({ maxMs }) => maxMs),
    { title: 'p50 – p95 – p99', cell: (step) => spread(step, longestMs) },
  ]
}

/** From p50 over p95 to p99, on one scale for all steps. */
function spread({ p50Ms, p95Ms, p99Ms }: Step, longestMs: number): Markup {
  const at = (ms: number) => Number(((100 * ms) / longestMs).toFixed(2))
  const part = (kind: string, fromMs: number, toMs: number) =>
    markup`<i class="${kind}" style="left:${at(fromMs)}%;width:${at(toMs - fromMs)}%"></i>`
  return markup`<span class="spread" aria-hidden="true">${part('body', p50Ms, p95Ms)}${part('tail', p95Ms, p99Ms)}</span>`
}
