import { Duration, Stack } from 'aws-cdk-lib'
import {
  Dashboard,
  DashboardVariable,
  DefaultValue,
  type IMetric,
  Metric,
  PeriodOverride,
  Values,
  VariableInputType,
  VariableType,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { Resource } from '../../core/scenario/cloudwatch-source.ts'
import type { Scenario } from '../../core/scenario/scenario.ts'
import { PERIOD, type PublishedMetric, resourceMetric, rowsByGroup } from './dashboard-metric.ts'
import { alertPanel, groupPanel, heatPanel, nameOf, progressPanel } from './dashboard-panels.ts'

/** A group of fewer thresholds has no panel of its own; its rows are in the summary. */
const MIN_ROWS = 3
const SHOWN = Duration.hours(3)

/** The group that a resource's metrics are shown with, beside the rows of the scenario. */
const GROUP_OF: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ecs: { Autoscaling: ['CPUUtilization', 'MemoryUtilization', 'RunningTaskCount', 'DesiredTaskCount'] },
  rds: { Autoscaling: ['ReplicaLag'] },
  aurora: { Autoscaling: ['AuroraReplicaLag'] },
  alb: {
    'Error recovery': ['HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count', 'RejectedConnectionCount'],
    Latency: ['TargetResponseTime'],
  },
  elasticache: { 'Error recovery': ['CacheHitRate'] },
  sqs: { 'Agent coordination': ['ApproximateAgeOfOldestMessage'] },
}

interface RunDashboardProps {
  scenario: Scenario
  /** What its target is made of. */
  resources: readonly Resource[]
}

/**
 * The runs of one scenario as they go on: a panel for each group of its thresholds with their limits, the progress of
 * the load, how full the target's resources are, and all rows in one table. A limit is changed in the scenario alone.
 */
export class RunDashboard extends Construct {
  constructor(scope: Construct, id: string, { scenario, resources }: RunDashboardProps) {
    super(scope, id)
    const published = publishedBy(scenario, Stack.of(this).stackName)
    const groups = rowsByGroup(scenario, published)
    const dashboard = new Dashboard(this, 'Dashboard', {
      // Dashboards of all regions share their names.
      dashboardName: `${Stack.of(this).stackName}-${Stack.of(this).region}`,
      defaultInterval: SHOWN,
      periodOverride: PeriodOverride.INHERIT,
      variables: [profileVariable(scenario)],
    })
    dashboard.addWidgets(
      ...panelTitles(scenario, resources).map((title) =>
        groupPanel(title, groups.get(title) ?? [], metricsBeside(title, resources)),
      ),
      progressPanel(published),
      heatPanel(resources),
      alertPanel([...groups.values()].flat()),
    )
  }
}

function panelTitles({ thresholds }: Scenario, resources: readonly Resource[]): string[] {
  const groups = Map.groupBy(thresholds, ({ group }) => group ?? '')
  const large = [...groups].filter(([, rows]) => rows.length >= MIN_ROWS).map(([title]) => title)
  const besides = resources.flatMap(({ type }) => Object.keys(GROUP_OF[type] ?? {}))
  return [...new Set([...large, ...besides])].filter((title) => title !== '')
}

function metricsBeside(title: string, resources: readonly Resource[]): IMetric[] {
  return resources.flatMap((resource) =>
    (GROUP_OF[resource.type]?.[title] ?? []).map((metric) =>
      resourceMetric(resource, metric, `${nameOf(resource)} ${metric}`),
    ),
  )
}

function publishedBy({ name, defaultProfile, profiles }: Scenario, namespace: string): PublishedMetric {
  const Profile = defaultProfile ?? Object.keys(profiles)[0] ?? ''
  return (metricName, statistic, label) =>
    new Metric({
      namespace,
      metricName,
      dimensionsMap: { Scenario: name, Profile },
      statistic,
      period: PERIOD,
      ...(label !== undefined && { label }),
    })
}

/** Which profile's runs are shown is chosen on the dashboard. */
function profileVariable({ profiles, defaultProfile }: Scenario): DashboardVariable {
  const names = Object.keys(profiles)
  return new DashboardVariable({
    id: 'profile',
    label: 'Profile',
    type: VariableType.PROPERTY,
    value: 'Profile',
    inputType: VariableInputType.SELECT,
    values: Values.fromValues(...names.map((value) => ({ label: value, value }))),
    defaultValue: DefaultValue.value(defaultProfile ?? names[0]),
  })
}
