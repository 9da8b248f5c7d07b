import { createHash } from 'node:crypto'
import type { Summary } from '../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../lib/core/results/verdict.ts'
import { faultSpans } from '../model/experiment.ts'
import { chartLadderOf } from '../model/figure.ts'
import { Markup, markup } from '../model/markup.ts'
import { MARKS } from '../model/row.ts'
import { segmentsOf } from '../model/segment.ts'
import type { Assets } from './assets.ts'
import { chartsSection, distributionSection, serverSection } from './charts/charts-section.ts'
import { ownCharts } from './charts/own-charts.ts'
import { runCharts } from './charts/run-charts.ts'
import { serverCharts } from './charts/server-charts.ts'
import { factsSection } from './facts-section.ts'
import { generatorsSection } from './generators-section.ts'
import { logSection } from './log-section.ts'
import { metricsSection, ownSection } from './metrics-section.ts'
import { outcomesSection } from './outcomes-section.ts'
import { sessionsSection } from './sessions-section.ts'
import { stepsSection } from './steps-section.ts'
import { thresholdsSection } from './thresholds-section.ts'
import { verdictSection } from './verdict-section.ts'

/** `report.html`: one file that holds all it needs and loads nothing. */
export function htmlReport(verdict: Verdict, summary: Summary, assets: Assets): string {
  const { state, scenario, profile } = verdict
  const scripts = [assets.earlyScript, assets.chartScript, assets.script]
  const parts = partsOf(verdict, summary)
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${MARKS[state]} ${state}: ${scenario} / ${profile}</title>
<link rel="icon" href="data:,">
<style>${new Markup(assets.chartStyle)}
${new Markup(assets.style)}</style>
${script(assets.earlyScript)}
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
${masthead(summary, parts)}
<main>
${verdictSection(verdict, summary)}
${parts.map(({ content }) => content)}
</main>
<p class="unseen" id="status" role="status"></p>
${data('data', { verdict, summary })}
${data('layout', layoutOf(verdict, summary))}
${script(assets.chartScript)}
${script(assets.script, 'module')}
</body>
</html>
`
  return page.text
}

interface Part {
  id: string
  /** What links to it are called. */
  link: string
  content: Markup
}

/** The parts of the page behind the verdict. A run has those that it has something for. */
function partsOf(verdict: Verdict, summary: Summary): Part[] {
  const parts: [id: string, link: string, content: Markup | undefined][] = [
    ['thresholds', 'Thresholds', thresholdsSection(verdict)],
    ['charts', 'Over time', chartsSection(verdict, summary)],
    ['own', 'Own metrics', ownSection(verdict, summary)],
    ['server', 'Server', serverSection(verdict, summary)],
    ['distribution', 'Distribution', distributionSection(summary)],
    ['steps', 'Steps', stepsSection(summary)],
    ['sessions', 'Sessions', sessionsSection(summary)],
    ['outcomes', 'Errors', outcomesSection(summary)],
    ['log', 'Console', logSection(summary)],
    ['metrics', 'Metrics', metricsSection(summary)],
    ['generators', 'Generators', generatorsSection(summary)],
    ['run', 'Run', factsSection(verdict, summary)],
  ]
  return parts.flatMap(([id, link, content]) => (content === undefined ? [] : [{ id, link, content }]))
}

function masthead({ run }: Summary, parts: readonly Part[]): Markup {
  return markup`<header class="masthead"><div>
<a class="brand" href="#verdict" title="Run ${run}">Volley</a>
<nav aria-label="Sections">${parts.map(({ id, link }) => markup`<a href="#${id}">${link}</a>`)}</nav>
<button type="button" class="toggle" id="reset-zoom" hidden>reset zoom</button>
<button type="button" class="toggle" id="theme" hidden>dark</button>
</div></header>`
}

/** How the page's script draws the summary. */
function layoutOf(verdict: Verdict, summary: Summary) {
  return {
    segments: segmentsOf(summary.stages),
    faults: faultSpans(summary),
    charts: [
      ...runCharts(verdict, summary),
      ...ownCharts(verdict, summary),
      ...serverCharts(verdict, summary),
    ],
    distributionLadder: chartLadderOf('ms'),
  }
}

/** JSON inside a script element: no `<`, so that nothing in it can end the element. */
function data(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c')
  return markup`<script type="application/json" id="${id}">${new Markup(json)}</script>`
}

function script(source: string, type?: 'module'): Markup {
  return markup`<script${type === undefined ? undefined : markup` type="${type}"`}>${new Markup(source)}</script>`
}

/** The page loads nothing, and no script runs in it but its own. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map((source) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`)
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(' ')}`
}
