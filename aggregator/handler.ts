/** The aggregator as a Lambda function: watches a run while it goes on, and judges it when it is over. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { S3Client } from '@aws-sdk/client-s3'
import { readEnvironment } from '../functions/runtime/environment.ts'
import type { LambdaContext } from '../functions/runtime/lambda-context.ts'
import { systemClock } from '../lib/adapters/clock/system.ts'
import { FisFaultInjector } from '../lib/adapters/fault-injector/fis.ts'
import { CloudWatchPublisher } from '../lib/adapters/series-publisher/cloudwatch.ts'
import { S3Store } from '../lib/adapters/snapshot-store/s3.ts'
import { aggregatorEventSchema } from '../lib/core/run/aggregator-event.ts'
import { judgeRelayed } from '../lib/run/judge-relayed.ts'
import { watchRelayed } from '../lib/run/watch-relayed.ts'

const { bucket, region, namespace, awsEndpoint } = readEnvironment()
/** Nobody waits long for series: a run goes on without them. */
const cloudWatch = new CloudWatchClient({
  region,
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
})
const ports = {
  store: new S3Store(new S3Client({ region }), bucket),
  publisher: new CloudWatchPublisher(cloudWatch, namespace),
  clock: systemClock,
  injector: new FisFaultInjector({ region, endpoint: awsEndpoint }),
}

export async function handler(raw: unknown, context: LambdaContext): Promise<unknown> {
  const event = aggregatorEventSchema.parse(raw)
  const killedAtMs = systemClock.now() + context.getRemainingTimeInMillis()
  return event.action === 'watch' ? watchRelayed(event, { ...ports, killedAtMs }) : judgeRelayed(event, ports)
}
