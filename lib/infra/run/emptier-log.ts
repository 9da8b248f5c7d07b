import { type CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

/** As CDK names the function that empties a bucket before it is deleted. */
const PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider'

/**
 * The log of the function that empties the bucket. By itself it would make a group that outlives the stack: it gets
 * one that does not, and may write there but make none, since its last lines arrive when the group is gone.
 */
export class EmptierLog extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id)
    const provider = Stack.of(this).node.findChild(PROVIDER).node
    const group = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const handler = provider.findChild('Handler') as CfnResource
    handler.addPropertyOverride('LoggingConfig', { LogGroup: group.logGroupName })
    const role = provider.findChild('Role') as CfnResource
    role.addPropertyDeletionOverride('ManagedPolicyArns')
    role.addPropertyOverride('Policies', [
      {
        PolicyName: 'Log',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: group.logGroupArn,
            },
          ],
        },
      },
    ])
  }
}
