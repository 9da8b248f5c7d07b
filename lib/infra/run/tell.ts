import { Stack, Validations } from 'aws-cdk-lib'
import { EventBus, Rule } from 'aws-cdk-lib/aws-events'
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { RunFunction } from './run-function.ts'
import { tellDefinition } from './tell-definition.ts'

interface TellProps {
  /** Of the runs. */
  stateMachineArn: string
  /** Says how a run ended. */
  tell: RunFunction
  /** Where people are told, if anybody wants to be. */
  topicArn?: string | undefined
}

/**
 * Tells how each run ended, whatever ended it. It hangs on the end of the execution and not on its last state: a run
 * that is aborted has none.
 */
export class Tell extends Construct {
  constructor(scope: Construct, id: string, { stateMachineArn, tell, topicArn }: TellProps) {
    super(scope, id)
    const machine = this.#machine(tell.function.functionArn, topicArn)
    const role = new Role(this, 'RuleRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') })
    new Policy(this, 'RulePolicy', {
      roles: [role],
      statements: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.attrArn] })],
    })
    new Rule(this, 'Rule', {
      description: 'A run has ended: its end is told.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'],
          stateMachineArn: [stateMachineArn],
        },
      },
      targets: [{ bind: () => ({ arn: machine.attrArn, role }) }],
    })
  }

  #machine(tellArn: string, topicArn: string | undefined): CfnStateMachine {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    const allow = (action: string, resource: string): PolicyStatement =>
      new PolicyStatement({ actions: [action], resources: [resource] })
    const bus = EventBus.fromEventBusName(this, 'Bus', 'default')
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        allow('lambda:InvokeFunction', tellArn),
        allow('events:PutEvents', bus.eventBusArn),
        ...(topicArn === undefined ? [] : [allow('sns:Publish', topicArn)]),
      ],
    })
    const machine = new CfnStateMachine(this, 'StateMachine', {
      roleArn: role.roleArn,
      stateMachineType: 'STANDARD',
      definitionString: Stack.of(this).toJsonString(tellDefinition({ tell: tellArn, topic: topicArn })),
    })
    machine.node.addDependency(policy)
    Validations.of(machine).acknowledge(
      { id: 'AwsSolutions-SF1', reason: 'The history of an execution holds all its events for 90 days.' },
      { id: 'AwsSolutions-SF2', reason: 'Three steps need no tracing.' },
    )
    return machine
  }
}
