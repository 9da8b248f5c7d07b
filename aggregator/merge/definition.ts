import {
  BUILT_IN_METRICS,
  type BuiltInMetric,
  DERIVED_METRICS,
} from '../../lib/core/metrics/built-in-metrics.ts'
import type { MetricDefinition, Tags } from '../../lib/core/metrics/metric.ts'
import { parseSelector, type Selector } from '../../lib/core/metrics/selector.ts'
import { aggregationOf, type Threshold } from '../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { unitOf } from '../../lib/core/scenario/source.ts'

export function selectorOf({ metric }: Threshold): Selector {
  const selector = parseSelector(metric)
  if (!selector) throw new TypeError(`threshold on ${metric} was not validated`)
  return selector
}

/** Whether a series has all the tags of a selector. */
export function matches(tags: Tags, selector: Tags): boolean {
  return Object.entries(selector).every(([name, value]) => tags[name] === value)
}

/**
 * Where the samples of a metric are: in series of the snapshots, among the users of every second (which no series
 * of one slice can tell), in the timeline of the summary, or outside the generators.
 */
export type MetricOrigin = 'series' | 'users' | 'derived' | 'outside'

export function originOf(plan: Pick<Plan, 'sources'>, { metric, tags }: Selector): MetricOrigin {
  if (Object.hasOwn(DERIVED_METRICS, metric)) return 'derived'
  if (metric === 'vus' && Object.keys(tags).length === 0) return 'users'
  return outsideOf(plan, metric) === undefined ? 'series' : 'outside'
}

/** What the run says about a metric of its own; `undefined` for one it never declared. */
export function definitionOf(plan: Pick<Plan, 'metrics'>, metric: string): MetricDefinition | undefined {
  if (Object.hasOwn(BUILT_IN_METRICS, metric)) return BUILT_IN_METRICS[metric as BuiltInMetric]
  return Object.hasOwn(plan.metrics, metric) ? plan.metrics[metric] : undefined
}

/** Whether a threshold asks how often something happens in a second: then what is counted and the time have to agree. */
export function isPerSecond(plan: Pick<Plan, 'metrics'>, threshold: Threshold): boolean {
  const counts = definitionOf(plan, selectorOf(threshold).metric)?.kind === 'counter'
  return counts && aggregationOf(threshold).name === 'rate'
}

/** Source and unit of a metric from outside the generators. */
export function outsideOf(
  plan: Pick<Plan, 'sources'>,
  metric: string,
): { source: string; unit: string } | undefined {
  for (const [name, source] of Object.entries(plan.sources))
    if (Object.hasOwn(source.metrics, metric)) return { source: name, unit: unitOf(source, metric) }
  return undefined
}
