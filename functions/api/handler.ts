/** The API as a Lambda function behind API Gateway. */
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { readConcurrency } from '../../lib/adapters/account/lambda-quota.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { StepFunctionsRunStarter } from '../../lib/adapters/run-starter/step-functions.ts'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { draftPlan, type Permitted } from '../../lib/planning/draft-plan.ts'
import { readEnvironment } from '../runtime/environment.ts'
import type { ApiPorts } from './ports.ts'
import type { ProxyResult } from './proxy-event.ts'
import { answer, type CallLog } from './response.ts'

const environment = readEnvironment()
const { bucket, region, stateMachineArn = '' } = environment

const lambda = new LambdaClient({ region })
const store = new S3Store(new S3Client({ region }), bucket)

const ports: ApiPorts = {
  store,
  starter: new StepFunctionsRunStarter(new SFNClient({ region }), stateMachineArn),
  clock: systemClock,
  plan: async (request, run) => draftPlan(request, run, await permitted(), store),
  planAtAnyPrice: async ({ budgetUsd: _, ...request }, run) =>
    draftPlan(request, run, { ...(await permitted()), maxBudgetUsd: Number.POSITIVE_INFINITY }, store),
}

/** What the deployment allows, and what its account has left at the moment. */
async function permitted(): Promise<Permitted> {
  return { ...environment, concurrency: await readConcurrency(lambda) }
}

export function handler(event: unknown): Promise<ProxyResult> {
  return answer(event, ports, log)
}

function log(call: CallLog): void {
  process.stdout.write(`${JSON.stringify(call)}\n`)
}
