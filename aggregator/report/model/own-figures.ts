import type { Summary, Values } from '../../../lib/core/results/summary.ts'
import { formatFigure, formatNumber, SHARE } from './figure.ts'
import type { KeyFigures } from './key-figures.ts'
import { ownMetrics } from './own-metrics.ts'
import { formatQuantile } from './small-sample.ts'
import { timedSteps } from './timed-steps.ts'

/** Lines of text name this many; `report.html` has all. */
const MAX_NAMED = 5

/** What a scenario measures itself, in short: its own metrics, and its slowest `vu.step`s. */
export function ownFigures(summary: Summary): KeyFigures[] {
  const steps = timedSteps(summary).sort((a, b) => b.p95 - a.p95)
  return [
    shortened(
      'own metrics',
      ownMetrics(summary).map(({ name, unit, values }) => ({ label: name, value: inShort(values, unit) })),
    ),
    shortened(
      'vu.step',
      steps.map(({ flow, name, count, p95 }) => ({
        label: `${flow}: ${name}`,
        value: `p95 ${formatQuantile(p95, 'ms', count, 0.95)}`,
      })),
    ),
  ].flat()
}

function shortened(title: string, figures: KeyFigures['figures']): KeyFigures[] {
  if (figures.length === 0) return []
  const hidden = figures.length - MAX_NAMED
  const more = hidden > 0 ? [{ label: 'and more', value: formatNumber(hidden) }] : []
  return [{ title, main: 0, figures: [...figures.slice(0, MAX_NAMED), ...more] }]
}

function inShort(values: Values, unit: string): string {
  switch (values.kind) {
    case 'counter':
      return `${formatFigure(values.count, unit)} (${formatFigure(values.perSecond, `${unit}/s`)})`
    case 'rate':
      return `${formatFigure(values.rate, SHARE)} of ${formatNumber(values.total)}`
    case 'gauge':
      return formatFigure(values.value, unit)
    case 'trend':
      return `p95 ${formatFigure(values.p95, unit)} of ${formatNumber(values.count)}`
  }
}
