import { ArnFormat, CfnOutput, Stack, Validations } from 'aws-cdk-lib'
import {
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ROUTES } from '../../../functions/api/routes.ts'
import { acknowledgeWildcard } from '../acknowledge.ts'
import { RunFunction } from '../run/run-function.ts'

/** A caller polls every 2 s; this is for a hundred of them and their retries. */
const CALLS_PER_SECOND = 100
const BURST = 200

type Reference = { Ref: string } | { 'Fn::GetAtt': string[] }

interface RunApiProps {
  bucket: Bucket
  stateMachine: { arn: string; name: string }
  /** Variables that all functions share. */
  environment: Record<string, string>
  /** The user's folder of scenarios. */
  scenarios?: string | undefined
}

/** The REST API of a deployment. Who may call it is IAM's to say: `execute-api:Invoke`. */
export class RunApi extends Construct {
  readonly url: string

  constructor(scope: Construct, id: string, { bucket, stateMachine, environment, scenarios }: RunApiProps) {
    super(scope, id)
    const api = new RunFunction(this, 'Handler', {
      entry: 'functions/api/handler.ts',
      bucket,
      reads: ['runs/*', 'scenarios/*'],
      writes: ['runs/*/request.json', 'runs/*/STOP', 'runs/*/lease', 'run-index/*', 'scenarios/*'],
      memoryMb: 1_024,
      timeoutS: 29,
      environment: { ...environment, VOLLEY_STATE_MACHINE_ARN: stateMachine.arn },
      actions: ['lambda:GetAccountSettings'],
      suites: true,
      scenarios,
    })
    this.#letItStartRuns(api, stateMachine)
    const gateway = this.#gateway(api)
    this.url = gateway.url
    new CfnOutput(Stack.of(this), 'ApiUrl', { value: gateway.url })
  }

  #gateway({ function: handler }: RunFunction): RestApi {
    const gateway = new RestApi(this, 'Gateway', {
      restApiName: Stack.of(this).stackName,
      description: 'Starts, lists, shows, stops and prices runs',
      endpointTypes: [EndpointType.REGIONAL],
      // Compressed reports are binary.
      binaryMediaTypes: ['*/*'],
      // The role and the setting that access logs need belong to the whole account: a stack must not touch them.
      cloudWatchRole: false,
      deployOptions: { throttlingRateLimit: CALLS_PER_SECOND, throttlingBurstLimit: BURST },
      defaultIntegration: new LambdaIntegration(handler),
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
    })
    // Its own output says the same as ApiUrl under a name that nobody can know.
    gateway.node.tryRemoveChild('Endpoint')
    for (const { path, method } of ROUTES) resourceAt(gateway, path).addMethod(method)
    Validations.of(gateway).acknowledge(
      { id: 'AwsSolutions-APIG1', reason: 'The function logs every call with its caller.' },
      { id: 'AwsSolutions-APIG2', reason: 'The function validates, and tells all mistakes at once.' },
      { id: 'AwsSolutions-APIG3', reason: 'Every call is signed by an identity of this account.' },
      { id: 'AwsSolutions-APIG6', reason: 'The function logs every call with its caller.' },
      {
        id: 'AwsSolutions-COG4',
        reason: 'Callers are IAM identities: pipelines and people of this account.',
      },
    )
    return gateway
  }

  #letItStartRuns({ role }: RunFunction, { arn, name }: RunApiProps['stateMachine']): void {
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${name}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    const policy = new Policy(this, 'RunsPolicy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [arn] }),
        new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }),
      ],
    })
    acknowledgeWildcard(
      policy,
      printed(Stack.of(this).resolve(executions)),
      'An execution is called as its run.',
    )
  }
}

function resourceAt(gateway: RestApi, path: string): IResource {
  return path
    .split('/')
    .filter((part) => part !== '')
    .reduce<IResource>((parent, part) => parent.getResource(part) ?? parent.addResource(part), gateway.root)
}

/** An ARN as cdk-nag prints it. */
function printed(resolved: { 'Fn::Join': [string, (string | Reference)[]] }): string {
  return resolved['Fn::Join'][1]
    .map((part) => {
      if (typeof part === 'string') return part
      return 'Ref' in part ? `<${part.Ref}>` : `<${part['Fn::GetAtt'].join('.')}>`
    })
    .join('')
}
