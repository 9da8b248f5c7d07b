import { describe, expect, it } from 'vitest'
import { ofType, type Resource, resourcesOf, statementsOf } from './synthesized.ts'

const VPC = {
  vpcId: 'vpc-0a1b2c3d',
  subnetIds: 'subnet-0a1b2c3d,subnet-0b1b2c3d',
  allowedTargets: 'https://api.internal,wss://rooms.internal,http://10.0.1.5:8080',
}

const functionsOf = (resources: Record<string, Resource>): Map<string, Resource['Properties']> =>
  new Map(
    ofType(resources, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
      id.replace(/Function[0-9A-F]{8}$/, ''),
      Properties,
    ]),
  )

describe('a deployment in a VPC', () => {
  const resources = resourcesOf(VPC)

  it('has those functions in its subnets that talk to targets, and no others', () => {
    const placed = [...functionsOf(resources)].filter(([, { VpcConfig }]) => VpcConfig !== undefined)
    expect(placed.map(([id]) => id).sort()).toEqual([
      'FunctionsAggregator',
      'FunctionsGenerator',
      'FunctionsPlan',
    ])
    const [[group]] = ofType(resources, 'AWS::EC2::SecurityGroup') as [[string, Resource]]
    for (const [, { VpcConfig }] of placed)
      expect(VpcConfig).toEqual({
        SubnetIds: ['subnet-0a1b2c3d', 'subnet-0b1b2c3d'],
        SecurityGroupIds: [{ 'Fn::GetAtt': [group, 'GroupId'] }],
      })
  })

  it('lets nothing in, and out only to the ports of its targets and of AWS', () => {
    const [[, { Properties }]] = ofType(resources, 'AWS::EC2::SecurityGroup') as [[string, Resource]]
    expect(Properties).toMatchObject({ VpcId: 'vpc-0a1b2c3d', SecurityGroupIngress: [] })
    const egress = Properties.SecurityGroupEgress as {
      FromPort: number
      ToPort: number
      IpProtocol: string
    }[]
    expect(egress.map(({ IpProtocol, FromPort, ToPort }) => [IpProtocol, FromPort, ToPort])).toEqual([
      ['tcp', 443, 443],
      ['tcp', 8080, 8080],
    ])
  })

  it('lets out to every port where a target is allowed on every port', () => {
    const open = resourcesOf({ ...VPC, allowedTargets: 'api.internal' })
    const [[, { Properties }]] = ofType(open, 'AWS::EC2::SecurityGroup') as [[string, Resource]]
    expect(Properties.SecurityGroupEgress).toMatchObject([{ FromPort: 0, ToPort: 65_535 }])
  })

  it('takes security groups that are given instead of its own', () => {
    const given = resourcesOf({ ...VPC, securityGroupIds: 'sg-0a1b2c3d' })
    expect(ofType(given, 'AWS::EC2::SecurityGroup')).toEqual([])
    expect(functionsOf(given).get('FunctionsGenerator')?.VpcConfig).toMatchObject({
      SecurityGroupIds: ['sg-0a1b2c3d'],
    })
  })

  it('lets Lambda make network interfaces by those roles alone, and not the code that runs under them', () => {
    const withRights = ofType(resources, 'AWS::IAM::Role').filter(([id]) =>
      JSON.stringify(statementsOf(resources, id)).includes('ec2:CreateNetworkInterface'),
    )
    expect(withRights.map(([id]) => id.replace(/Role.*/, ''))).toEqual([
      'FunctionsPlan',
      'FunctionsGenerator',
      'FunctionsAggregator',
    ])
    for (const [id] of withRights) {
      const network = statementsOf(resources, id).filter(({ Action }) => String(Action).includes('ec2:'))
      expect(network.map(({ Effect }) => Effect)).toEqual(['Allow', 'Deny'])
      expect(network[0]?.Action).toEqual(expect.arrayContaining(network[1]?.Action as string[]))
      expect(JSON.stringify(network[1]?.Condition)).toContain('lambda:SourceFunctionArn')
    }
  })

  it('has none of that unless it is asked for', () => {
    expect(JSON.stringify(resourcesOf())).not.toMatch(/ec2:|VpcConfig|AWS::EC2/)
  })
})

describe('reserved concurrency', () => {
  it('is for generators alone, and the planner knows it', () => {
    const functions = functionsOf(resourcesOf({ reservedConcurrency: '400' }))
    const reserved = [...functions].filter(([, one]) => one.ReservedConcurrentExecutions !== undefined)
    expect(reserved.map(([id]) => id)).toEqual(['FunctionsGenerator'])
    expect(functions.get('FunctionsGenerator')?.ReservedConcurrentExecutions).toBe(400)
    expect(functions.get('FunctionsPlan')?.Environment).toMatchObject({
      Variables: { VOLLEY_RESERVED_CONCURRENCY: '400' },
    })
  })
})

