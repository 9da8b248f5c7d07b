import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { type Mistake, VolleyError } from '../../core/base/errors.ts'
import type { Concurrency } from '../../core/price/cloud-limits.ts'

const NO_WAY_TO_LAMBDA: Mistake = {
  field: 'lambda:GetAccountSettings',
  value: 'no answer',
  limit: 'a way from the planner to the API of Lambda',
  next: 'in a VPC, give its subnets NAT or an endpoint for Lambda, or deploy with -c reservedConcurrency=…',
}

/**
 * What the account leaves free for functions without a reservation; `undefined` where it does not say.
 * Throws `START_FAILED` where nobody answers.
 */
export async function readConcurrency(client: LambdaClient): Promise<Concurrency | undefined> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({})).catch((cause: Error) => {
    const message = `Lambda does not say how many functions may run at once: ${cause.name}: ${cause.message}`
    throw new VolleyError('START_FAILED', message, [NO_WAY_TO_LAMBDA], { cause })
  })
  const unreserved = AccountLimit?.UnreservedConcurrentExecutions
  return unreserved === undefined ? undefined : { unreserved }
}
