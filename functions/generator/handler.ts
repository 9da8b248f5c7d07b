/** The generator as a Lambda function: one invocation carries one window of one slice. */
import { S3Client } from '@aws-sdk/client-s3'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import type { Ending } from '../../lib/core/results/snapshot.ts'
import { generatorEventSchema } from '../../lib/core/run/relay.ts'
import { PrintedLines } from '../../lib/user-code/printed-lines.ts'
import { catchStrayErrors, StrayErrors } from '../../lib/user-code/stray-errors.ts'
import { readEnvironment } from '../runtime/environment.ts'
import type { LambdaContext } from '../runtime/lambda-context.ts'
import { carry } from './carry.ts'

const { bucket, region } = readEnvironment()
/** It goes to the function's log as ever; the first lines are kept with the run. */
const printed = new PrintedLines({ console, passOn: true, now: () => performance.now() })
const store = new S3Store(new S3Client({ region }), bucket)

export async function handler(event: unknown, context: LambdaContext): Promise<{ ending: Ending }> {
  const strays = new StrayErrors()
  const { promise: faulted, reject: fail } = Promise.withResolvers<never>()
  const letGo = catchStrayErrors(strays, fail)
  try {
    const carried = carry(generatorEventSchema.parse(event), {
      store,
      clock: systemClock,
      printed,
      invocationId: context.awsRequestId,
      killedAtMs: systemClock.now() + context.getRemainingTimeInMillis(),
      strays,
    })
    return { ending: await Promise.race([carried, faulted]) }
  } finally {
    letGo()
  }
}
