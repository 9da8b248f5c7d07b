import { Duration } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { RunFunction } from './run-function.ts'

const STOP_IS_NEWS = Duration.minutes(15)

/** Ends the load of an execution that has ended without doing so: running functions go on when it is stopped. */
export class AbortRule extends Construct {
  constructor(scope: Construct, id: string, props: { stateMachineArn: string; stop: RunFunction }) {
    super(scope, id)
    new Rule(this, 'Rule', {
      description:
        'An execution was stopped or has failed: its generators are told to end, and it is judged.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['ABORTED', 'FAILED', 'TIMED_OUT'],
          stateMachineArn: [props.stateMachineArn],
        },
      },
      targets: [new LambdaFunction(props.stop.function, { retryAttempts: 10, maxEventAge: STOP_IS_NEWS })],
    })
  }
}
