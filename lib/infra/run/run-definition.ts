import { relayDefinition } from './relay-definition.ts'
import { type Arns, IDEMPOTENT_RETRY, invoke, type States, THROTTLE_RETRY } from './state.ts'

/** The run as a state machine, in the Amazon States Language. */
export function runDefinition(arns: Arns): { Comment: string; StartAt: string; States: States } {
  return {
    Comment: 'One run: plan, make the load of every slice while watching it, judge.',
    StartAt: 'Plan',
    States: {
      Plan: {
        ...invoke(arns.plan, { 'execution.$': '$$.Execution.Name', 'input.$': '$$.Execution.Input' }),
        // A setup that ran once is not run again.
        Retry: [THROTTLE_RETRY],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Broken' }],
        OutputPath: '$.Payload',
        Next: 'Planned?',
      },
      'Planned?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.refused', IsPresent: true, Next: 'Refused' }],
        Default: 'Make load',
      },
      'Make load': {
        Type: 'Parallel',
        Branches: [relayDefinition(arns), watchDefinition(arns)],
        ResultPath: null,
        // The watch ends the relay by failing: nothing else interrupts a lane that waits for its window.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.ended', Next: 'Wait for metrics' }],
        Next: 'Wait for metrics',
      },
      'Wait for metrics': { Type: 'Wait', SecondsPath: '$.settleSeconds', Next: 'Judge' },
      Judge: {
        ...invoke(arns.aggregator, aggregatorEvent('judge')),
        Retry: [IDEMPOTENT_RETRY],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Broken' }],
        OutputPath: '$.Payload',
        Next: 'Passed?',
      },
      'Passed?': {
        Type: 'Choice',
        Choices: [
          { Variable: '$.state', StringEquals: 'pass', Next: 'Passed' },
          { Variable: '$.state', StringEquals: 'warn', Next: 'Passed' },
        ],
        Default: 'Not passed',
      },
      Passed: { Type: 'Succeed' },
      'Not passed': { Type: 'Fail', ErrorPath: '$.state', CausePath: '$.cause' },
      Refused: { Type: 'Fail', ErrorPath: '$.refused', CausePath: '$.cause' },
      Broken: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  }
}

/** Watches in turns as long as an invocation lasts; few of them fit a day, and so few events come of it. */
function watchDefinition(arns: Arns): { StartAt: string; States: States } {
  return {
    StartAt: 'Watch',
    States: {
      Watch: {
        ...invoke(arns.aggregator, aggregatorEvent('watch')),
        Retry: [IDEMPOTENT_RETRY],
        ResultSelector: { 'end.$': '$.Payload.end' },
        ResultPath: '$.watch',
        Next: 'Over?',
      },
      'Over?': {
        Type: 'Choice',
        Choices: [
          { Variable: '$.watch.end', StringEquals: 'unfinished', Next: 'Watch' },
          { Variable: '$.watch.end', StringEquals: 'relayed', Next: 'Watched' },
        ],
        Default: 'Over',
      },
      Watched: { Type: 'Succeed' },
      Over: { Type: 'Fail', Error: 'Over', Cause: 'The load has ended before its schedule.' },
    },
  }
}

function aggregatorEvent(action: 'watch' | 'judge'): Record<string, string> {
  return {
    action,
    'run.$': '$.run',
    'startAtMs.$': '$.startAtMs',
    'deadlineAtMs.$': '$.deadlineAtMs',
  }
}
