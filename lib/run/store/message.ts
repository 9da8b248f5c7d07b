import type { z } from 'zod'
import type { SnapshotStore } from '../../ports.ts'

/** What another process has left in the store, or `undefined` where it left nothing. Throws where it is not what this version writes. */
export async function readMessage<T>(
  store: Pick<SnapshotStore, 'get'>,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const body = await store.get(key)
  return body && schema.parse(JSON.parse(new TextDecoder().decode(body)))
}
