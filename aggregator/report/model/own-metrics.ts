import { BUILT_IN_METRICS, DERIVED_METRICS } from '../../../lib/core/metrics/built-in-metrics.ts'
import { PROTOCOLS } from '../../../lib/core/metrics/protocols.ts'
import type { Summary } from '../../../lib/core/results/summary.ts'

/** Lines of the timeline that are no metric of a scenario either. */
const FOR_CHARTS: ReadonlySet<string | undefined> = new Set(PROTOCOLS.map(({ openLine }) => openLine))

/** Whether a scenario declared the metric itself. */
export function isOwn(metric: string): boolean {
  return (
    !Object.hasOwn(BUILT_IN_METRICS, metric) &&
    !Object.hasOwn(DERIVED_METRICS, metric) &&
    !FOR_CHARTS.has(metric)
  )
}

export type OwnMetric = Summary['metrics'][string] & { name: string }

/** A scenario's own metrics over all their tags, by name. */
export function ownMetrics({ metrics }: Pick<Summary, 'metrics'>): OwnMetric[] {
  return Object.entries(metrics)
    .flatMap(([name, metric]) => (isOwn(name) ? [{ name, ...metric }] : []))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
}
