import type { GeneratorSummary, Summary } from '../../../lib/core/results/summary.ts'
import { formatFigure, formatNumber, formatShare, formatSpan, SHARE } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { chip } from './icon.ts'
import { type Column, nothing, section, table } from './table.ts'

export function generatorsSection({ generators }: Summary): Markup {
  const hint =
    'Whether the load came from machines that kept up. What limits a generator is not the target’s doing.'
  if (generators.length === 0)
    return section('generators', 'Generators', hint, nothing('No generator reported.'))
  const limitedFirst = generators.toSorted((a, b) => b.limited.length - a.limited.length || a.slice - b.slice)
  return section(
    'generators',
    'Generators',
    hint,
    markup`<div class="card flush tall">${table(columnsFor(generators), limitedFirst, { label: 'Generators', sortable: true })}</div>`,
  )
}

type Measure = (generator: GeneratorSummary) => number

function column(title: string, number: Measure, write: (value: number) => string): Column<GeneratorSummary> {
  return { title, number, cell: (generator) => write(number(generator)) }
}

/** Without the columns that would say zero of every generator. */
function columnsFor(generators: readonly GeneratorSummary[]): Column<GeneratorSummary>[] {
  const requested = generators.some(({ requests }) => requests > 0)
  return COLUMNS.filter((column) => requested || column !== REQUESTS)
}

const milliseconds = (value: number) => formatFigure(value, 'ms')
const bytes = (value: number) => formatFigure(value, 'B')
const share = (value: number) => formatFigure(value, SHARE)

const REQUESTS = column('Requests', ({ requests }) => requests, formatNumber)

const COLUMNS: Column<GeneratorSummary>[] = [
  { title: 'Slice', cell: ({ slice }) => slice },
  {
    title: 'Health',
    cell: ({ limited }) =>
      limited.length === 0
        ? chip('pass')
        : [chip('warn'), markup`<small class="remark">${limited.join('; ')}</small>`],
  },
  REQUESTS,
  {
    title: 'Observed',
    number: ({ observedMs, plannedMs }) => (plannedMs === 0 ? 0 : observedMs / plannedMs),
    cell: ({ observedMs, plannedMs }) =>
      markup`${formatShare(observedMs, plannedMs)} <small>of ${formatSpan(plannedMs)}</small>`,
  },
  column('Started late', ({ startLateMs }) => startLateMs, milliseconds),
  column('CPU', ({ cpuShareMax }) => cpuShareMax, share),
  column('Event loop', ({ loopShareMax }) => loopShareMax, share),
  column('Loop delay p99', ({ loopDelayP99Ms }) => loopDelayP99Ms, milliseconds),
  column('GC', ({ gcMs }) => gcMs, milliseconds),
  column('Heap', ({ heapMaxBytes }) => heapMaxBytes, bytes),
  column('Memory', ({ rssMaxBytes }) => rssMaxBytes, bytes),
  column('Sockets', ({ socketsMax }) => socketsMax, formatNumber),
  { title: 'Ended', cell: ({ ending }) => ending ?? 'no word' },
]
