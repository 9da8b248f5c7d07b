import { z } from 'zod'
import { durationMs, durationSchema } from '../base/duration.ts'
import { didYouMean } from '../base/nearest.ts'
import { type MetricPreset, metricsOf, presetOf, RESOURCES } from './cloudwatch-metric.ts'

const name = z.string().min(1)
/** As in its ARN, which may be given whole: `app/my-alb/50dc6c495c0c9188`. */
const partOfArn = (form: RegExp, example: string) =>
  z.string().regex(form, { error: `must be an ARN, or its end: ${example}` })

/** One resource of AWS, as a person names it. */
export const resourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ecs'), cluster: name, service: name }),
  z.strictObject({
    type: z.literal('alb'),
    loadBalancer: partOfArn(/(^|:loadbalancer\/)app\/[^/]+\/[^/]+$/, 'app/my-alb/50dc6c495c0c9188'),
    targetGroup: partOfArn(
      /(^|:)targetgroup\/[^/]+\/[^/]+$/,
      'targetgroup/my-targets/73e2d6bc24d8a067',
    ).optional(),
  }),
  z.strictObject({ type: z.literal('rds'), instance: name }),
  z.strictObject({
    type: z.literal('aurora'),
    cluster: name,
    role: z.enum(['WRITER', 'READER']).optional(),
  }),
  z.strictObject({ type: z.literal('elasticache'), cluster: name, node: name.optional() }),
  z.strictObject({ type: z.literal('sqs'), queue: name }),
  z.strictObject({ type: z.literal('lambda'), function: name }),
  z.strictObject({ type: z.literal('api-gateway'), api: name, stage: name.optional() }),
  /** Whatever else CloudWatch holds. */
  z.strictObject({ type: z.literal('any'), namespace: name, dimensions: z.record(name, name).default({}) }),
])
export type Resource = z.infer<typeof resourceSchema>

const metricSchema = z.strictObject({
  /** Its name in CloudWatch, such as `CPUUtilization`. */
  metric: name,
  /** `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p95`; each metric has its own default. */
  statistic: name.optional(),
  unit: z.string().max(16).optional(),
  /** Values are multiplied by this. What comes in seconds is in `ms` by itself. */
  scale: z.number().optional(),
})

/** A source's fields are checked against each other too: each metric must be one of its resource's. */
export const cloudwatchSchema = z
  .strictObject({
    kind: z.literal('cloudwatch'),
    /** By default the deployment's; on one machine, that of the environment's AWS profile. */
    region: name.optional(),
    resource: resourceSchema,
    /** Length of a point. CloudWatch has nothing finer than a minute unless a metric is published so. */
    period: durationSchema
      .refine((text) => isPeriod(durationMs(text)), {
        error: 'must be 1, 5, 10, 20 or 30 s, or whole minutes',
      })
      .default('60s'),
    metrics: z.record(z.string(), metricSchema),
  })
  .superRefine(({ resource, metrics }, context) => {
    for (const [key, { metric }] of Object.entries(metrics)) {
      const problem = problemOf(resource, metric)
      if (problem) context.addIssue({ code: 'custom', path: ['metrics', key, 'metric'], message: problem })
    }
  })
export type CloudwatchSource = z.infer<typeof cloudwatchSchema>

function isPeriod(ms: number): boolean {
  return [1_000, 5_000, 10_000, 20_000, 30_000].includes(ms) || (ms > 0 && ms % 60_000 === 0)
}

function problemOf(resource: Resource, metric: string): string | undefined {
  if (resource.type === 'any') return undefined
  const known = Object.keys(metricsOf(resource.type))
  if (!known.includes(metric))
    return `must be a metric of ${resource.type}: ${known.join(', ')} (${didYouMean(metric, known)}); for another one, use type any`
  if (metric === 'HealthyHostCount' && resource.type === 'alb' && resource.targetGroup === undefined)
    return 'must not be HealthyHostCount without a targetGroup in the resource'
  return undefined
}

/** How one metric of a source is read, with everything that its preset says. */
export interface CloudwatchRule extends MetricPreset {
  metric: string
  namespace: string
}

export function cloudwatchRule({ resource, metrics }: CloudwatchSource, key: string): CloudwatchRule {
  const own = metrics[key]
  if (!own) throw new RangeError(`the source has no metric ${key}`)
  const preset = presetOf(resource.type, own.metric) ?? { statistic: 'Average', unit: '', scale: 1 }
  return {
    ...preset,
    namespace: preset.namespace ?? namespaceOf(resource),
    metric: own.metric,
    statistic: own.statistic ?? preset.statistic,
    unit: own.unit ?? preset.unit,
    scale: own.scale ?? preset.scale,
  }
}

function namespaceOf(resource: Resource): string {
  return resource.type === 'any' ? resource.namespace : RESOURCES[resource.type].namespace
}

/** The dimensions under which CloudWatch keeps a resource's metrics. */
export function dimensionsOf(resource: Resource): Record<string, string> {
  switch (resource.type) {
    case 'ecs':
      return { ClusterName: resource.cluster, ServiceName: resource.service }
    case 'alb':
      return {
        LoadBalancer: resource.loadBalancer.replace(/^.*:loadbalancer\//, ''),
        ...(resource.targetGroup !== undefined && { TargetGroup: resource.targetGroup.replace(/^.*:/, '') }),
      }
    case 'rds':
      return { DBInstanceIdentifier: resource.instance }
    case 'aurora':
      return { DBClusterIdentifier: resource.cluster, ...(resource.role && { Role: resource.role }) }
    case 'elasticache':
      return { CacheClusterId: resource.cluster, ...(resource.node && { CacheNodeId: resource.node }) }
    case 'sqs':
      return { QueueName: resource.queue }
    case 'lambda':
      return { FunctionName: resource.function }
    case 'api-gateway':
      return { ApiName: resource.api, ...(resource.stage && { Stage: resource.stage }) }
    case 'any':
      return resource.dimensions
  }
}
