import type { Summary } from '../../../lib/core/summary.ts'
import type { Verdict } from '../../../lib/core/verdict.ts'
import { type Content, type Markup, markup } from '../markup.ts'
import { type Chart, runCharts, serverCharts } from './chart.ts'
import { nothing, section } from './table.ts'

const READING = 'Drag across a chart to zoom all of them. Arrow keys move the cursor.'

export function chartsSection(verdict: Verdict, summary: Summary): Markup {
  if (summary.timeline.points.length === 0)
    return section('charts', 'Over time', '', nothing('Nothing was observed.'))
  return section(
    'charts',
    'Over time',
    READING,
    markup`${noScript}<div class="charts">${runCharts(verdict, summary).map(figure)}</div>`,
  )
}

export function serverSection(verdict: Verdict, summary: Summary): Markup | undefined {
  if (summary.server.length === 0) return undefined
  return section(
    'server',
    'Server metrics',
    'What the target’s own metrics sources said, on the same time axis.',
    markup`${noScript}<div class="charts small">${serverCharts(verdict, summary).map(figure)}</div>`,
  )
}

export function distributionSection({ distribution }: Summary): Markup {
  const hint = 'Latency that so many requests stayed at or below.'
  if (distribution.length === 0)
    return section('distribution', 'Latency distribution', hint, nothing('No request was made.'))
  const title = 'Service time and response time'
  const content = frame(
    'distribution',
    title,
    'Response time also counts how late a request was sent',
    logToggle,
    plot('distribution', title),
  )
  return section(
    'distribution',
    'Latency distribution',
    hint,
    markup`${noScript}<div class="charts wide">${content}</div>`,
  )
}

const noScript = markup`<noscript><p class="nothing">Charts are drawn by a script. Verdict and tables are complete without it.</p></noscript>`
const logToggle = markup`<button type="button" class="toggle log" aria-pressed="false">log</button>`

function figure({ id, title, hint, log, noData }: Chart): Markup {
  const content = noData === undefined ? plot(id, title) : nothing(`No data: ${noData}`)
  return frame(id, title, hint, log ? logToggle : undefined, content)
}

function frame(id: string, title: string, hint: string, control: Content, content: Content): Markup {
  return markup`<figure class="card chart" id="chart-${id}">
<figcaption><h3>${title}</h3><span class="hint">${hint}</span>${control}</figcaption>
${content}
</figure>
`
}

function plot(id: string, title: string): Markup {
  return markup`<div class="legend"></div><div class="plot" data-chart="${id}" tabindex="0" role="group" aria-roledescription="chart" aria-label="${title}"></div>`
}
