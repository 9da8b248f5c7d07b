import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { VolleyError } from '../../core/base/errors.ts'
import type { RunRequest } from '../../core/run/run-request.ts'
import type { Execution, RunStarter } from '../../ports.ts'

/** Runs as executions of the deployment's state machine, each named as its run. */
export class StepFunctionsRunStarter implements RunStarter {
  readonly #client: SFNClient
  readonly #stateMachineArn: string

  constructor(client: SFNClient, stateMachineArn: string) {
    this.#client = client
    this.#stateMachineArn = stateMachineArn
  }

  async start(run: string, request: RunRequest): Promise<void> {
    try {
      await this.#client.send(
        new StartExecutionCommand({
          stateMachineArn: this.#stateMachineArn,
          name: run,
          input: JSON.stringify({ ...request, run }),
        }),
      )
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      throw new VolleyError('START_FAILED', `the execution of ${run} could not be started: ${why}`)
    }
  }

  async describe(run: string): Promise<Execution | undefined> {
    const executionArn = `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${run}`
    try {
      const { status, cause, error, stopDate } = await this.#client.send(
        new DescribeExecutionCommand({ executionArn }),
      )
      const why = cause ?? error
      return {
        state: stateOf(status),
        ...(why !== undefined && { cause: why }),
        ...(stopDate && { endedAtMs: stopDate.getTime() }),
      }
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined
      throw error
    }
  }
}

function stateOf(status: ExecutionStatus | undefined): Execution['state'] {
  switch (status) {
    case 'SUCCEEDED':
      return 'succeeded'
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed'
    case 'ABORTED':
      return 'aborted'
    default:
      return 'running'
  }
}