describe('schedules', () => {
  const run = { scenario: 'codepal', profile: 'smoke', budgetUsd: 5 }
  const resources = resourcesOf({
    schedules: [{ name: 'nightly', cron: '0 3 * * ? *', timeZone: 'Europe/Berlin', run }],
  })
  const [[, schedule]] = ofType(resources, 'AWS::Scheduler::Schedule') as [[string, Resource]]
  const starter = ofType(resources, 'AWS::Lambda::Function').find(([id]) => id.startsWith('SchedulesStarter'))

  it('send the run with the time it was due, so that a second delivery asks for the same name', () => {
    expect(schedule.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
    })
    const { Arn, Input, RetryPolicy } = schedule.Properties.Target as Record<string, unknown>
    expect(Arn).toEqual({ 'Fn::GetAtt': [starter?.[0], 'Arn'] })
    expect(JSON.parse(String(Input))).toEqual({
      schedule: 'nightly',
      scheduledAt: '<aws.scheduler.scheduled-time>',
      run,
    })
    expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 900, MaximumRetryAttempts: 10 })
  })

  it('may start the one function, and it the one state machine', () => {
    expect(statementsOf(resources, 'SchedulesRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [starter?.[0], 'Arn'] },
      },
    ])
    const starts = statementsOf(resources, 'SchedulesStarterRole').filter(({ Action }) =>
      String(Action).includes('states:'),
    )
    const [runs] = ofType(resources, 'AWS::StepFunctions::StateMachine').map(([id]) => id)
    expect(starts).toEqual([
      { Effect: 'Allow', Action: 'states:StartExecution', Resource: { 'Fn::GetAtt': [runs, 'Arn'] } },
    ])
  })

  it('are nothing at all where there are none', () => {
    expect(JSON.stringify(resourcesOf())).not.toMatch(/AWS::Scheduler|SchedulesStarter/)
  })
})

describe('telling how a run ended', () => {
  const resources = resourcesOf({ notifyEmail: 'team@example.com' })

  it('hangs on every end of an execution', () => {
    const rules = ofType(resources, 'AWS::Events::Rule').filter(([id]) => id.startsWith('Tell'))
    expect(rules.map(([, { Properties }]) => Properties.EventPattern)).toMatchObject([
      {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'] },
      },
    ])
  })

  it('may put events on the default bus and publish to its own topic, and nothing else', () => {
    const rights = statementsOf(resources, '"TellRole').map(({ Action, Resource }) => [
      Action,
      JSON.stringify(Resource),
    ])
    expect(rights.map(([action]) => action)).toEqual([
      'lambda:InvokeFunction',
      'events:PutEvents',
      'sns:Publish',
    ])
    expect(rights[1]?.[1]).toContain('event-bus/default')
    expect(rights[2]?.[1]).toContain('NotificationsTopic')
  })

  it('writes to nobody unless somebody wants to know', () => {
    expect(ofType(resourcesOf(), 'AWS::SNS::Topic')).toEqual([])
    expect(JSON.stringify(resourcesOf())).not.toContain('sns:')
  })
})

describe('what a run publishes', () => {
  it('may go into the namespace of the deployment alone', () => {
    const put = (context: Record<string, unknown>): unknown[] =>
      statementsOf(resourcesOf(context), 'FunctionsAggregatorRole')
        .filter(({ Action }) => Action === 'cloudwatch:PutMetricData')
        .map(({ Condition }) => Condition)
    expect(put({})).toEqual([{ StringEquals: { 'cloudwatch:namespace': 'Volley' } }])
    expect(put({ deployment: 'staging' })).toEqual([
      { StringEquals: { 'cloudwatch:namespace': 'Volley-staging' } },
    ])
  })
})

describe('deployments side by side in one account', () => {
  /** What AWS would refuse to make twice. */
  const namesOf = (context: Record<string, unknown>): string[] =>
    Object.values(resourcesOf(context)).flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(([key]) => key.endsWith('Name') && !['PolicyName', 'DisplayName'].includes(key))
        // A reference names another resource of the same stack.
        .filter(([, value]) => typeof value === 'string' || 'Fn::Join' in (value as object))
        .map(([key, value]) => `${Type} ${key} ${JSON.stringify(value)}`),
    )

  it('share no name of any resource', () => {
    const all = {
      ...VPC,
      notifyEmail: 'team@example.com',
      dashboard: 'codepal',
      schedules: [{ name: 'nightly', cron: '0 3 * * ? *', run: { scenario: 'codepal' } }],
    }
    const [one, other] = [namesOf({ ...all, deployment: 'one' }), namesOf({ ...all, deployment: 'other' })]
    expect(one).toEqual([
      'AWS::ApiGateway::RestApi Name "Volley-one"',
      'AWS::ApiGateway::Stage StageName "prod"',
      'AWS::CloudWatch::Dashboard DashboardName {"Fn::Join":["",["Volley-one-",{"Ref":"AWS::Region"}]]}',
    ])
    // A stage's name is its API's own.
    expect(one.filter((name) => other.includes(name))).toEqual(['AWS::ApiGateway::Stage StageName "prod"'])
  })
})
