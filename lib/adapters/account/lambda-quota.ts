import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { Concurrency } from '../../core/cloud-limits.ts'

/** What the account leaves free for functions without a reservation; `undefined` where it does not say. */
export async function readConcurrency(client: LambdaClient): Promise<Concurrency | undefined> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}))
  const unreserved = AccountLimit?.UnreservedConcurrentExecutions
  return unreserved === undefined ? undefined : { unreserved }
}
