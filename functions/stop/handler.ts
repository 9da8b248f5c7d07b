/** Ends a run whose execution has ended without ending it, and has it judged: somebody stopped it, or it failed. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { FisFaultInjector } from '../../lib/adapters/fault-injector/fis.ts'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import type { AggregatorEvent } from '../../lib/core/run/aggregator-event.ts'
import { stopRun } from '../../lib/run/stop-run.ts'
import { readEnvironment } from '../runtime/environment.ts'

const { bucket, region, aggregator, awsEndpoint } = readEnvironment()
const lambda = new LambdaClient({ region })
const ports = {
  store: new S3Store(new S3Client({ region }), bucket),
  injector: new FisFaultInjector({ region, endpoint: awsEndpoint }),
  judge,
}

/** The parts of EventBridge's "Step Functions Execution Status Change" that tell which run it is. */
const eventSchema = z.object({ detail: z.object({ name: z.string(), status: z.string() }) })

export async function handler(event: unknown): Promise<void> {
  const { name: run, status } = eventSchema.parse(event).detail
  await stopRun(run, status, ports)
}

/** Nobody waits for the answer: it comes when the generators have ended. */
async function judge(event: AggregatorEvent): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: aggregator,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    }),
  )
}
