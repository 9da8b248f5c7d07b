import {
  Color,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  TableLayout,
  TableThreshold,
  TableWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import { metricsOf } from '../../core/scenario/cloudwatch-metric.ts'
import type { Resource } from '../../core/scenario/cloudwatch-source.ts'
import {
  computed,
  type DashboardRow,
  PERIOD,
  type PublishedMetric,
  resourceMetric,
} from './dashboard-metric.ts'

const [WIDTH, HEIGHT] = [8, 7]
/** Of a limit, or of what a resource has: from here on it is worth a look. */
const WARN_PERCENT = 80
const FULL_PERCENT = 100

/** Rows of one group against their limits: what runs from 0 to 1 on the right, everything else on the left. */
export function groupPanel(title: string, rows: readonly DashboardRow[], resources: IMetric[]): IWidget {
  const [right, left] = [rows.filter(({ isRate }) => isRate), rows.filter(({ isRate }) => !isRate)]
  return new GraphWidget({
    title,
    width: WIDTH,
    height: HEIGHT,
    period: PERIOD,
    liveData: true,
    left: [...left.map(({ metric }) => metric), ...resources],
    right: right.map(({ metric }) => metric),
    leftAnnotations: limitsOf(left),
    rightAnnotations: limitsOf(right),
  })
}

function limitsOf(rows: readonly DashboardRow[]): { value: number; label: string; color: string }[] {
  return rows.flatMap(({ title, limit }) =>
    limit ? [{ value: limit.bound, label: `${title}: limit`, color: Color.RED }] : [],
  )
}

/** How far the load has come, and how much of it fails. */
export function progressPanel(published: PublishedMetric): IWidget {
  const perSecond = (name: string, label: string): IMetric =>
    computed(published(name, 'Sum'), (m) => `${m} / PERIOD(${m})`, label)
  const failed = published('http_req_failed', 'Average')
  return new GraphWidget({
    title: 'Test progress',
    width: WIDTH,
    height: HEIGHT,
    period: PERIOD,
    liveData: true,
    left: [
      perSecond('http_reqs', 'Requests per second'),
      perSecond('iterations', 'Iterations per second'),
      published('vus', 'Average', 'Users'),
      published('generators_up', 'Average', 'Generators up'),
    ],
    right: [
      computed(failed, (m) => `100 * ${m}`, 'Failed (%)'),
      computed(failed, (m) => `100 * (1 - ${m})`, 'Served (%)'),
      computed(published('generator_loop_share', 'Maximum'), (m) => `100 * ${m}`, 'Busiest generator (%)'),
    ],
    rightYAxis: { min: 0, max: FULL_PERCENT },
  })
}

/** A line for each task, a cell for each minute, coloured by how full it is. Tasks need Container Insights. */
export function heatPanel(resources: readonly Resource[]): IWidget {
  return new TableWidget({
    title: 'Resource utilisation by task (%)',
    width: WIDTH,
    height: HEIGHT,
    period: PERIOD,
    liveData: true,
    layout: TableLayout.HORIZONTAL,
    metrics: resources.flatMap(utilisationOf),
    thresholds: heat(),
  })
}

function utilisationOf(resource: Resource): IMetric[] {
  if (resource.type === 'ecs')
    return ['Cpu', 'Memory'].map((what) => {
      const found = `MetricName="Task${what}Utilization"`
      const where = `ClusterName="${resource.cluster}" ServiceName="${resource.service}"`
      return new MathExpression({
        expression: `SEARCH('${found} ${where}', 'Average', 60)`,
        label: `${what} \${PROP('Dim.TaskId')}`,
        period: PERIOD,
      })
    })
  return ['CPUUtilization', 'EngineCPUUtilization']
    .filter((metric) => Object.hasOwn(metricsOf(resource.type), metric))
    .map((metric) => resourceMetric(resource, metric, `${nameOf(resource)} ${metric}`))
}

/** Every row as the share of its limit that it uses up, the same colours for all. */
export function alertPanel(rows: readonly DashboardRow[]): IWidget {
  return new TableWidget({
    title: 'Alert summary: how much of its limit each row uses (%)',
    width: WIDTH,
    height: HEIGHT,
    period: PERIOD,
    liveData: true,
    layout: TableLayout.HORIZONTAL,
    metrics: rows.flatMap(({ title, metric, limit }) => {
      if (!limit || limit.bound === 0) return []
      const rises = limit.operator.startsWith('>')
      const expressionOf = (m: string): string =>
        rises ? `${FULL_PERCENT * limit.bound} / ${m}` : `${FULL_PERCENT} * ${m} / ${limit.bound}`
      return [computed(metric, expressionOf, title)]
    }),
    thresholds: heat(),
  })
}

function heat(): TableThreshold[] {
  return [
    TableThreshold.above(FULL_PERCENT, Color.RED),
    TableThreshold.between(WARN_PERCENT, FULL_PERCENT, Color.ORANGE),
    TableThreshold.below(WARN_PERCENT, Color.GREEN),
  ]
}

/** What a person calls a resource: the last of its names. */
export function nameOf(resource: Resource): string {
  const { type, ...names } = resource
  return String(Object.values(names).at(-1) ?? type)
}
