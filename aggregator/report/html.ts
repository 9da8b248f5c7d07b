import { createHash } from 'node:crypto'
import type { Summary } from '../../lib/core/summary.ts'
import type { Verdict } from '../../lib/core/verdict.ts'
import { faultSpans } from './experiment.ts'
import { chartLadderOf } from './figure.ts'
import type { Assets } from './html/assets.ts'
import { runCharts, serverCharts } from './html/chart.ts'
import { chartsSection, distributionSection, serverSection } from './html/charts-section.ts'
import { factsSection } from './html/facts-section.ts'
import { generatorsSection } from './html/generators-section.ts'
import { metricsSection } from './html/metrics-section.ts'
import { outcomesSection } from './html/outcomes-section.ts'
import { stepsSection } from './html/steps-section.ts'
import { thresholdsSection } from './html/thresholds-section.ts'
import { verdictSection } from './html/verdict-section.ts'
import { Markup, markup } from './markup.ts'
import { MARKS } from './row.ts'
import { segmentsOf } from './segment.ts'

/** `report.html`: one file that holds all it needs and loads nothing. */
export function htmlReport(verdict: Verdict, summary: Summary, assets: Assets): string {
  const { state, scenario, profile } = verdict
  const scripts = [assets.earlyScript, assets.chartScript, assets.script]
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
${masthead(summary)}
<main>
${verdictSection(verdict, summary)}
${thresholdsSection(verdict, summary)}
${chartsSection(verdict, summary)}
${serverSection(verdict, summary)}
${distributionSection(summary)}
${stepsSection(summary)}
${outcomesSection(summary)}
${metricsSection(summary)}
${generatorsSection(summary)}
${factsSection(verdict, summary)}
</main>
${data('data', { verdict, summary })}
${data('layout', layoutOf(verdict, summary))}
${script(assets.chartScript)}
${script(assets.script, 'module')}
</body>
</html>
`
  return page.text
}

function masthead({ run, server }: Summary): Markup {
  const links = [
    ['thresholds', 'Thresholds'],
    ['charts', 'Over time'],
    ...(server.length === 0 ? [] : [['server', 'Server']]),
    ['distribution', 'Distribution'],
    ['steps', 'Steps'],
    ['outcomes', 'Errors'],
    ['metrics', 'Metrics'],
    ['generators', 'Generators'],
    ['run', 'Run'],
  ]
  return markup`<header class="masthead"><div>
<a class="brand" href="#verdict" title="Run ${run}">Volley</a>
<nav aria-label="Sections">${links.map(([id, title]) => markup`<a href="#${id}">${title}</a>`)}</nav>
<button type="button" class="toggle" id="reset-zoom" hidden>reset zoom</button>
<button type="button" class="toggle" id="theme" hidden>dark</button>
</div></header>`
}

/** How the page's script draws the summary. */
function layoutOf(verdict: Verdict, summary: Summary) {
  return {
    segments: segmentsOf(summary.stages),
    faults: faultSpans(summary),
    charts: [...runCharts(verdict, summary), ...serverCharts(verdict, summary)],
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
