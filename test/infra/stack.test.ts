import { beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, ofType, type Resource, resourcesOf, statementsOf } from './synthesized.ts'

let resources: Record<string, Resource>
beforeAll(() => {
  resources = resourcesOf()
})

/** An ARN of a policy in short: the bucket as `bucket`, references by what they refer to. */
function inShort(arn: unknown): string {
  if (typeof arn === 'string') return arn
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join, Ref } = arn as Record<string, unknown>
  if (Array.isArray(attribute)) return String(attribute[0]).replace(/[0-9A-F]{8}$/, '')
  if (Array.isArray(join)) return (join[1] as unknown[]).map(inShort).join('')
  return String(Ref)
}

function rightsOf(role: string, stack = resources): string[] {
  return statementsOf(stack, role)
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((arn) => `${action} ${inShort(arn)}`)),
    )
    .sort()
}

const OWN_LOG = (name: string): string[] => [
  `logs:CreateLogStream Functions${name}Log`,
  `logs:PutLogEvents Functions${name}Log`,
]

/** All resources of a type whose ids begin so; there is at least one. */
function all(type: string, prefix: string): [[string, Resource], ...[string, Resource][]] {
  const found = ofType(resources, type).filter(([id]) => id.startsWith(prefix))
  return found as [[string, Resource], ...[string, Resource][]]
}

describe('the rights of the roles', () => {
  it('let a generator read runs and uploaded scenarios, and write snapshots and claims alone', () => {
    expect(rightsOf('FunctionsGeneratorRole')).toEqual([
      ...OWN_LOG('Generator'),
      's3:GetObject ResultsBucket/runs/*',
      's3:GetObject ResultsBucket/scenarios/*',
      's3:ListBucket ResultsBucket',
      's3:PutObject ResultsBucket/runs/*/claims/*',
      's3:PutObject ResultsBucket/runs/*/snapshots/*',
      's3:PutObjectTagging ResultsBucket/runs/*/claims/*',
      's3:PutObjectTagging ResultsBucket/runs/*/snapshots/*',
    ])
  })

  it('let whatever ends load write STOP alone, and have the run judged', () => {
    expect(rightsOf('FunctionsStopRole')).toEqual([
      'lambda:InvokeFunction FunctionsAggregatorFunction',
      ...OWN_LOG('Stop'),
      's3:GetObject ResultsBucket/runs/*/experiments/*',
      's3:GetObject ResultsBucket/runs/*/start.json',
      's3:GetObject ResultsBucket/runs/*/verdict.json',
      's3:ListBucket ResultsBucket',
      's3:PutObject ResultsBucket/runs/*/STOP',
      's3:PutObjectTagging ResultsBucket/runs/*/STOP',
    ])
  })

  it('let the state machine invoke its own functions and start its own children', () => {
    expect(rightsOf('RunsRole')).toEqual([
      'lambda:InvokeFunction FunctionsAggregatorFunction',
      'lambda:InvokeFunction FunctionsGeneratorFunction',
      'lambda:InvokeFunction FunctionsNoteFunction',
      'lambda:InvokeFunction FunctionsPlanFunction',
      'states:DescribeExecution arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:RunsStateMachine/*',
      'states:RedriveExecution arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:RunsStateMachine/*',
      'states:StartExecution RunsStateMachine',
      'states:StopExecution arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:RunsStateMachine/*',
    ])
  })

  it('let nobody but the API write scenarios', () => {
    const writers = ofType(resources, 'AWS::IAM::Role')
      .map(([id]) => id)
      .filter((role) => rightsOf(role).includes('s3:PutObject ResultsBucket/scenarios/*'))
    expect(writers.map((role) => role.replace(/[0-9A-F]{8}$/, ''))).toEqual(['ApiHandlerRole'])
  })

  it('let nobody touch AWS FIS, unless templates are allowed: then the watch starts those, and no other', () => {
    const fisRights = (role: string, stack?: Record<string, Resource>): string[] =>
      rightsOf(role, stack).filter((right) => right.startsWith('fis:'))
    expect(fisRights('Role')).toEqual([])
    const chaotic = resourcesOf({ chaosTemplates: 'EXT1, EXT2' })
    const arn = (what: string): string => `arn:AWS::Partition:fis:AWS::Region:AWS::AccountId:${what}`
    const get = `fis:GetExperiment ${arn('experiment/*')}`
    const stop = `fis:StopExperiment ${arn('experiment/*')}`
    const start = ['experiment-template/EXT1', 'experiment-template/EXT2', 'experiment/*'].map(
      (what) => `fis:StartExperiment ${arn(what)}`,
    )
    expect(fisRights('FunctionsAggregatorRole', chaotic)).toEqual([get, ...start, stop])
    expect(fisRights('FunctionsStopRole', chaotic)).toEqual([get, stop])
    expect(fisRights('Role', chaotic)).toHaveLength(7)
  })

  it('let everybody who looks for an object tell its absence from a lack of rights', () => {
    const readers = [
      'FunctionsPlanRole',
      'FunctionsGeneratorRole',
      'FunctionsAggregatorRole',
      'FunctionsStopRole',
    ]
    for (const role of readers) expect(rightsOf(role)).toContain('s3:ListBucket ResultsBucket')
  })

  it('hold no wildcard actions and none but known ones on all resources', () => {
    const rights = ofType(resources, 'AWS::IAM::Role').flatMap(([id]) => rightsOf(id))
    expect(rights.filter((right) => / \*$/.test(right))).toEqual([
      'lambda:GetAccountSettings *',
      'application-autoscaling:DescribeScalingActivities *',
      'cloudwatch:GetMetricData *',
      'cloudwatch:PutMetricData *',
      'lambda:GetAccountSettings *',
    ])
    expect(rights.filter((right) => right.split(' ')[0]?.includes('*'))).toEqual([])
  })
})

