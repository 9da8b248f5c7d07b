/** How one metric of an AWS resource is read unless the scenario says otherwise. */
export interface MetricPreset {
  /** Where it is not the resource's own. */
  namespace?: string
  statistic: string
  unit: string
  /** From CloudWatch's unit to `unit`. */
  scale: number
  /** Of the resource's dimensions, the only ones that this metric has; all of them where not given. */
  dimensions?: readonly string[]
  /** Reported only where there is something to count: 0 wherever this other metric was reported. */
  zeroWhere?: string
  /** Not a metric of CloudWatch, but times of scaling activities. */
  activities?: 'began' | 'ready'
}

type Presets = Readonly<Record<string, MetricPreset>>

const of = (statistic: string, unit = '', changes: Partial<MetricPreset> = {}): MetricPreset => ({
  statistic,
  unit,
  scale: 1,
  ...changes,
})
/** Written by CloudWatch in seconds. */
const seconds = (statistic: string): MetricPreset => of(statistic, 'ms', { scale: 1_000 })

const insights = of('Average', 'tasks', { namespace: 'ECS/ContainerInsights' })
/** A load balancer reports nothing while no requests come, and these only when they are not 0. */
const faults = of('Sum', '', { zeroWhere: 'RequestCount' })
const balancerFaults = { ...faults, dimensions: ['LoadBalancer'] }

const DATABASE: Presets = {
  CPUUtilization: of('Average', '%'),
  DatabaseConnections: of('Average'),
  FreeableMemory: of('Minimum', 'B'),
  ReadLatency: seconds('Average'),
  WriteLatency: seconds('Average'),
  DiskQueueDepth: of('Average'),
  DBLoad: of('Average'),
}

interface ResourcePreset {
  namespace: string
  metrics: Presets
}

/** What can be read of each type of resource by name. Everything else is read with type `any`. */
export const RESOURCES = {
  ecs: {
    namespace: 'AWS/ECS',
    metrics: {
      CPUUtilization: of('Average', '%'),
      MemoryUtilization: of('Average', '%'),
      RunningTaskCount: insights,
      DesiredTaskCount: insights,
      PendingTaskCount: insights,
      /** Scale-outs so far, counted when the desired count was raised: `rise` is the time to the decision. */
      ScaleOutsBegun: of('Count', '', { activities: 'began' }),
      /** The same, counted when all of its tasks ran: `rise` is the time until the capacity was there. */
      ScaleOutsReady: of('Count', '', { activities: 'ready' }),
    },
  },
  alb: {
    namespace: 'AWS/ApplicationELB',
    metrics: {
      TargetResponseTime: seconds('Average'),
      HTTPCode_Target_5XX_Count: faults,
      HTTPCode_ELB_5XX_Count: balancerFaults,
      RejectedConnectionCount: balancerFaults,
      RequestCount: of('Sum'),
      HealthyHostCount: of('Minimum'),
    },
  },
  rds: {
    namespace: 'AWS/RDS',
    metrics: { ...DATABASE, ReplicaLag: seconds('Maximum') },
  },
  aurora: {
    namespace: 'AWS/RDS',
    metrics: { ...DATABASE, AuroraReplicaLag: of('Maximum', 'ms') },
  },
  elasticache: {
    namespace: 'AWS/ElastiCache',
    metrics: {
      EngineCPUUtilization: of('Average', '%'),
      CacheHitRate: of('Average', '%'),
      CurrConnections: of('Average'),
      Evictions: of('Sum'),
    },
  },
  sqs: {
    namespace: 'AWS/SQS',
    metrics: { ApproximateAgeOfOldestMessage: of('Maximum', 's') },
  },
  lambda: {
    namespace: 'AWS/Lambda',
    metrics: { Throttles: of('Sum'), Duration: of('Average', 'ms') },
  },
  'api-gateway': {
    namespace: 'AWS/ApiGateway',
    metrics: { '5XXError': of('Sum'), Latency: of('Average', 'ms') },
  },
} as const satisfies Record<string, ResourcePreset>

/** The preset of a resource's metric; `undefined` where it has none. */
export function presetOf(type: string, metric: string): MetricPreset | undefined {
  const metrics = metricsOf(type)
  return Object.hasOwn(metrics, metric) ? metrics[metric] : undefined
}

/** The metrics that can be read of a type of resource by name. */
export function metricsOf(type: string): Presets {
  return Object.hasOwn(RESOURCES, type) ? RESOURCES[type as keyof typeof RESOURCES].metrics : {}
}
