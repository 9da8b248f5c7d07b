import type { ScenarioThresholds } from 'volley'

const AUTOSCALING = 'Autoscaling'
const RECOVERY = 'Error recovery'
const LATENCY = 'Latency'
const OBSERVABILITY = 'Observability'
const COORDINATION = 'Agent coordination'
const OPTIMIZATION = 'Cross-platform optimization'
const COLLABORATION = 'Collaboration'
const WHOLE = 'Whole test'

/** CodePal's validation metrics. A limit is changed here and nowhere else. */
export const thresholds: ScenarioThresholds = [
  {
    group: AUTOSCALING,
    title: 'ECS CPU utilisation',
    metric: 'ecs_cpu',
    limit: 'avg<=70',
    target: 'avg<=60',
  },
  {
    group: AUTOSCALING,
    title: 'ECS memory utilisation',
    metric: 'ecs_memory',
    limit: 'avg<=80',
    target: 'avg<=70',
  },
  {
    group: AUTOSCALING,
    title: 'Front-end response time',
    metric: 'http_req_duration{tier:front-end}',
    limit: 'p(95)<=2000',
    target: 'p(95)<1000',
  },
  {
    group: AUTOSCALING,
    title: 'Redis throughput',
    metric: 'redis_ops',
    limit: 'avg>=10000',
    target: 'avg>=15000',
  },
  {
    group: AUTOSCALING,
    title: 'PostgreSQL replica lag',
    metric: 'replica_lag',
    limit: 'avg<=1000',
    target: 'avg<500',
  },

  {
    group: RECOVERY,
    title: 'Agent handoff failure rate',
    metric: 'handoff_failed',
    limit: 'rate<=0.05',
    target: 'rate<0.02',
  },
  {
    group: RECOVERY,
    title: 'Retry accuracy',
    metric: 'retry_success',
    limit: 'rate>=0.95',
    target: 'rate>=0.98',
    // A run in which nothing had to be tried again says nothing against it.
    noData: 'pass',
  },
  {
    group: RECOVERY,
    title: 'Validation errors',
    metric: 'validation_errors',
    limit: 'rate<=0.01',
    target: 'rate<0.005',
  },
  {
    group: RECOVERY,
    title: 'Redis cache hit rate',
    metric: 'cache_hit_rate',
    limit: 'avg>=80',
    target: 'avg>=85',
  },

  {
    group: LATENCY,
    title: 'p95 API response time',
    metric: 'http_req_duration{tier:api}',
    limit: 'p(95)<=250',
    target: 'p(95)<200',
  },
  {
    group: LATENCY,
    title: 'p99 API response time',
    metric: 'http_req_duration{tier:api}',
    limit: 'p(99)<=500',
    target: 'p(99)<400',
  },
  { group: LATENCY, title: 'Front-end JS idle time', metric: 'js_idle', limit: 'avg<=100', target: 'avg<80' },
  {
    group: LATENCY,
    title: 'Agent handoff latency',
    metric: 'agent_handoff_latency',
    limit: 'p(95)<=1000',
    target: 'p(95)<800',
  },

  {
    group: OBSERVABILITY,
    title: 'Prometheus alert response',
    metric: 'alert_response',
    limit: 'avg<=30',
    target: 'avg<20',
  },
  {
    group: OBSERVABILITY,
    title: 'Grafana panel refresh',
    metric: 'panel_refresh',
    limit: 'avg<=5',
    target: 'avg<3',
  },
  {
    group: OBSERVABILITY,
    title: 'Trace completion',
    metric: 'trace_completion',
    limit: 'avg>=95',
    target: 'avg>=98',
  },
  {
    group: OBSERVABILITY,
    title: 'Cloudflare worker execution',
    metric: 'worker_execution',
    limit: 'avg<=100',
    target: 'avg<80',
  },

  {
    group: COORDINATION,
    title: 'Deconfliction success',
    metric: 'deconfliction_success',
    limit: 'rate>=0.95',
    target: 'rate>=0.98',
  },
  {
    group: COORDINATION,
    title: 'Message queue throughput',
    metric: 'queue_messages',
    limit: 'avg>=1000',
    target: 'avg>=1500',
  },
  {
    group: COORDINATION,
    title: 'Handoff delay',
    metric: 'handoff_delay',
    limit: 'p(95)<=500',
    target: 'p(95)<400',
  },

  {
    group: OPTIMIZATION,
    title: 'Strategy adaptation latency',
    metric: 'strategy_adaptation_latency',
    limit: 'p(95)<=200',
    target: 'p(95)<150',
  },
  {
    group: OPTIMIZATION,
    title: 'Performance uplift',
    metric: 'performance_uplift',
    limit: 'avg>=10',
    target: 'avg>=15',
  },
  {
    group: OPTIMIZATION,
    title: 'DOM mutation time',
    metric: 'dom_mutation_time',
    limit: 'p(95)<=50',
    target: 'p(95)<40',
  },

  {
    group: COLLABORATION,
    title: 'WebSocket sessions that failed',
    metric: 'ws_session_failed',
    limit: 'rate<=0.01',
  },
  {
    group: COLLABORATION,
    title: 'Edit latency between users',
    metric: 'edit_latency',
    limit: 'p(95)<=500',
    target: 'p(95)<250',
    noData: 'warn',
  },

  { group: WHOLE, title: 'Requests not served', metric: 'http_req_failed', limit: 'rate<=0.0005' },
]

/** Rows that need the phases of the elasticity test. */
export const elasticityThresholds: ScenarioThresholds = [
  {
    group: WHOLE,
    title: 'Scale-out after the spike begins',
    metric: 'ecs_desired_tasks',
    stage: 'spike',
    limit: 'rise<=5000',
  },
  {
    group: WHOLE,
    title: 'Throughput grows linearly with users (R²)',
    metric: 'throughput_linearity',
    stage: ['warm-up', 'ramp-up', 'sustained'],
    limit: 'value>=0.8',
    target: 'value>=0.85',
  },
]
