import { ArnFormat, Stack, Validations } from 'aws-cdk-lib'
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { acknowledgeWildcard, logicalIdOf } from '../acknowledge.ts'
import { runDefinition } from './run-definition.ts'
import type { RunFunctions } from './run-functions.ts'

/** The state machine that conducts runs, and the role it does so in. */
export class RunStateMachine extends Construct {
  readonly arn: string
  readonly name: string

  constructor(scope: Construct, id: string, functions: RunFunctions) {
    super(scope, id)
    const { plan, generator, aggregator, note } = functions
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [plan, generator, aggregator, note].map((one) => one.function.functionArn),
        }),
      ],
    })
    const definition = runDefinition({
      plan: plan.function.functionArn,
      generator: generator.function.functionArn,
      aggregator: aggregator.function.functionArn,
      note: note.function.functionArn,
    })
    const machine = new CfnStateMachine(this, 'StateMachine', {
      roleArn: role.roleArn,
      stateMachineType: 'STANDARD',
      definitionString: Stack.of(this).toJsonString(definition),
    })
    machine.node.addDependency(policy)
    this.arn = machine.attrArn
    this.name = machine.attrName
    this.#letItRunChildren(role, machine)
    Validations.of(machine).acknowledge(
      { id: 'AwsSolutions-SF1', reason: 'The history of an execution holds all its events for 90 days.' },
      { id: 'AwsSolutions-SF2', reason: 'Traces of generators would cost more than the load they make.' },
    )
  }

  /** A distributed map starts its child workflows as executions of its own state machine. */
  #letItRunChildren(role: Role, machine: CfnStateMachine): void {
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${machine.attrName}/*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    const policy = new Policy(this, 'ChildrenPolicy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.attrArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
          resources: [executions],
        }),
      ],
    })
    acknowledgeWildcard(
      policy,
      `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${logicalIdOf(machine)}.Name>/*`,
      'Child workflows are executions with names that Step Functions chooses.',
    )
  }
}
