import { cutText } from '../../../lib/core/results/incident.ts'
import type { Step, Summary } from '../../../lib/core/results/summary.ts'
import type { State, Verdict } from '../../../lib/core/results/verdict.ts'
import { writeExperiment } from '../model/experiment.ts'
import { failureRows, saidBy, writeExchange, writeFrame } from '../model/failures.ts'
import { formatInstant, formatNumber, formatShare, formatSpan, NO_FIGURE } from '../model/figure.ts'
import { keyFigures } from '../model/key-figures.ts'
import { ownFigures } from '../model/own-figures.ts'
import { countStates, groupRows, type RowGroup, type RowState } from '../model/row.ts'
import { formatQuantile, formatShareOf } from '../model/small-sample.ts'
import { stepTitle } from '../model/step-title.ts'

const SIGNS: Record<State | RowState, string> = {
  pass: '✅',
  warn: '⚠️',
  fail: '❌',
  inconclusive: '❔',
  'no-data': '❔',
}
const SLOWEST = 5
/** Of the columns p50, p95 and p99. */
const QUANTILES = [0.5, 0.95, 0.99]
const MAX_ERRORS = 10
const MAX_SAMPLES = 5
const MAX_MESSAGE = 200

/** `summary.md`, fit for a comment on a pull request: what passed is folded away. */
export function markdownReport(verdict: Verdict, summary: Summary): string {
  const blocks = [
    heading(verdict, summary),
    verdict.reasons.map((reason) => `- ${inline(reason)}`).join('\n'),
    thresholds(verdict),
    figures(verdict, summary),
    experiments(summary),
    slowest(summary.steps),
    errors(summary),
    samples(summary),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function heading(verdict: Verdict, summary: Summary): string {
  const { state, scenario, profile, environment, target, startedAt } = verdict
  const facts = [environment, target, formatSpan(summary.durationMs), formatInstant(startedAt)]
  const line = facts.filter((fact) => fact !== undefined).map(inline)
  return `## ${SIGNS[state]} ${state}: ${inline(scenario)} / ${inline(profile)}\n\n${line.join(' · ')}`
}

function thresholds(verdict: Verdict): string {
  const groups = groupRows(verdict.thresholds)
  const open = pick(groups, (state) => state !== 'pass')
  const folded = pick(groups, (state) => state === 'pass')
  const { pass } = countStates(verdict.thresholds)
  const blocks = [
    open.length === 0 ? '' : `### Thresholds\n\n${rowTable(open)}`,
    folded.length === 0
      ? ''
      : fold(`${pass} of ${verdict.thresholds.length} thresholds passed`, rowTable(folded)),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

function pick(groups: readonly RowGroup[], wanted: (state: RowState) => boolean): RowGroup[] {
  return groups
    .map(({ title, rows }) => ({ title, rows: rows.filter(({ row }) => wanted(row.state)) }))
    .filter(({ rows }) => rows.length > 0)
}

function rowTable(groups: readonly RowGroup[]): string {
  const lines = groups.flatMap(({ title: group, rows }) =>
    rows.map(({ row, measured, limit, target, remark }) =>
      [`${SIGNS[row.state]} ${row.title}`, group, measured, limit, target, remark].map(inline),
    ),
  )
  return table(['threshold', 'group', 'measured', 'limit', 'target', 'remark'], 'llrrrl', lines)
}

function figures(verdict: Verdict, summary: Summary): string {
  const lines = [...keyFigures(verdict, summary), ...ownFigures(summary)].map(({ title, figures: all }) => [
    title,
    all.map(({ label, value }) => `${inline(label)} **${value}**`).join(' · '),
  ])
  return `### Key figures\n\n${table(['of', 'figures'], 'll', lines)}`
}

function experiments({ experiments: all }: Summary): string {
  if (all.length === 0) return ''
  return `### Experiments\n\n${all.map((one) => `- ${inline(writeExperiment(one))}`).join('\n')}`
}

function slowest(steps: readonly Step[]): string {
  const requested = steps.filter(({ count }) => count > 0)
  if (requested.length === 0) return ''
  const lines = requested
    .toSorted((a, b) => b.p95Ms - a.p95Ms)
    .slice(0, SLOWEST)
    .map(({ flow, method, name, count, completed = count, failed, p50Ms, p95Ms, p99Ms, maxMs }) => [
      inline(`${flow}: ${stepTitle({ method, name })}`),
      formatNumber(count),
      formatShareOf(failed, completed),
      // A stream has no service time.
      ...[p50Ms, p95Ms, p99Ms].map((ms, i) =>
        maxMs === 0 ? NO_FIGURE : formatQuantile(ms, 'ms', completed, QUANTILES[i] as number),
      ),
    ])
  const head = ['step', 'requests', 'failed', 'p50', 'p95', 'p99']
  return `### Slowest steps\n\n${table(head, 'lrrrrr', lines)}`
}

function errors(summary: Summary): string {
  const all = failureRows(summary)
  if (all.length === 0) return ''
  const lines = all
    .slice(0, MAX_ERRORS)
    .map(({ flow, step, cause, count, total, incidents: [first] }) => [
      inline(flow === '' ? step : `${flow}: ${step}`),
      inline(cause),
      formatNumber(count),
      total === undefined ? NO_FIGURE : formatShare(count, total),
      first === undefined ? '' : inline(cutText(saidBy(first), MAX_MESSAGE)),
    ])
  const hidden = all.length - MAX_ERRORS
  const more = hidden > 0 ? `\n\nand ${hidden} more` : ''
  return `### Errors\n\n${table(['step', 'error', 'count', 'of the step', 'message'], 'llrrl', lines)}${more}`
}

/** The first stacks and failed responses, folded away. */
function samples({ incidents }: Summary): string {
  const described = incidents
    .filter(({ first }) => first?.stack !== undefined || first?.exchange !== undefined)
    .slice(0, MAX_SAMPLES)
  if (described.length === 0) return ''
  const blocks = described.map(({ error, message, first: { stack = [], exchange } = { atMs: 0 } }) => {
    const texts = [stack.map(writeFrame).join('\n'), ...(exchange ? [writeExchange(exchange)] : [])]
    return `**${inline(error)}**: ${inline(message)}\n\n${codeBlock(texts.filter((text) => text !== '').join('\n\n'))}`
  })
  return fold(
    `The first ${blocks.length === 1 ? 'failure' : `${blocks.length} failures`} in full`,
    blocks.join('\n\n'),
  )
}

/** Text as it is: no run of backticks in it ends the block. */
function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text.replace(/[^\P{Cc}\n]/gu, ' ')}\n${fence}`
}

function fold(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`
}

/** `alignment` has a letter per column: l or r. Cells are Markdown already. */
function table(head: readonly string[], alignment: string, lines: readonly (readonly string[])[]): string {
  const rule = Array.from(alignment, (letter) => (letter === 'r' ? '--:' : ':--'))
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Text from outside on one line, with everything that Markdown or HTML would read taken as it is. */
function inline(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\\`*_[\]|~#!]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
}