describe('the functions', () => {
  const ours = (): Resource['Properties'][] =>
    ofType(resources, 'AWS::Lambda::Function')
      .filter(([id]) => !id.startsWith('Custom'))
      .map(([, { Properties }]) => Properties)

  it('run on Node 24 and arm64, and log into groups that end with the stack', () => {
    for (const properties of ours())
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogGroup: { Ref: expect.any(String) } },
      })
    const groups = ofType(resources, 'AWS::Logs::LogGroup')
    expect(groups).toHaveLength(ours().length + 1)
    for (const [, group] of groups)
      expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } })
  })

  it('give generators the longest time there is and a whole CPU', () => {
    expect(resources.FunctionsGeneratorFunction064EBAC0?.Properties).toMatchObject({
      Timeout: 900,
      MemorySize: 1_769,
    })
  })

  it('start generators with the flags that they are started with here', () => {
    const [[, generator]] = all('AWS::Lambda::Function', 'FunctionsGenerator')
    expect(generator.Properties.Environment).toMatchObject({
      Variables: { NODE_OPTIONS: '--max-semi-space-size=16' },
    })
  })

  it('are not invoked again when an asynchronous event fails, but for those that end load and judge it', () => {
    const retries = ofType(resources, 'AWS::Lambda::EventInvokeConfig').map(([id, { Properties }]) => [
      id.replace(/FunctionEventInvokeConfig.*/, ''),
      Properties.MaximumRetryAttempts,
    ])
    expect(Object.fromEntries(retries)).toEqual({
      ApiHandler: 0,
      FunctionsAggregator: 2,
      FunctionsGenerator: 0,
      FunctionsNote: 0,
      FunctionsPlan: 0,
      FunctionsStop: 2,
      FunctionsTell: 0,
    })
  })
})

