import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

/** Tells how each run ended. */
export class Notifications extends Construct {
  constructor(scope: Construct, id: string, props: { stateMachineArn: string; email: string }) {
    super(scope, id)
    const topic = new Topic(this, 'Topic', { enforceSSL: true, displayName: 'Volley runs' })
    topic.addSubscription(new EmailSubscription(props.email))
    const detail = (field: string): string => EventField.fromPath(`$.detail.${field}`)
    new Rule(this, 'Rule', {
      description: 'A run has ended.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'],
          stateMachineArn: [props.stateMachineArn],
        },
      },
      targets: [
        new SnsTopic(topic, {
          message: RuleTargetInput.fromMultilineText(
            `Run ${detail('name')}: ${detail('status')}\n${detail('cause')}`,
          ),
        }),
      ],
    })
  }
}
