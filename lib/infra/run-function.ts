import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'

import { Construct } from 'constructs'
import { acknowledgeKeys, acknowledgeWildcard } from './acknowledge.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** CommonJS packages inside an ES module ask for `require`. */
const REQUIRE_BANNER =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);"

interface RunFunctionProps {
  /** The handler's file, from the project's root. */
  entry: string
  bucket: Bucket
  /** Keys it may read and write; `*` stands for anything. */
  reads: readonly string[]
  writes: readonly string[]
  memoryMb: number
  timeoutS: number
  environment: Record<string, string>
  /** What else it may do: actions of AWS that know no resources. */
  actions?: readonly string[]
  /** How often the service repeats an asynchronous event whose handler failed. */
  retries?: 0 | 1 | 2
  /** Whether suites travel with it. */
  suites?: boolean
  /** Commands that put more beside its code. */
  bundled?: (out: string) => string[]
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
    this.function = new NodejsFunction(this, 'Function', {
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
          afterBundling: (_input, out) => [
            ...(props.suites ? [`node "${ROOT}lib/infra/bundle-suites.ts" "${out}"`] : []),
            ...(props.bundled?.(out) ?? []),
          ],
        },
      },
    })
    this.function.node.addDependency(policy)
    if (props.actions)
      acknowledgeWildcard(policy, '*', `These actions know no resources: ${props.actions.join(', ')}.`)
    acknowledgeKeys(policy, props.bucket, [...props.reads, ...props.writes])
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

function accountStatements({ actions }: RunFunctionProps): PolicyStatement[] {
  return actions ? [new PolicyStatement({ actions: [...actions], resources: ['*'] })] : []
}

function logStatement(logGroup: LogGroup): PolicyStatement {
  return new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  })
}
