import type { Summary } from '../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../lib/core/results/verdict.ts'
import { type Markup, markup } from '../model/markup.ts'
import { isOwn, ownMetrics } from '../model/own-metrics.ts'
import { charts } from './charts/charts-section.ts'
import { ownCharts } from './charts/own-charts.ts'
import { type Measured, metricPanels } from './metric-panels.ts'
import { nothing, section } from './table.ts'

/** Of one metric, as many of its series by tags are shown. */
const MAX_SERIES = 20

/** What the scenario measures with metrics of its own; none where it has none. */
export function ownSection(verdict: Verdict, summary: Summary): Markup | undefined {
  const own = ownMetrics(summary)
  if (own.length === 0) return undefined
  const drawn = ownCharts(verdict, summary)
  const panels = metricPanels(
    own.flatMap((metric) => [metric, ...seriesOf(summary, metric)]),
    'of your own',
  )
  return section(
    'own',
    'Metrics of your own',
    'As the scenario declares them: over the whole run, and by their tags.',
    markup`<div class="stack">${drawn.length === 0 ? undefined : charts(drawn, summary, 'small')}${panels}</div>`,
  )
}

function seriesOf({ series }: Summary, { name, unit }: Measured): Measured[] {
  const tagged = series.filter(({ metric, tags }) => metric === name && Object.keys(tags).length > 0)
  return tagged.slice(0, MAX_SERIES).map(({ tags, values }, index) => {
    const text = Object.entries(tags).map(([tag, value]) => `${tag}:${value}`)
    const hidden = tagged.length - MAX_SERIES
    const more = hidden > 0 && index === MAX_SERIES - 1 ? ` – and ${hidden} more in summary.json` : ''
    return { name, tags: `${text.join(', ')}${more}`, unit, values }
  })
}

/** All that Volley measures in every run, whether a threshold judges it or not. */
export function metricsSection({ metrics }: Summary): Markup {
  const builtIn = Object.entries(metrics)
    .filter(([name]) => !isOwn(name))
    .map(([name, { unit, values }]) => ({ name, unit, values }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
  const panels = metricPanels(builtIn, 'of the run')
  return panels === undefined
    ? section('metrics', 'Metrics', '', nothing('Nothing was measured.'))
    : section('metrics', 'Metrics', 'Over the whole run and all tags.', panels)
}
