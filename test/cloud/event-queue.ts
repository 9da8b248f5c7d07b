import { setTimeout as sleep } from 'node:timers/promises'
import { RUN_ENDED, type RunEnded, runEndedSchema } from '../../lib/core/run/run-ended.ts'
import { client } from './deployment.ts'

const QUEUE = 'ends-of-runs'

/** Calls an operation of a service that speaks JSON; the local cloud looks at the presence of a signature alone. */
async function call(service: string, target: string, input: object): Promise<Record<string, unknown>> {
  const scope = `${client.credentials.accessKeyId}/20260101/${client.region}/${service}/aws4_request`
  const response = await fetch(client.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  })
  if (!response.ok) throw new Error(`${target}: ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

/** A queue that gets the event of every run's end, as a rule of a user's own would bring it. */
export class EventQueue {
  readonly #url: string
  readonly #ends: RunEnded[] = []

  static async open(): Promise<EventQueue> {
    const { QueueUrl } = await call('sqs', 'AmazonSQS.CreateQueue', { QueueName: QUEUE })
    const EventPattern = JSON.stringify({ source: [RUN_ENDED.source], 'detail-type': [RUN_ENDED.detailType] })
    await call('events', 'AWSEvents.PutRule', { Name: QUEUE, EventPattern })
    const Arn = `arn:aws:sqs:${client.region}:${client.credentials.accessKeyId}:${QUEUE}`
    await call('events', 'AWSEvents.PutTargets', { Rule: QUEUE, Targets: [{ Id: 'queue', Arn }] })
    return new EventQueue(String(QueueUrl))
  }

  private constructor(url: string) {
    this.#url = url
  }

  /** The event of a run's end, once it is there. */
  async endOf(run: string): Promise<RunEnded> {
    for (;;) {
      const end = this.#ends.find((one) => one.run === run)
      if (end) return end
      await this.#receive()
      await sleep(200)
    }
  }

  async #receive(): Promise<void> {
    const received = await call('sqs', 'AmazonSQS.ReceiveMessage', {
      QueueUrl: this.#url,
      MaxNumberOfMessages: 10,
    })
    for (const { Body, ReceiptHandle } of (received.Messages ?? []) as Record<string, string>[]) {
      this.#ends.push(runEndedSchema.parse(JSON.parse(Body ?? '').detail))
      await call('sqs', 'AmazonSQS.DeleteMessage', { QueueUrl: this.#url, ReceiptHandle })
    }
  }
}