describe('the bucket', () => {
  const bucket = (): Resource => ofType(resources, 'AWS::S3::Bucket')[0]?.[1] as Resource

  it('is private and encrypted', () => {
    expect(bucket().Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    })
  })

  it('refuses whoever comes without TLS 1.2', () => {
    const [[, policy]] = ofType(resources, 'AWS::S3::BucketPolicy') as [[string, Resource]]
    const { Statement } = policy.Properties.PolicyDocument as { Statement: object[] }
    for (const Condition of [
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ])
      expect(Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Condition }),
      )
  })

  it('keeps snapshots for 30 days and verdicts for good', () => {
    const { Rules } = bucket().Properties.LifecycleConfiguration as { Rules: object[] }
    expect(Rules.filter((rule) => 'ExpirationInDays' in rule)).toEqual([
      {
        Id: 'interim',
        Status: 'Enabled',
        ExpirationInDays: 30,
        TagFilters: [{ Key: 'volley', Value: 'interim' }],
      },
    ])
  })
})

describe('what `cdk destroy` leaves', () => {
  const kept = (all: Record<string, Resource>): string[] =>
    Object.values(all)
      .filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')
      .map(({ Type }) => Type)

  it('is nothing', () => {
    expect(kept(resources)).toEqual([])
    expect(ofType(resources, 'Custom::S3AutoDeleteObjects')).toHaveLength(1)
  })

  it('is no log of the function that empties the bucket', () => {
    const [[, handler]] = all('AWS::Lambda::Function', 'CustomS3AutoDelete')
    const [[, role]] = all('AWS::IAM::Role', 'CustomS3AutoDelete')
    const [[log]] = all('AWS::Logs::LogGroup', 'ResultsEmptier')
    expect(handler.Properties.LoggingConfig).toEqual({ LogGroup: { Ref: log } })
    // It could make a group of its own by no right it has.
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns')
    const [{ PolicyDocument }] = role.Properties.Policies as [{ PolicyDocument: unknown }]
    expect(PolicyDocument).toMatchObject({
      Statement: [
        {
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: { 'Fn::GetAtt': [log, 'Arn'] },
        },
      ],
    })
  })

  it('is the bucket where the user wants to keep results', () => {
    const keeping = resourcesOf({ keepResults: 'true' })
    expect(kept(keeping)).toEqual(['AWS::S3::Bucket'])
    expect(ofType(keeping, 'Custom::S3AutoDeleteObjects')).toEqual([])
  })
})

it('ends the load of every execution that ends without a verdict', () => {
  const [[, rule]] = all('AWS::Events::Rule', 'Abort')
  expect(rule.Properties.EventPattern).toMatchObject({
    source: ['aws.states'],
    detail: { status: ['ABORTED', 'FAILED', 'TIMED_OUT'] },
  })
})

const NIGHTLY = [{ name: 'nightly', cron: '0 3 * * ? *', run: { scenario: 'codepal' } }]

it('charges nothing while it is idle: no resource that is billed by the hour', () => {
  const types = new Set(Object.values(resources).map(({ Type }) => Type.replace(/::[^:]+$/, '')))
  expect([...types].sort()).toEqual([
    'AWS::ApiGateway',
    'AWS::Events',
    'AWS::IAM',
    'AWS::Lambda',
    'AWS::Logs',
    'AWS::S3',
    'AWS::StepFunctions',
    'Custom',
  ])
})

it.each([
  ['by default', {}],
  ['with results kept and notifications', { keepResults: true, notifyEmail: 'team@example.com' }],
  ['in a VPC', { vpcId: 'vpc-0a1b2c3d', subnetIds: 'subnet-0a1b2c3d', reservedConcurrency: '300' }],
  ['with schedules and a dashboard', { schedules: NIGHTLY, dashboard: 'codepal' }],
  ['with experiments', { chaosTemplates: 'EXT1,EXT2' }],
])('has nothing that cdk-nag finds fault with, %s', (_, context) => {
  expect(faultsOf(context)).toEqual([])
})
