import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { AbortRule } from './abort-rule.ts'
import { Notifications } from './notifications.ts'
import { ResultsBucket } from './results-bucket.ts'
import { RunApi } from './run-api.ts'
import { environmentOf, RunFunctions } from './run-functions.ts'
import { RunStateMachine } from './run-state-machine.ts'
import type { Settings } from './settings.ts'

/** All that a deployment is. While no run goes on it costs nothing but the storage of what runs left. */
export class LoadTestStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { settings: Settings }) {
    super(scope, id, { description: 'Volley, a load generator', ...props })
    const { bucket } = new ResultsBucket(this, 'Results', { keep: settings.keepResults })
    const functions = new RunFunctions(this, 'Functions', { bucket, settings })
    const machine = new RunStateMachine(this, 'Runs', functions)
    const environment = environmentOf(this, bucket, settings)
    new RunApi(this, 'Api', { bucket, stateMachine: machine, environment })
    new AbortRule(this, 'Abort', { stateMachineArn: machine.arn, stop: functions.stop })
    if (settings.notifyEmail !== undefined)
      new Notifications(this, 'Notifications', { stateMachineArn: machine.arn, email: settings.notifyEmail })
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName })
    new CfnOutput(this, 'StateMachineArn', { value: machine.arn })
  }
}

/** Deployments side by side have names of their own. */
export function stackName({ deployment }: Pick<Settings, 'deployment'>): string {
  return deployment === undefined ? 'Volley' : `Volley-${deployment}`
}
