import { describe, expect, it } from 'vitest'
import { publishedMetrics } from '../../lib/core/results/published.ts'
import { checkScenario } from '../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../lib/core/scenario/scenario.ts'
import codepal from '../../scenarios/codepal/scenario.ts'
import { ofType, resourcesOf } from './synthesized.ts'

interface Widget {
  type: string
  properties: {
    title: string
    view: string
    metrics?: unknown[][]
    annotations?: { horizontal?: { label?: string; value: number; yAxis?: string }[] }
    table?: { layout?: string }
  }
}
interface Body {
  widgets: Widget[]
  variables: { property: string; values: { value: string }[]; defaultValue: string }[]
}

/** The dashboard of a deployment as CloudWatch gets it; a reference is written as what it refers to. */
function bodyOf(context: Record<string, unknown>): Body {
  const [one] = ofType(resourcesOf(context), 'AWS::CloudWatch::Dashboard')
  const body = one?.[1].Properties.DashboardBody as { 'Fn::Join': [string, (string | { Ref: string })[]] }
  const parts = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : part.Ref))
  return JSON.parse(parts.join(''))
}

const RESOURCES = [
  { type: 'ecs', cluster: 'shop', service: 'api' },
  { type: 'alb', loadBalancer: 'app/front/50dc6c495c0c9188' },
  { type: 'rds', instance: 'orders' },
  { type: 'elasticache', cluster: 'sessions' },
]
const body = bodyOf({ dashboard: { scenario: 'codepal', resources: RESOURCES } })
const panel = (title: string): Widget['properties'] => {
  const found = body.widgets.find(({ properties }) => properties.title.startsWith(title))
  if (!found) throw new Error(`there is no panel ${title}`)
  return found.properties
}
/** Namespace and name of each metric that a panel reads from CloudWatch. */
const readBy = (title: string): string[] =>
  (panel(title).metrics ?? [])
    .filter(([namespace]) => typeof namespace === 'string')
    .map(([namespace, name]) => `${namespace} ${name}`)

describe('the dashboard', () => {
  it('has nine panels: one for each large group of thresholds, and three for the run as a whole', () => {
    expect(body.widgets.map(({ properties }) => properties.title)).toEqual([
      'Autoscaling',
      'Error recovery',
      'Latency',
      'Observability',
      'Agent coordination',
      'Cross-platform optimization',
      'Test progress',
      'Resource utilisation by task (%)',
      'Alert summary: how much of its limit each row uses (%)',
    ])
  })

  it('reads series that a run publishes, under the names it publishes them', () => {
    const own = body.widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === 'Volley')
    expect(own.length).toBeGreaterThan(25)
    const scenario = checkScenario(codepal).scenario as Scenario
    const known = [...publishedMetrics(scenario), 'vus', 'generators_up', 'generator_loop_share']
    for (const [, name, ...dimensions] of own) {
      expect(known).toContain(name)
      expect(dimensions.slice(0, 4)).toEqual(['Profile', 'light', 'Scenario', 'codepal'])
    }
  })

  it('shows what the target is made of beside the thresholds of a group', () => {
    expect(readBy('Autoscaling')).toEqual([
      'Volley http_req_duration',
      'AWS/ECS CPUUtilization',
      'AWS/ECS MemoryUtilization',
      'ECS/ContainerInsights RunningTaskCount',
      'ECS/ContainerInsights DesiredTaskCount',
      'AWS/RDS ReplicaLag',
    ])
    expect(readBy('Error recovery')).toEqual([
      'AWS/ApplicationELB HTTPCode_Target_5XX_Count',
      'AWS/ApplicationELB HTTPCode_ELB_5XX_Count',
      'AWS/ApplicationELB RejectedConnectionCount',
      'AWS/ElastiCache CacheHitRate',
      'Volley handoff_failed',
      'Volley retry_success',
      'Volley validation_errors',
    ])
    expect(readBy('Cross-platform optimization')).toEqual([
      'Volley strategy_adaptation_latency',
      'Volley performance_uplift',
      'Volley dom_mutation_time',
    ])
  })

  it('draws the limits that the scenario has', () => {
    const drawn = panel('Latency').annotations?.horizontal ?? []
    expect(drawn.map(({ label, value }) => [label, value])).toEqual([
      ['p95 API response time: limit', 250],
      ['p99 API response time: limit', 500],
      ['Agent handoff latency: limit', 1_000],
    ])
    const rates = panel('Error recovery').annotations?.horizontal ?? []
    expect(rates.map(({ value, yAxis }) => [value, yAxis])).toEqual([
      [0.05, 'right'],
      [0.95, 'right'],
      [0.01, 'right'],
    ])
  })

  it('has a line for each task, found by the service it belongs to', () => {
    const searches = (panel('Resource utilisation').metrics ?? []).flatMap(([first]) =>
      typeof first === 'object' ? [(first as { expression: string }).expression] : [],
    )
    expect(searches).toEqual([
      `SEARCH('MetricName="TaskCpuUtilization" ClusterName="shop" ServiceName="api"', 'Average', 60)`,
      `SEARCH('MetricName="TaskMemoryUtilization" ClusterName="shop" ServiceName="api"', 'Average', 60)`,
    ])
    expect(readBy('Resource utilisation')).toEqual([
      'AWS/RDS CPUUtilization',
      'AWS/ElastiCache EngineCPUUtilization',
    ])
    expect(panel('Resource utilisation')).toMatchObject({ view: 'table' })
  })

  it('sums up every row as the share of its limit that it uses, whichever side the limit is on', () => {
    const rows = (panel('Alert summary').metrics ?? []).flatMap(([first]) =>
      typeof first === 'object' ? [first as { label: string; expression: string }] : [],
    )
    const formOf = (label: string): string | undefined =>
      rows.find((row) => row.label === label)?.expression.replace(/m\w+/, 'm')
    expect(formOf('p95 API response time')).toBe('100 * m / 250')
    expect(formOf('Retry accuracy')).toBe('95 / m')
    expect(formOf('Requests not served')).toBe('100 * m / 0.0005')
    expect(rows).toHaveLength(14)
  })

  it('shows the runs of any profile', () => {
    expect(body.variables).toMatchObject([
      {
        property: 'Profile',
        defaultValue: 'light',
        values: Object.keys(codepal.profiles).map((value) => ({ value })),
      },
    ])
  })

  it('costs money, and is there only where it was asked for', () => {
    expect(ofType(resourcesOf(), 'AWS::CloudWatch::Dashboard')).toEqual([])
    expect(bodyOf({ dashboard: 'codepal' }).widgets).toHaveLength(9)
  })
})
