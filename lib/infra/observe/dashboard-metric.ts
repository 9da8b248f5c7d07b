import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { hashText } from '../../core/base/random.ts'
import { BUILT_IN_METRICS } from '../../core/metrics/built-in-metrics.ts'
import type { MetricKind } from '../../core/metrics/metric.ts'
import { parseSelector } from '../../core/metrics/selector.ts'
import {
  type Aggregation,
  type Operator,
  parseExpression,
  type Threshold,
} from '../../core/metrics/threshold.ts'
import { publishedMetrics } from '../../core/results/published.ts'
import { presetOf, RESOURCES } from '../../core/scenario/cloudwatch-metric.ts'
import {
  type CloudwatchRule,
  cloudwatchRule,
  dimensionsOf,
  type Resource,
} from '../../core/scenario/cloudwatch-source.ts'
import type { Scenario } from '../../core/scenario/scenario.ts'

/** Every series is a point a minute. */
export const PERIOD = Duration.minutes(1)

/** A threshold whose metric CloudWatch holds. */
export interface DashboardRow {
  title: string
  metric: IMetric
  /** A rate runs from 0 to 1, and needs an axis of its own. */
  isRate: boolean
  limit?: { operator: Operator; bound: number }
}

/** A metric that runs of a scenario publish. */
export type PublishedMetric = (name: string, statistic: string, label?: string) => Metric

/** The rows of a scenario that can be shown while it runs, by their groups; what is scraped from a target can not. */
export function rowsByGroup(scenario: Scenario, published: PublishedMetric): Map<string, DashboardRow[]> {
  const groups = new Map<string, DashboardRow[]>()
  for (const threshold of scenario.thresholds) {
    const row = rowOf(scenario, threshold, published)
    const group = threshold.group ?? ''
    if (row) groups.set(group, [...(groups.get(group) ?? []), row])
  }
  return groups
}

function rowOf(
  scenario: Scenario,
  threshold: Threshold,
  published: PublishedMetric,
): DashboardRow | undefined {
  const name = parseSelector(threshold.metric)?.metric ?? ''
  const expression = parseExpression(threshold.limit ?? threshold.target ?? '')
  if (!expression) return undefined
  const title = threshold.title ?? threshold.metric
  const metric = publishedMetrics(scenario).includes(name)
    ? published(name, statisticOf(expression.aggregation), title)
    : outsideMetric(scenario, name, title)
  if (!metric) return undefined
  const kind = kindOf(scenario, name)
  const judgesSamples = kind !== 'counter' && expression.aggregation.name !== 'rise'
  const { operator, bound } = expression
  return { title, metric, isRate: kind === 'rate', ...(judgesSamples && { limit: { operator, bound } }) }
}

function kindOf({ metrics }: Scenario, name: string): MetricKind | undefined {
  return { ...BUILT_IN_METRICS, ...metrics }[name]?.kind
}

/** A rate's average is the rate, since its samples are ones and zeros. */
function statisticOf({ name, percentile }: Aggregation): string {
  if (name === 'p') return `p${percentile}`
  if (name === 'med') return 'p50'
  return { min: 'Minimum', max: 'Maximum', count: 'Sum' }[name as string] ?? 'Average'
}

function outsideMetric({ sources }: Scenario, name: string, label: string): IMetric | undefined {
  for (const source of Object.values(sources))
    if (source.kind === 'cloudwatch' && Object.hasOwn(source.metrics, name)) {
      const rule = cloudwatchRule(source, name)
      return rule.activities ? undefined : scaled(rule, source.resource, label)
    }
  return undefined
}

/** A metric of a resource as a `cloudwatch` source would read it. */
export function resourceMetric(resource: Resource, name: string, label: string): IMetric {
  const preset = presetOf(resource.type, name)
  if (!preset || resource.type === 'any') throw new RangeError(`${resource.type} has no preset for ${name}`)
  const namespace = preset.namespace ?? RESOURCES[resource.type].namespace
  return scaled({ ...preset, namespace, metric: name }, resource, label)
}

function scaled(rule: CloudwatchRule, resource: Resource, label: string): IMetric {
  const { namespace, metric: metricName, statistic, scale, dimensions, unit } = rule
  const all = dimensionsOf(resource)
  const dimensionsMap = dimensions
    ? Object.fromEntries(Object.entries(all).filter(([name]) => dimensions.includes(name)))
    : all
  const text = unit === '' ? label : `${label} (${unit})`
  const metric = new Metric({ namespace, metricName, dimensionsMap, statistic, period: PERIOD, label: text })
  return scale === 1 ? metric : computed(metric, (m) => `${m} * ${scale}`, text)
}

/** What an expression makes of a metric. Ids have to differ within a panel, as its labels do. */
export function computed(
  metric: IMetric,
  expressionOf: (id: string) => string,
  label: string,
): MathExpression {
  const id = `m${hashText(`${label} ${expressionOf('m')}`).toString(36)}`
  return new MathExpression({
    expression: expressionOf(id),
    usingMetrics: { [id]: metric },
    period: PERIOD,
    label,
  })
}
