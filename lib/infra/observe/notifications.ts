import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

/** Where people are told how each run ended. */
export class Notifications extends Construct {
  readonly topicArn: string

  constructor(scope: Construct, id: string, { email }: { email: string }) {
    super(scope, id)
    const topic = new Topic(this, 'Topic', { enforceSSL: true, displayName: 'Volley runs' })
    topic.addSubscription(new EmailSubscription(email))
    this.topicArn = topic.topicArn
  }
}
