import type pc from 'picocolors'
import type { Summary } from '../../../lib/core/results/summary.ts'
import { countedPlaces, errorClasses, failedSteps, saidBy } from '../model/failures.ts'
import { formatNumber, formatShare } from '../model/figure.ts'
import { clip, columnsOf, flow, padEnd, plain } from './terminal.ts'

type Colors = ReturnType<typeof pc.createColors>

/** What failed, how often, and what is known of it: one text goes on over several lines, several have one each. */
interface Entry {
  title: string
  figure: string
  details: string[]
}

const MAX_ENTRIES = 5
const MAX_CAUSES = 4
const MAX_DETAIL_LINES = 2
const MAX_MESSAGES = 3
const LABEL = 15
const GAP = '   '
/** Share of the width that a title takes at most. */
const MAX_TITLE = 0.4
/** Where fewer columns are left beside an entry and they are not enough, what is known of it stands below it. */
const MIN_DETAIL = 40

/** Failed steps, failed checks and what errors said; nothing of what there is none. */
export function failureLines(summary: Summary, width: number, colors: Colors): string[] {
  return [
    ...block('failed steps', stepEntries(summary), width, colors),
    ...block('failed checks', checkEntries(summary), width, colors),
    ...block('errors', errorEntries(summary), width, colors),
  ]
}

function stepEntries(summary: Summary): Entry[] {
  return failedSteps(summary).map(({ title, failed, total, causes }) => {
    const shown = causes.slice(0, MAX_CAUSES).map(({ cause, count }) => `${cause} × ${formatNumber(count)}`)
    const hidden = causes.length - MAX_CAUSES
    return {
      title,
      figure: shareOf(failed, total),
      details: [[...shown, ...(hidden > 0 ? [`${hidden} more`] : [])].join(', ')],
    }
  })
}

function checkEntries({ checks }: Summary): Entry[] {
  return checks
    .map(({ name, trues, total }) => ({ name, failed: total - trues, total }))
    .filter(({ failed }) => failed > 0)
    .sort((a, b) => b.failed / b.total - a.failed / a.total)
    .map(({ name, failed, total }) => ({ title: name, figure: shareOf(failed, total), details: [] }))
}

function errorEntries(summary: Summary): Entry[] {
  return errorClasses(summary).map(({ where, error, count, incidents }) => ({
    title: error,
    figure: countedPlaces(where, count),
    details: [...new Set(incidents.map(saidBy))],
  }))
}

function shareOf(failed: number, total: number): string {
  return `${formatShare(failed, total)}, ${formatNumber(failed)} of ${formatNumber(total)}`
}

function block(label: string, all: readonly Entry[], width: number, colors: Colors): string[] {
  if (all.length === 0) return []
  const room = width - LABEL - 2
  const entries = all.slice(0, MAX_ENTRIES).map(({ title, figure, details }) => ({
    title: plain(title),
    figure: plain(figure),
    details: details.map(plain),
  }))
  const widest = (of: (entry: Entry) => string) => Math.max(...entries.map((entry) => columnsOf(of(entry))))
  const title = Math.min(
    widest((entry) => entry.title),
    Math.floor(room * MAX_TITLE),
  )
  const figure = Math.min(
    widest((entry) => entry.figure),
    room - title - GAP.length,
  )
  const beside = room - title - figure - 2 * GAP.length
  const fits = entries.every(({ details }) => details.every((text) => columnsOf(text) <= beside))
  const lines = entries.flatMap((entry) => {
    const name = padEnd(clip(entry.title, title), title) + GAP
    const figures = colors.red(clip(entry.figure, figure))
    if (beside < MIN_DETAIL && !fits)
      return [name + figures, ...detailLines(entry.details, room - GAP.length).map((text) => GAP + text)]
    const [first, ...more] = detailLines(entry.details, beside)
    const lead = ' '.repeat(Math.max(0, figure - columnsOf(entry.figure))) + GAP
    const indent = ' '.repeat(room - beside)
    return [name + figures + (first === undefined ? '' : lead + first), ...more.map((text) => indent + text)]
  })
  const hidden = all.length - entries.length
  const whole = hidden > 0 ? [...lines, colors.dim(`and ${hidden} more`)] : lines
  return whole.map((text, index) => `  ${colors.dim(padEnd(index === 0 ? label : '', LABEL))}${text}`)
}

function detailLines(details: readonly string[], columns: number): string[] {
  const [only] = details
  if (only === undefined) return []
  if (details.length > 1) return messageLines(details, columns)
  const lines = flow(only.split(' '), ' ', columns)
  const kept = lines.slice(0, MAX_DETAIL_LINES)
  const last = kept.pop() ?? ''
  return [...kept, lines.length > MAX_DETAIL_LINES ? `${last} …` : last].map((line) => clip(line, columns))
}

function messageLines(messages: readonly string[], columns: number): string[] {
  const hidden = messages.length - MAX_MESSAGES
  const shown = messages.slice(0, MAX_MESSAGES)
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more messages`] : [])].map((line) => clip(line, columns))
}
