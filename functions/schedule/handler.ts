/** Starts a run by the clock, as the console would: whatever is wrong with it is the cause that its execution ends with. */
import { SFNClient } from '@aws-sdk/client-sfn'
import { StepFunctionsRunStarter } from '../../lib/adapters/run-starter/step-functions.ts'
import { readEnvironment } from '../runtime/environment.ts'
import { scheduledRunName, scheduledSchema } from './scheduled.ts'

const { region, stateMachineArn = '' } = readEnvironment()
const starter = new StepFunctionsRunStarter(new SFNClient({ region }), stateMachineArn)

export async function handler(event: unknown): Promise<void> {
  const scheduled = scheduledSchema.parse(event)
  await starter.start(scheduledRunName(scheduled), scheduled.run)
}
