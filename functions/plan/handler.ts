/** The planner as a Lambda function: an execution's input in, what its state machine needs out. */
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { readConcurrency } from '../../lib/adapters/account/lambda-quota.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { explain, VolleyError } from '../../lib/core/base/errors.ts'
import type { Planned, Refused } from '../../lib/core/run/relay.ts'
import { planRun } from '../../lib/run/plan-run.ts'
import { readEnvironment } from '../runtime/environment.ts'

const environment = readEnvironment()
const { bucket, region, reservedConcurrency } = environment
/** In a subnet without a way to AWS nobody answers, and a refusal that says so is worth more than a timeout. */
const requestHandler = { connectionTimeout: 5_000 }
const lambda = new LambdaClient({ region, requestHandler })
const store = new S3Store(new S3Client({ region, requestHandler }), bucket)

interface PlanEvent {
  /** Name of the execution. */
  execution: string
  input: unknown
}

/** What a user can fix becomes the execution's cause, in words; anything else is a fault of ours and throws. */
export async function handler({ execution, input }: PlanEvent): Promise<Planned | Refused> {
  try {
    const concurrency =
      reservedConcurrency === undefined ? await readConcurrency(lambda) : { reserved: reservedConcurrency }
    const permitted = { ...environment, concurrency }
    return await planRun(execution, input, { store, clock: systemClock, permitted })
  } catch (error) {
    if (error instanceof VolleyError) return { refused: error.code, cause: explain(error) }
    throw error
  }
}
