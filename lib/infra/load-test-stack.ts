import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Scenario } from '../core/scenario/scenario.ts'
import { RunApi } from './api/run-api.ts'
import { RunDashboard } from './observe/dashboard.ts'
import { Notifications } from './observe/notifications.ts'
import { AbortRule } from './run/abort-rule.ts'
import { ResultsBucket } from './run/results-bucket.ts'
import { environmentOf, RunFunctions } from './run/run-functions.ts'
import { RunSchedules } from './run/run-schedules.ts'
import { RunStateMachine } from './run/run-state-machine.ts'
import { Tell } from './run/tell.ts'
import type { Settings } from './settings/settings.ts'

interface LoadTestStackProps extends StackProps {
  settings: Settings
  /** The scenario of the dashboard, where the settings ask for one. */
  shown?: Scenario | undefined
}

/** All that a deployment is. While no run goes on it costs nothing but the storage of what runs left. */
export class LoadTestStack extends Stack {
  constructor(scope: Construct, id: string, { settings, shown, ...props }: LoadTestStackProps) {
    super(scope, id, { description: 'Volley, a load generator', ...props })
    const { bucket } = new ResultsBucket(this, 'Results', { keep: settings.keepResults })
    const functions = new RunFunctions(this, 'Functions', { bucket, settings })
    const machine = new RunStateMachine(this, 'Runs', functions)
    const environment = environmentOf(this, bucket, settings)
    new RunApi(this, 'Api', { bucket, stateMachine: machine, environment, scenarios: settings.scenarios })
    new AbortRule(this, 'Abort', { stateMachineArn: machine.arn, stop: functions.stop })
    const { notifyEmail, schedules, dashboard } = settings
    const people =
      notifyEmail === undefined ? undefined : new Notifications(this, 'Notifications', { email: notifyEmail })
    const topicArn = people?.topicArn
    new Tell(this, 'Tell', { stateMachineArn: machine.arn, tell: functions.tell, topicArn })
    if (schedules.length > 0)
      new RunSchedules(this, 'Schedules', { bucket, stateMachineArn: machine.arn, environment, schedules })
    if (dashboard && shown)
      new RunDashboard(this, 'Dashboard', { scenario: shown, resources: dashboard.resources })
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName })
    new CfnOutput(this, 'StateMachineArn', { value: machine.arn })
  }
}

/** Deployments side by side have names of their own. */
export function stackName({ deployment }: Pick<Settings, 'deployment'>): string {
  return deployment === undefined ? 'Volley' : `Volley-${deployment}`
}
