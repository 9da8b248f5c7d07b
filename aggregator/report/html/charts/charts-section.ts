import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { formatFigure } from '../../model/figure.ts'
import { type Content, type Markup, markup } from '../../model/markup.ts'
import { writePercentile } from '../client/figure.js'
import { nothing, section } from '../table.ts'
import type { Chart } from './chart.ts'
import { describeChart } from './describe-chart.ts'
import { runCharts } from './run-charts.ts'
import { serverCharts } from './server-charts.ts'

const READING = 'Drag across a chart to zoom all of them. Arrow keys move the cursor, Escape takes it away.'

export function chartsSection(verdict: Verdict, summary: Summary): Markup {
  if (summary.timeline.points.length === 0)
    return section('charts', 'Over time', '', nothing('Nothing was observed.'))
  return section('charts', 'Over time', READING, charts(runCharts(verdict, summary), summary, ''))
}

export function serverSection(verdict: Verdict, summary: Summary): Markup | undefined {
  if (summary.server.length === 0) return undefined
  return section(
    'server',
    'Server metrics',
    'What the target’s own metrics sources said, on the same time axis.',
    charts(serverCharts(verdict, summary), summary, 'small'),
  )
}

export function distributionSection({ distribution }: Summary): Markup | undefined {
  if (distribution.length === 0) return undefined
  const title = 'Service time and response time'
  const words = distribution
    .filter(({ percentile }, index) => percentile >= 0.5 && index % 5 === 0)
    .map(({ percentile, valueMs }) => `${writePercentile(percentile)} within ${formatFigure(valueMs, 'ms')}`)
  const content = frame(
    { id: 'distribution', title, hint: 'Response time also counts how late a request was sent' },
    logToggle(title),
    plot('distribution', title, `Service time: ${words.join(', ')}.`),
  )
  return section(
    'distribution',
    'Latency distribution',
    'Latency that so many requests stayed at or below.',
    markup`${noScript}<div class="charts wide">${content}</div>`,
  )
}

/** Charts beside each other; `size` is `small`, or empty for large ones. */
export function charts(all: readonly Chart[], summary: Summary, size: 'small' | ''): Markup {
  return markup`${noScript}<div class="charts ${size}">${all.map((chart) => figure(chart, summary))}</div>`
}

const noScript = markup`<noscript><p class="nothing">Charts are drawn by a script. Verdict and tables are complete without it.</p></noscript>`

function logToggle(title: string): Markup {
  return markup`<button type="button" class="toggle log" aria-pressed="false" aria-label="log axis of ${title}">log</button>`
}

function figure(chart: Chart, summary: Summary): Markup {
  const { id, title, log, noData } = chart
  const content =
    noData === undefined ? plot(id, title, describeChart(chart, summary)) : nothing(`No data: ${noData}`)
  return frame(chart, log ? logToggle(title) : undefined, content)
}

function frame(
  { id, title, hint }: Pick<Chart, 'id' | 'title' | 'hint'>,
  control: Content,
  content: Content,
): Markup {
  return markup`<figure class="card chart" id="chart-${id}" aria-labelledby="chart-${id}-title">
<figcaption><h3 id="chart-${id}-title">${title}</h3><span class="hint">${hint}</span>${control}</figcaption>
${content}
</figure>
`
}

/** The place of a chart, and what it shows in words. */
function plot(id: string, title: string, words: string): Markup {
  return markup`<div class="legend"></div><div class="plot" data-chart="${id}" tabindex="0" role="group" aria-roledescription="chart" aria-label="${title}" aria-describedby="chart-${id}-words"></div><p class="unseen" id="chart-${id}-words">${words}</p>`
}
