import type { Step, Summary } from '../../../lib/core/results/summary.ts'
import { formatNumber, NO_FIGURE } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { formatQuantile, formatShareOf } from '../model/small-sample.ts'
import { stepParts } from '../model/step-title.ts'
import { type TimedStep, timedSteps } from '../model/timed-steps.ts'
import { type Column, panel, section, table } from './table.ts'

/** The requests of each flow, and what it timed with `vu.step`; none where it did neither. */
export function stepsSection(summary: Summary): Markup | undefined {
  const { steps } = summary
  const timed = timedSteps(summary)
  if (steps.length === 0 && timed.length === 0) return undefined
  const longestMs = Math.max(...steps.map(({ p99Ms }) => p99Ms), Number.MIN_VALUE)
  return section(
    'steps',
    'Steps',
    '',
    markup`<div class="stack">${steps.length === 0 ? undefined : panel('Requests: service time, from sending to the end of the answer', table(columnsFor(longestMs), steps, { label: 'Requests by step', sortable: true }))}
${timed.length === 0 ? undefined : panel('Steps that flows time with vu.step', table(TIMED_COLUMNS, timed, { label: 'Timed steps', sortable: true }))}</div>`,
  )
}

function columnsFor(longestMs: number): Column<Step>[] {
  const latency = (title: string, of: (step: Step) => number, quantile = 1): Column<Step> => ({
    title,
    number: of,
    cell: (step) => {
      // A stream has no service time.
      if (step.maxMs === 0) return NO_FIGURE
      return formatQuantile(of(step), 'ms', step.completed ?? step.count, quantile)
    },
  })
  return [
    {
      title: 'Step',
      cell: (step) => {
        const [method, name] = stepParts(step)
        return markup`<span class="step"><span class="method">${method}</span><span>${name}</span></span>`
      },
    },
    { title: 'Flow', cell: ({ flow }) => flow },
    { title: 'Requests', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
    {
      title: 'Per second',
      number: ({ perSecond }) => perSecond,
      cell: ({ perSecond }) => formatNumber(perSecond),
    },
    {
      title: 'Failed',
      number: ({ failed, count, completed = count }) => (completed === 0 ? 0 : failed / completed),
      cell: ({ failed, count, completed = count }) => formatShareOf(failed, completed),
    },
    latency('p50', ({ p50Ms }) => p50Ms, 0.5),
    latency('p95', ({ p95Ms }) => p95Ms, 0.95),
    latency('p99', ({ p99Ms }) => p99Ms, 0.99),
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

function time(title: string, of: (step: TimedStep) => number, quantile = 1): Column<TimedStep> {
  return { title, number: of, cell: (step) => formatQuantile(of(step), 'ms', step.count, quantile) }
}

const TIMED_COLUMNS: Column<TimedStep>[] = [
  { title: 'Step', cell: ({ name }) => markup`<span class="wrap">${name}</span>` },
  { title: 'Flow', cell: ({ flow }) => flow },
  { title: 'Count', number: ({ count }) => count, cell: ({ count }) => formatNumber(count) },
  time('Average', ({ avg }) => avg),
  time('p50', ({ med }) => med, 0.5),
  time('p95', ({ p95 }) => p95, 0.95),
  time('p99', ({ p99 }) => p99, 0.99),
  time('Max', ({ max }) => max),
]
