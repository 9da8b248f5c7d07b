import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type CfnFunction, Code, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'

import { Construct } from 'constructs'
import { REQUIRE_BANNER } from '../../scenario/require-banner.ts'
import { acknowledgeKeys, acknowledgeWildcard } from '../acknowledge.ts'
import { type CodeProps, companionCommands, prebuiltCode } from './function-code.ts'
import type { PrivateNetwork } from './private-network.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Lambda makes network interfaces by the rights of the function's role, which it checks on all resources. */
const NETWORK_INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
]

interface RunFunctionProps extends CodeProps {
  bucket: Bucket
  /** Keys it may read and write; `*` stands for anything. */
  reads: readonly string[]
  writes: readonly string[]
  memoryMb: number
  timeoutS: number
  environment: Record<string, string>
  /** What else it may do: actions of AWS that know no resources. */
  actions?: readonly string[]
  /** The one namespace of CloudWatch that it may publish series in. */
  publishesIn?: string
  /** Where it finds private targets. */
  network?: PrivateNetwork | undefined
  /** Invocations that may go on at once, taken out of the account's for it alone. */
  reservedConcurrency?: number | undefined
  /** How often the service repeats an asynchronous event whose handler failed. */
  retries?: 0 | 1 | 2
}

/** One Lambda function: its bundle, its log, and a role that may do what it needs and nothing else. */
export class RunFunction extends Construct {
  readonly function: NodejsFunction
  readonly role: Role

  constructor(scope: Construct, id: string, props: RunFunctionProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const policy = new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [...storeStatements(props), ...accountStatements(props), logStatement(logGroup)],
    })
    const prebuilt = prebuiltCode(props)
    this.function = new NodejsFunction(this, 'Function', {
      ...(prebuilt !== undefined && { code: Code.fromAsset(prebuilt), handler: 'index.handler' }),
      entry: `${ROOT}${props.entry}`,
      projectRoot: ROOT,
      depsLockFilePath: `${ROOT}package-lock.json`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutS),
      environment: props.environment,
      role: this.role,
      logGroup,
      retryAttempts: props.retries ?? 0,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        banner: REQUIRE_BANNER,
        minify: true,
        keepNames: true,
        sourceMap: false,
        forceDockerBundling: false,
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_input, out) => companionCommands(props, out),
        },
      },
    })
    this.function.node.addDependency(policy)
    const unbound = accountStatements(props).flatMap(({ actions }) => actions)
    if (unbound.length > 0)
      acknowledgeWildcard(policy, '*', `These actions know no resources: ${unbound.join(', ')}.`)
    acknowledgeKeys(policy, props.bucket, [...props.reads, ...props.writes])
    if (props.network) this.#placeInto(props.network)
  }

  #placeInto({ vpcConfig }: PrivateNetwork): void {
    const handler = this.function.node.defaultChild as CfnFunction
    handler.vpcConfig = vpcConfig
    // The rights are for Lambda itself: what runs in the function has no use for them.
    new Policy(this, 'NoInterfacesOfItsOwn', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          effect: Effect.DENY,
          actions: NETWORK_INTERFACES,
          resources: ['*'],
          conditions: { ArnEquals: { 'lambda:SourceFunctionArn': this.function.functionArn } },
        }),
      ],
    })
  }
}

function storeStatements({ bucket, reads, writes }: RunFunctionProps): PolicyStatement[] {
  const allow = (actions: string[], keys: readonly string[]): PolicyStatement[] =>
    keys.length === 0
      ? []
      : [new PolicyStatement({ actions, resources: keys.map((key) => bucket.arnForObjects(key)) })]
  return [
    // Without it S3 answers a GET of a key that does not exist with 403: nobody could tell "no STOP" from "no access".
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
    ...allow(['s3:GetObject'], reads),
    ...allow(['s3:PutObject', 's3:PutObjectTagging'], writes),
  ]
}

function accountStatements({ actions, publishesIn, network }: RunFunctionProps): PolicyStatement[] {
  const allow = (allowed: readonly string[], conditions = {}): PolicyStatement =>
    new PolicyStatement({ actions: [...allowed], resources: ['*'], conditions })
  const inNamespace = { StringEquals: { 'cloudwatch:namespace': publishesIn } }
  return [
    ...(actions ? [allow(actions)] : []),
    ...(publishesIn === undefined ? [] : [allow(['cloudwatch:PutMetricData'], inNamespace)]),
    ...(network ? [allow(NETWORK_INTERFACES)] : []),
  ]
}

function logStatement(logGroup: LogGroup): PolicyStatement {
  return new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  })
}
