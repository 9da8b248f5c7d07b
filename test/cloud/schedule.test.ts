import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { ListExecutionsCommand } from '@aws-sdk/client-sfn'
import { afterAll, expect, inject, it } from 'vitest'
import { client, stepFunctions } from './deployment.ts'
import { EventQueue } from './event-queue.ts'
import { NIGHTLY } from './nightly.ts'

const lambda = new LambdaClient(client)
afterAll(() => lambda.destroy())

/** Sends what EventBridge sends when the time has come. */
async function deliver(scheduledAt: string): Promise<void> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}))
  const starter = Functions.find(({ FunctionName }) => FunctionName?.startsWith('Volley-SchedulesStarter'))
  const Payload = JSON.stringify({ schedule: NIGHTLY.name, scheduledAt, run: NIGHTLY.run })
  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: starter?.FunctionName, Payload }),
  )
  expect(FunctionError).toBeUndefined()
}

async function executions(): Promise<(string | undefined)[]> {
  const { StateMachineArn } = inject('outputs')
  const { executions: all = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn: StateMachineArn as string }),
  )
  return all.map(({ name }) => name).filter((name) => name?.startsWith(NIGHTLY.name))
}

it('starts a run once for each time it was due, however often that is delivered, and tells its end', async () => {
  const queue = await EventQueue.open()
  await deliver('2026-03-22T03:00:00Z')
  await deliver('2026-03-22T03:00:00Z')
  await deliver('2026-03-23T03:00:00Z')
  expect((await executions()).sort()).toEqual(['nightly-20260322-030000', 'nightly-20260323-030000'])
  const { state, reasons } = await queue.endOf('nightly-20260322-030000')
  expect(state).toBe('failed')
  expect(reasons.join()).toContain('TARGET_UNREACHABLE')
})
