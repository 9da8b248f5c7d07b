/** Writes down what the state machine alone knows: that a lane has failed, and that all lanes are through. */
import { S3Client } from '@aws-sdk/client-s3'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { type Failure, failureKey, noteSchema, type Relayed, relayedKey } from '../../lib/core/run/relay.ts'
import { maskText } from '../../lib/core/secrets/mask.ts'
import { readEnvironment } from '../runtime/environment.ts'

const { bucket, region } = readEnvironment()
const store = new S3Store(new S3Client({ region }), bucket)

export async function handler(event: unknown): Promise<void> {
  const note = noteSchema.parse(event)
  if (note.about === 'relayed') {
    const relayed: Relayed = { atMs: systemClock.now() }
    await store.putOnce(relayedKey(note.run), JSON.stringify(relayed))
  } else await store.put(failureKey(note.run, note.failure), JSON.stringify(shownFailure(note.failure)))
}

/** What Lambda said is kept without the secrets that may be in it. */
function shownFailure({ cause, ...failure }: Failure): Failure {
  return { ...failure, ...(cause !== undefined && { cause: maskText(cause) }) }
}
