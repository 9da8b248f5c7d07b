/** Says how an execution ended, for programs and for people; the state machine that calls it passes both on. */
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import type { RunEnded } from '../../lib/core/run/run-ended.ts'
import { readEnvironment } from '../runtime/environment.ts'
import { describeEnd, executionEndSchema } from './describe-end.ts'
import { type Message, messageOf } from './message.ts'

const { bucket, region, namespace } = readEnvironment()
const store = new S3Store(new S3Client({ region }), bucket)

const eventSchema = z.object({ detail: executionEndSchema })

export async function handler(event: unknown): Promise<{ event: RunEnded; message: Message }> {
  const { detail } = eventSchema.parse(event)
  const ended = await describeEnd(detail, { store, bucket, deployment: namespace })
  return { event: ended, message: messageOf(ended) }
}
