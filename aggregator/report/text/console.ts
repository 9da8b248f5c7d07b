import { basename, dirname } from 'node:path'
import pc from 'picocolors'
import type { Summary } from '../../../lib/core/results/summary.ts'
import type { State, Verdict } from '../../../lib/core/results/verdict.ts'
import { writeExperiment } from '../model/experiment.ts'
import { formatSpan } from '../model/figure.ts'
import { keyFigures } from '../model/key-figures.ts'
import { ownFigures } from '../model/own-figures.ts'
import { countStates, groupRows, MARKS, type RowGroup, urgency, type WrittenRow } from '../model/row.ts'
import { failureLines } from './console-failures.ts'
import { clip, columnsOf, flow, type Look, padEnd, padStart, paint, plain } from './terminal.ts'

export { progressBlock, progressLine } from './progress.ts'

export interface ConsoleOptions extends Look {
  /** Where the reports are, one path each. */
  files: readonly string[]
}

type Colors = ReturnType<typeof pc.createColors>

const NARROWEST = 60
const WIDEST = 120
const MAX_REASONS = 3
const LABEL = 12
/** Share of the width that a figure takes at most. */
const MAX_FIGURE = 0.2
const MIN_REMARK = 16
const GAP = '   '

/** The verdict for a terminal: state and reasons, then what needs attention, then the rest in short. */
export function consoleReport(verdict: Verdict, summary: Summary, options: ConsoleOptions): string {
  const { color, files } = options
  const width = Math.min(Math.max(options.width, NARROWEST), WIDEST)
  const colors = pc.createColors(color)
  const groups = groupRows(verdict.thresholds)
  const blocks = [
    [badge(verdict, summary, width, colors)],
    reasons(verdict.reasons, width, colors),
    attention(groups, width, colors),
    failureLines(summary, width, colors),
    passed(groups, width, colors),
    [
      ...figures(verdict, summary, width, colors),
      ...experiments(summary, width, colors),
      ...places(files, width, colors),
    ],
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function badge(
  { state, scenario, profile, environment, target }: Verdict,
  summary: Summary,
  width: number,
  colors: Colors,
) {
  const text = ` ${MARKS[state]} ${state.toUpperCase()} `
  const name = plain(`${scenario} / ${profile}`)
  const rest = [environment, target, formatSpan(summary.durationMs)]
    .filter((part) => part !== undefined)
    .map(plain)
  const line = clip([`${text} ${name}`, ...rest].join(' · '), width)
  const shown = line.slice(text.length)
  const end = 1 + name.length
  return (
    background(colors, state)(colors.bold(text)) +
    colors.bold(shown.slice(0, end)) +
    colors.dim(shown.slice(end))
  )
}

function background(colors: Colors, state: State): (text: string) => string {
  const paper = {
    pass: colors.bgGreen,
    warn: colors.bgYellow,
    fail: colors.bgRed,
    inconclusive: colors.bgMagenta,
  }
  const ink = state === 'fail' || state === 'inconclusive' ? colors.white : colors.black
  return (text) => paper[state](ink(text))
}

function reasons(all: readonly string[], width: number, colors: Colors): string[] {
  const hidden = all.length - MAX_REASONS
  const lines = all
    .slice(0, MAX_REASONS)
    .flatMap((reason) =>
      flow(plain(reason).split(' '), ' ', width - 4).map((line, index) =>
        clip(`${index === 0 ? '  ' : '    '}${line}`, width),
      ),
    )
  return hidden > 0 ? [...lines, colors.dim(`  and ${hidden} more`)] : lines
}

/** Everything that did not pass, the worst first, one line each. */
function attention(groups: readonly RowGroup[], width: number, colors: Colors): string[] {
  const rows = groups
    .flatMap(({ title: group, rows }) => rows.map((written) => tableRow(written, group)))
    .filter(({ written }) => written.row.state !== 'pass')
    .sort((a, b) => urgency(a.written.row) - urgency(b.written.row))
  if (rows.length === 0) return []
  const figureColumns = COLUMNS.map((name, index) =>
    Math.min(
      Math.floor(width * MAX_FIGURE),
      Math.max(...[name, ...rows.map(({ cells }) => cells[index] ?? '')].map(columnsOf)),
    ),
  )
  const room = width - 4 - figureColumns.reduce((total, columns) => total + columns + GAP.length, 0)
  const title = Math.min(room, Math.max(...rows.map(({ title }) => columnsOf(title))))
  const rest = room - title - GAP.length
  const align = (cells: readonly string[]) =>
    cells.map(
      (cell, index) => GAP + padStart(clip(cell, figureColumns[index] ?? 0), figureColumns[index] ?? 0),
    )
  const lines = rows.map(({ written, title: name, cells, remark }) => {
    const hue = paint(colors, written.row.state)
    const [measured = '', ...bounds] = align(cells)
    const aside = rest < MIN_REMARK ? '' : GAP + clip(remark, rest)
    const lead = `  ${hue(MARKS[written.row.state])} ${padEnd(clip(name, title), title)}`
    return lead + colors.bold(hue(measured)) + bounds.join('') + colors.dim(aside)
  })
  return [colors.dim(' '.repeat(4 + title) + align(COLUMNS).join('')), ...lines]
}

const COLUMNS = ['measured', 'limit', 'target']

function tableRow(written: WrittenRow, group: string) {
  const { row, measured, limit, target, remark } = written
  return {
    written,
    title: plain(row.title),
    cells: [measured, limit, target].map(plain),
    remark: plain(
      [...(remark === '' || row.builtIn ? [group] : []), remark].filter((part) => part !== '').join(' · '),
    ),
  }
}

/** What passed: as many rows in a line as there is room for, in columns if two of them fit. */
function passed(groups: readonly RowGroup[], width: number, colors: Colors): string[] {
  const good = groups
    .map(({ title, rows }) => ({ title: plain(title), rows: rows.filter(({ row }) => row.state === 'pass') }))
    .filter(({ rows }) => rows.length > 0)
  const label = Math.min(Math.max(...good.map(({ title }) => columnsOf(title))), Math.floor(width * 0.3))
  const room = width - 4 - label
  const cells = good.map(({ rows }) => rows.map((row) => passedCell(row, room, colors)))
  const widest = Math.max(...cells.flat().map(columnsOf))
  const cellColumns = 2 * widest + GAP.length <= room ? widest : 0
  return good.flatMap(({ title }, group) =>
    flow(
      (cells[group] ?? []).map((cell) => padEnd(cell, cellColumns)),
      GAP,
      room,
    ).map((line, index) => {
      const lead = index === 0 ? clip(title, label) : ''
      return `  ${colors.dim(padEnd(lead, label))}  ${line}`.trimEnd()
    }),
  )
}

function passedCell({ row, measured }: WrittenRow, columns: number, colors: Colors): string {
  const figure = plain(measured)
  const title = clip(plain(row.title), columns - columnsOf(figure) - 3)
  return `${colors.green(MARKS.pass)} ${title} ${colors.bold(figure)}`
}

function figures(verdict: Verdict, summary: Summary, width: number, colors: Colors): string[] {
  const { pass, warn, fail, 'no-data': silent } = countStates(verdict.thresholds)
  const thresholds = {
    title: 'thresholds',
    figures: [
      { label: 'failed', value: `${fail}`, isBad: fail > 0 },
      { label: 'no data', value: `${silent}` },
      { label: 'warned', value: `${warn}` },
      { label: 'passed', value: `${pass}` },
    ],
  }
  const room = width - LABEL - 2
  return [thresholds, ...keyFigures(verdict, summary), ...ownFigures(summary)].flatMap(
    ({ title, figures }) => {
      const cells = figures.map(({ label, value, isBad }) => {
        const name = clip(plain(label), Math.max(MIN_REMARK, room - columnsOf(value) - 1))
        const shown = isBad ? paint(colors, 'fail')(value) : value
        return `${colors.dim(name)} ${colors.bold(shown)}`
      })
      return labelled(title, flow(cells, GAP, room), colors)
    },
  )
}

function experiments({ experiments: all }: Summary, width: number, colors: Colors): string[] {
  const lines = all.flatMap((one) => flow(plain(writeExperiment(one)).split(' '), ' ', width - LABEL - 2))
  return labelled('experiments', lines, colors)
}

/** The page for people by its whole path, which is never cut; what lies beside it by name. */
function places(files: readonly string[], width: number, colors: Colors): string[] {
  const page = files.find((file) => file.endsWith('.html')) ?? files[0]
  if (page === undefined) return []
  const others = files.filter((file) => file !== page)
  const names = others.map((file) => plain(dirname(file) === dirname(page) ? basename(file) : file))
  return labelled('reports', [plain(page), ...flow(names, GAP, width - LABEL - 2)], colors)
}

function labelled(title: string, lines: readonly string[], colors: Colors): string[] {
  return lines.map((line, index) => `  ${colors.dim(padEnd(index === 0 ? title : '', LABEL))}${line}`)
}
