import { App, Stack, Validations } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../../functions/api/routes.ts'
import { RunApi } from '../../lib/infra/api/run-api.ts'
import { ResultsBucket } from '../../lib/infra/run/results-bucket.ts'

let template: Template

beforeAll(() => {
  // Without bundling: what is asserted here is the template alone.
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new Stack(app, 'Volley')
  const { bucket } = new ResultsBucket(stack, 'Results', { keep: true })
  const stateMachine = { arn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:Runs', name: 'Runs' }
  new RunApi(stack, 'Api', { bucket, stateMachine, environment: { VOLLEY_BUCKET: bucket.bucketName } })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  template = Template.fromStack(stack)
})

interface Resource {
  Properties: Record<string, unknown>
}

const resources = (type: string): Resource[] => Object.values(template.findResources(type)) as Resource[]

describe('the API in the stack', () => {
  it('has every route of the API and no other, each signed, and is clean to cdk-nag', () => {
    const methods = resources('AWS::ApiGateway::Method')
    expect(methods.map(({ Properties }) => Properties.HttpMethod).sort()).toEqual(
      ROUTES.map(({ method }) => method).sort(),
    )
    expect(new Set(methods.map(({ Properties }) => Properties.AuthorizationType))).toEqual(
      new Set(['AWS_IAM']),
    )
  })

  it('touches nothing that belongs to the whole account', () => {
    template.resourceCountIs('AWS::ApiGateway::Account', 0)
  })

  it('may start executions of the one state machine, and look at them, and nothing else of Step Functions', () => {
    const statements = resources('AWS::IAM::Policy').flatMap(
      ({ Properties }) =>
        (Properties.PolicyDocument as { Statement: { Action: string | string[] }[] }).Statement,
    )
    const states = statements.filter(({ Action }) => JSON.stringify(Action).includes('states:'))
    expect(states).toEqual([
      {
        Action: 'states:StartExecution',
        Effect: 'Allow',
        Resource: 'arn:aws:states:eu-central-1:123456789012:stateMachine:Runs',
      },
      expect.objectContaining({ Action: 'states:DescribeExecution', Effect: 'Allow' }),
    ])
    expect(JSON.stringify(states[1])).toContain('execution:Runs:*')
  })

  it('may write the entry of a run, its STOP, its lease, the index and uploads, and none of the results', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['s3:PutObject']),
            Resource: [
              '/runs/*/request.json',
              '/runs/*/STOP',
              '/runs/*/lease',
              '/run-index/*',
              '/scenarios/*',
            ].map((key) => ({
              'Fn::Join': ['', [Match.anyValue(), key]],
            })),
          }),
        ]),
      },
    })
  })

  it('tells its URL', () => {
    template.hasOutput('ApiUrl', { Value: { 'Fn::Join': Match.anyValue() } })
    expect(Object.keys(template.findOutputs('*'))).toEqual(['ApiUrl'])
  })
})
