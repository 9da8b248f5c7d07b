import type { Summary } from '../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../lib/core/results/verdict.ts'
import { writeExperiment } from '../model/experiment.ts'
import { formatFigure, formatInstant, formatNumber, formatSpan, formatUsd, SHARE } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'
import { section } from './table.ts'

/** What one needs to name the run or to repeat it. */
export function factsSection(verdict: Verdict, summary: Summary): Markup {
  const { coverage } = summary
  const facts: [string, string | undefined][] = [
    ['Run', summary.run],
    ['Scenario', summary.scenario],
    ['Profile', summary.profile],
    ['Environment', summary.environment],
    ['Target', summary.target],
    ['Note', summary.note],
    ['Seed', String(summary.seed)],
    ['Started', formatInstant(summary.startedAt)],
    ['Ended', formatInstant(summary.endedAt)],
    ['Load observed for', formatSpan(summary.durationMs)],
    ['Drained for', drainOf(summary)],
    [
      'Stages',
      summary.stages.map(({ name, fromMs, toMs }) => `${name} ${formatSpan(toMs - fromMs)}`).join(', '),
    ],
    ['Experiments', summary.experiments.map(writeExperiment).join(' · ')],
    [
      'Generators seen',
      `${formatNumber(coverage.generators.seen)} of ${formatNumber(coverage.generators.planned)}`,
    ],
    ['Time covered', formatFigure(coverage.time, SHARE)],
    ['Arrivals made', arrivals(coverage)],
    ['Cost', costOf(verdict)],
  ]
  const known = facts.filter(([, value]) => value !== undefined && value !== '')
  return section(
    'run',
    'This run',
    '',
    markup`<div class="card"><dl class="run-facts">${known.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`,
  )
}

/** How long iterations went on after the load's end; nothing where none did. */
function drainOf({ metrics, drainMs = 0 }: Summary): string | undefined {
  const any = Object.values(metrics).some(({ values }) => values.kind === 'counter' && values.drained)
  return any ? formatSpan(drainMs) : undefined
}

/** A run that costs nothing says nothing of it. */
function costOf({ cost: { accruedUsd, quotedUsd } }: Verdict): string | undefined {
  if (accruedUsd === 0 && quotedUsd === 0) return undefined
  return `${formatUsd(accruedUsd)} of ${formatUsd(quotedUsd)} quoted`
}

function arrivals({ arrivals, arrivalsMade, arrivalsPlanned }: Summary['coverage']): string | undefined {
  if (arrivalsPlanned === 0) return undefined
  return `${formatNumber(arrivalsMade)} of ${formatNumber(arrivalsPlanned)} (${formatFigure(arrivals, SHARE)})`
}
