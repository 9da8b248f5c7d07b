import type { Summary } from '../../../lib/core/results/summary.ts'
import type { State, Verdict } from '../../../lib/core/results/verdict.ts'
import { formatInstant, formatSpan } from '../model/figure.ts'
import { type KeyFigures, keyFigures } from '../model/key-figures.ts'
import { type Markup, markup } from '../model/markup.ts'
import { countStates, type RowState } from '../model/row.ts'
import { icon } from './icon.ts'

const WORDS: Record<State, string> = {
  pass: 'Passed',
  warn: 'Passed with warnings',
  fail: 'Failed',
  inconclusive: 'Inconclusive',
}
const OPEN_REASONS = 6

/** State, reasons and key figures: all that most readers need. */
export function verdictSection(verdict: Verdict, summary: Summary): Markup {
  const { state, scenario, profile, environment, target, note, startedAt } = verdict
  const facts = [environment, target, formatInstant(startedAt), formatSpan(summary.durationMs)]
  return markup`<section class="verdict state-${state}" id="verdict" tabindex="-1" aria-label="Verdict">
<div class="ruling">
<div class="words">
<p class="name"><strong>${scenario}</strong><span aria-hidden="true"> / </span>${profile}</p>
<h1>${icon(state)}<span>${WORDS[state]}</span></h1>
${reasonList(verdict.reasons)}
</div>
${tally(verdict)}
<ul class="facts">${facts.filter((fact) => fact !== undefined).map((fact) => markup`<li>${fact}</li>`)}</ul>
${note === undefined ? undefined : markup`<p class="note">${note}</p>`}
</div>
<h2 class="unseen">Key figures</h2>
<div class="figures">${figuresOf(verdict, summary).map(card)}</div>
</section>
`
}

const OUTCOMES: readonly [RowState, one: string, many: string][] = [
  ['fail', 'broke its limit', 'broke their limit'],
  ['no-data', 'had no data', 'had no data'],
  ['warn', 'missed its target', 'missed their target'],
  ['pass', 'passed', 'passed'],
]

/** How many thresholds came out how. */
function tally({ thresholds }: Verdict): Markup {
  const total = thresholds.length
  if (total === 0) return markup`<div class="tally"><p>No thresholds were set.</p></div>`
  const counts = countStates(thresholds)
  const present = OUTCOMES.filter(([state]) => counts[state] > 0)
  const parts = present.map(
    ([state]) => markup`<i class="state-${state}" style="flex-grow:${counts[state]}"></i>`,
  )
  const items = present.map(([state, one, many]) => {
    const count = counts[state]
    return markup`<li class="state-${state}">${icon(state)}<strong>${count}</strong> ${count === 1 ? one : many}</li>`
  })
  return markup`<div class="tally"><p>${total} ${total === 1 ? 'threshold' : 'thresholds'}</p>
<div class="strip" aria-hidden="true">${parts}</div>
<ul>${items}</ul></div>`
}

function reasonList(reasons: readonly string[]): Markup | undefined {
  if (reasons.length === 0) return undefined
  const items = reasons.map((reason) => markup`<li>${reason}</li>`)
  if (items.length <= OPEN_REASONS) return markup`<ul class="reasons">${items}</ul>`
  const hidden = items.length - OPEN_REASONS
  return markup`<ul class="reasons">${items.slice(0, OPEN_REASONS)}</ul>
<details><summary>${hidden} more reason${hidden === 1 ? '' : 's'}</summary><ul class="reasons">${items.slice(OPEN_REASONS)}</ul></details>`
}

/** A run that costs nothing says nothing of it. */
function figuresOf(verdict: Verdict, summary: Summary): KeyFigures[] {
  const { accruedUsd, quotedUsd } = verdict.cost
  const isFree = accruedUsd === 0 && quotedUsd === 0
  return keyFigures(verdict, summary).filter(({ title }) => title !== 'cost' || !isFree)
}

function card({ title, figures, main }: KeyFigures): Markup {
  const first = figures[main]
  const rest = figures.filter((figure) => figure !== first)
  return markup`<div class="card">
<h3>${title}</h3>
<p class="main-figure">${first?.value}<small>${first?.label}</small></p>
<dl>${rest.map(({ label, value }) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
</div>
`
}
