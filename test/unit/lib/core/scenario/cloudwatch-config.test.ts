import { describe, expect, it } from 'vitest'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import { cloudwatchRule, dimensionsOf } from '../../../../../lib/core/scenario/cloudwatch-source.ts'
import { type Source, sourceSchema, unitOf } from '../../../../../lib/core/scenario/source.ts'

const parse = (resource: object, metrics: object = {}): Extract<Source, { kind: 'cloudwatch' }> =>
  sourceSchema.parse({ kind: 'cloudwatch', resource, metrics }) as Extract<Source, { kind: 'cloudwatch' }>

describe('a resource by its name', () => {
  it.each([
    [
      { type: 'ecs', cluster: 'c', service: 's' },
      { ClusterName: 'c', ServiceName: 's' },
    ],
    [
      {
        type: 'alb',
        loadBalancer: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/1',
        targetGroup: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/2',
      },
      { LoadBalancer: 'app/a/1', TargetGroup: 'targetgroup/t/2' },
    ],
    [{ type: 'alb', loadBalancer: 'app/a/1' }, { LoadBalancer: 'app/a/1' }],
    [{ type: 'rds', instance: 'i' }, { DBInstanceIdentifier: 'i' }],
    [{ type: 'aurora', cluster: 'c' }, { DBClusterIdentifier: 'c' }],
    [
      { type: 'aurora', cluster: 'c', role: 'READER' },
      { DBClusterIdentifier: 'c', Role: 'READER' },
    ],
    [
      { type: 'elasticache', cluster: 'c', node: '0001' },
      { CacheClusterId: 'c', CacheNodeId: '0001' },
    ],
    [{ type: 'sqs', queue: 'q' }, { QueueName: 'q' }],
    [{ type: 'lambda', function: 'f' }, { FunctionName: 'f' }],
    [
      { type: 'api-gateway', api: 'a', stage: 'prod' },
      { ApiName: 'a', Stage: 'prod' },
    ],
    [{ type: 'any', namespace: 'N', dimensions: { Shop: 'x' } }, { Shop: 'x' }],
  ])('has its dimensions: %j', (resource, dimensions) => {
    expect(dimensionsOf(parse(resource).resource)).toEqual(dimensions)
  })

  it.each([
    [{ type: 'ecs', cluster: 'c', service: 's' }, 'RunningTaskCount', 'ECS/ContainerInsights', 'tasks', 1],
    [{ type: 'ecs', cluster: 'c', service: 's' }, 'MemoryUtilization', 'AWS/ECS', '%', 1],
    [{ type: 'rds', instance: 'i' }, 'ReadLatency', 'AWS/RDS', 'ms', 1_000],
    [{ type: 'aurora', cluster: 'c' }, 'AuroraReplicaLag', 'AWS/RDS', 'ms', 1],
    [{ type: 'elasticache', cluster: 'c' }, 'CacheHitRate', 'AWS/ElastiCache', '%', 1],
    [{ type: 'sqs', queue: 'q' }, 'ApproximateAgeOfOldestMessage', 'AWS/SQS', 's', 1],
    [{ type: 'lambda', function: 'f' }, 'Duration', 'AWS/Lambda', 'ms', 1],
    [{ type: 'api-gateway', api: 'a' }, '5XXError', 'AWS/ApiGateway', '', 1],
    [{ type: 'any', namespace: 'N' }, 'Whatever', 'N', '', 1],
  ])('has its metrics with their units: %j %s', (resource, metric, namespace, unit, scale) => {
    const source = parse(resource, { m: { metric } })
    expect(cloudwatchRule(source, 'm')).toMatchObject({ namespace, metric, unit, scale })
    expect(unitOf(source, 'm')).toBe(unit)
  })

  it("lets a metric's own statistic, unit and scale win over its preset", () => {
    const own = { metric: 'ReadLatency', statistic: 'p99', unit: 's', scale: 1 }
    expect(cloudwatchRule(parse({ type: 'rds', instance: 'i' }, { m: own }), 'm')).toMatchObject(own)
  })
})

describe('mistakes in a cloudwatch source', () => {
  const mistakesOf = (source: object): string[][] =>
    checkScenario({
      name: 'shop',
      target: {},
      flows: { browse: { run: async () => undefined } },
      profiles: { p: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },
      sources: { aws: { kind: 'cloudwatch', metrics: {}, ...source } },
    }).mistakes.map(({ field, limit }) => [field, limit])

  it('are all said at once, where they are', () => {
    expect(
      mistakesOf({
        resource: { type: 'alb', loadBalancer: 'front' },
        period: '45s',
      }),
    ).toEqual([
      ['sources.aws.resource.loadBalancer', 'must be an ARN, or its end: app/my-alb/50dc6c495c0c9188'],
      ['sources.aws.period', 'must be 1, 5, 10, 20 or 30 s, or whole minutes'],
    ])
    expect(
      mistakesOf({
        resource: { type: 'alb', loadBalancer: 'app/a/1' },
        metrics: { up: { metric: 'HealthyHostCount' }, slow: { metric: 'TargetResponseTimes' } },
      }),
    ).toEqual([
      ['sources.aws.metrics.up.metric', 'must not be HealthyHostCount without a targetGroup in the resource'],
      [
        'sources.aws.metrics.slow.metric',
        expect.stringMatching(
          /^must be a metric of alb: TargetResponseTime, .* \(did you mean TargetResponseTime\?\); for another one, use type any$/,
        ),
      ],
    ])
  })
})
