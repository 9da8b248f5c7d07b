/** The aggregator as a Lambda function: watches a run while it goes on, and judges it when it is over. */
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { systemClock } from '../lib/adapters/clock/system.ts'
import { S3Store } from '../lib/adapters/snapshot-store/s3.ts'
import { readEnvironment } from '../lib/infra/environment.ts'
import type { LambdaContext } from '../lib/infra/lambda-context.ts'
import { judgeRelayed } from './judge-relayed.ts'
import { watchRelayed } from './watch-relayed.ts'

const { bucket, region } = readEnvironment()
const ports = { store: new S3Store(new S3Client({ region }), bucket), clock: systemClock }

const eventSchema = z.object({
  action: z.enum(['watch', 'judge']),
  run: z.string(),
  startAtMs: z.number(),
  deadlineAtMs: z.number(),
})
export type AggregatorEvent = z.infer<typeof eventSchema>

export async function handler(raw: unknown, context: LambdaContext): Promise<unknown> {
  const event = eventSchema.parse(raw)
  const killedAtMs = systemClock.now() + context.getRemainingTimeInMillis()
  return event.action === 'watch' ? watchRelayed(event, { ...ports, killedAtMs }) : judgeRelayed(event, ports)
}
