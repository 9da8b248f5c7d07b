/** Ends the load of a run whose execution has ended without ending it: somebody stopped it, or it failed. */
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { planKey } from '../../lib/core/plan.ts'
import type { Stop } from '../../lib/core/stop.ts'
import { verdictKey } from '../../lib/core/verdict.ts'
import { readEnvironment } from '../../lib/infra/environment.ts'
import { requestStop } from '../../lib/stop.ts'

const { bucket, region } = readEnvironment()
const store = new S3Store(new S3Client({ region }), bucket)

/** The parts of EventBridge's "Step Functions Execution Status Change" that tell which run it is. */
const eventSchema = z.object({ detail: z.object({ name: z.string(), status: z.string() }) })

export async function handler(event: unknown): Promise<void> {
  const { name: run, status } = eventSchema.parse(event).detail
  // Refused before there was anything to stop.
  if (!(await store.get(planKey(run)))) return
  // An execution that ends with a verdict has no load left, and STOP would tell those who judge it again a lie.
  if (await store.get(verdictKey(run))) return
  await requestStop(store, run, stopBy(status))
}

function stopBy(status: string): Stop {
  if (status === 'ABORTED') return { by: 'user', reason: 'its execution was stopped' }
  return { by: 'infrastructure', reason: `its execution ended as ${status}` }
}
