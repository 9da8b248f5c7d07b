import { MAX_INVOCATION_MS } from '../../core/run/relay.ts'

export type State = { Type: string; [field: string]: unknown }
export type States = Record<string, State>

/** What a definition refers to; tokens while the stack is built. */
export interface Arns {
  plan: string
  generator: string
  aggregator: string
  note: string
}

/** A field whose name ends in `.$` is a path. */
type Payload = { [field: string]: string | Payload }

/** A throttled invocation never began, so that it may be tried again. */
const THROTTLES = ['Lambda.TooManyRequestsException']

/** For what makes load: whatever else goes wrong may have begun, and load is never made twice. */
export const THROTTLE_RETRY = {
  ErrorEquals: THROTTLES,
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxAttempts: 6,
  MaxDelaySeconds: 10,
  JitterStrategy: 'FULL',
}

/** For what can be done twice. */
export const IDEMPOTENT_RETRY = {
  ErrorEquals: [
    ...THROTTLES,
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.Unknown',
    'Sandbox.Timedout',
    'States.Timeout',
    // The store could not be reached for longer than its client tries.
    'VolleyError',
  ],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: 6,
  MaxDelaySeconds: 30,
  JitterStrategy: 'FULL',
}

/** Longer than any invocation: the function's own timeout tells more. */
const TIMEOUT_SECONDS = MAX_INVOCATION_MS / 1_000 + 30

/** A task that invokes a function and waits for its answer. */
export function invoke(functionArn: string, payload: Payload): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionArn, Payload: payload },
    TimeoutSeconds: TIMEOUT_SECONDS,
  }
}
