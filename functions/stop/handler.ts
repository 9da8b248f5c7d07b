/** Ends the load of a run whose execution has ended without ending it, and has it judged: somebody stopped it, or it failed. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import type { AggregatorEvent } from '../../aggregator/handler.ts'
import { FisFaultInjector } from '../../lib/adapters/fault-injector/fis.ts'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { startKey, startSchema } from '../../lib/core/relay.ts'
import type { Stop } from '../../lib/core/stop.ts'
import { verdictKey } from '../../lib/core/verdict.ts'
import { stopExperiments } from '../../lib/experiments.ts'
import { readEnvironment } from '../../lib/infra/environment.ts'
import { requestStop } from '../../lib/stop.ts'

const { bucket, region, aggregator, awsEndpoint } = readEnvironment()
const lambda = new LambdaClient({ region })
const store = new S3Store(new S3Client({ region }), bucket)
const injector = new FisFaultInjector({ region, endpoint: awsEndpoint })

/** The parts of EventBridge's "Step Functions Execution Status Change" that tell which run it is. */
const eventSchema = z.object({ detail: z.object({ name: z.string(), status: z.string() }) })

export async function handler(event: unknown): Promise<void> {
  const { name: run, status } = eventSchema.parse(event).detail
  const start = await store.get(startKey(run))
  // Refused before there was anything to stop.
  if (!start) return
  // An execution that ends with a verdict has no load left, and STOP would tell those who judge it again a lie.
  if (!(await store.get(verdictKey(run)))) {
    await requestStop(store, run, stopBy(status))
    const judgement: AggregatorEvent = {
      action: 'judge',
      run,
      ...startSchema.parse(JSON.parse(new TextDecoder().decode(start))),
    }
    // Nobody waits for the answer: it comes when the generators have ended.
    await lambda.send(
      new InvokeCommand({
        FunctionName: aggregator,
        InvocationType: 'Event',
        Payload: JSON.stringify(judgement),
      }),
    )
  }
  // After STOP: what a watch that still runs may start now, it ends itself.
  await stopExperiments(run, { store, injector })
}

function stopBy(status: string): Stop {
  if (status === 'ABORTED') return { by: 'user', reason: 'its execution was stopped' }
  return { by: 'infrastructure', reason: `its execution ended as ${status}` }
}
