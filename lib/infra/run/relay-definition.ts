import { type Arns, IDEMPOTENT_RETRY, invoke, type States, THROTTLE_RETRY } from './state.ts'

/** How far a generator got that has nothing more to do, or must do nothing more. */
const COMPLETE = 'complete'

/**
 * The load: a child workflow for each slice, whose two lanes take turns in carrying its windows. Each child hands back
 * two bytes; an invocation that fails is noted, and the next window of its slice is carried all the same.
 */
export function relayDefinition(arns: Arns): { StartAt: string; States: States } {
  return {
    StartAt: 'Relay',
    States: {
      Relay: {
        Type: 'Map',
        ItemsPath: '$.handovers',
        ItemSelector: {
          'run.$': '$.run',
          'slice.$': '$$.Map.Item.Index',
          'handoverMs.$': '$$.Map.Item.Value',
          'startAtMs.$': '$.startAtMs',
          'deadlineAtMs.$': '$.deadlineAtMs',
          'durationMs.$': '$.durationMs',
          'windowMs.$': '$.windowMs',
          'relayLeadMs.$': '$.relayLeadMs',
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Carry',
          States: {
            Carry: {
              Type: 'Parallel',
              // The first window of the second lane begins at the first handover. That of the first lane would begin
              // a window before it: at the start or, in a shorter first window, before it, which is no time to wait for.
              Branches: [
                laneDefinition(arns, 'even', 0, '$states.input.handoverMs - $states.input.windowMs'),
                laneDefinition(arns, 'odd', 1, '$states.input.handoverMs'),
              ],
              Next: 'Carried',
            },
            Carried: { Type: 'Pass', Result: {}, End: true },
          },
        },
        ToleratedFailurePercentage: 100,
        ResultPath: null,
        Next: 'Relayed',
      },
      Relayed: {
        ...invoke(arns.note, { about: 'relayed', 'run.$': '$.run' }),
        Retry: [IDEMPOTENT_RETRY],
        ResultPath: null,
        End: true,
      },
    },
  }
}

/** Every other window of one slice, from one on. */
function laneDefinition(
  arns: Arns,
  lane: string,
  window: number,
  fromMs: string,
): { StartAt: string; States: States } {
  const named = (name: string): string => `${name} (${lane})`
  return {
    StartAt: named('Begin'),
    States: {
      [named('Begin')]: {
        Type: 'Pass',
        QueryLanguage: 'JSONata',
        Output: `{% $merge([$states.input, {"window": ${window}, "fromMs": ${fromMs}, "ending": "${COMPLETE}"}]) %}`,
        Next: named('More?'),
      },
      [named('More?')]: {
        Type: 'Choice',
        QueryLanguage: 'JSONata',
        Choices: [
          {
            Condition: `{% $states.input.fromMs < $states.input.durationMs and $states.input.ending = "${COMPLETE}" %}`,
            Next: named('Wait for window'),
          },
        ],
        Default: named('Done'),
      },
      [named('Wait for window')]: {
        Type: 'Wait',
        QueryLanguage: 'JSONata',
        Timestamp:
          '{% $fromMillis($round($states.input.startAtMs + $states.input.fromMs - $states.input.relayLeadMs)) %}',
        Next: named('Generate'),
      },
      [named('Generate')]: {
        ...invoke(arns.generator, {
          'run.$': '$.run',
          'slice.$': '$.slice',
          'window.$': '$.window',
          'attempt.$': '$$.State.RetryCount',
          'startAtMs.$': '$.startAtMs',
          'deadlineAtMs.$': '$.deadlineAtMs',
        }),
        Retry: [THROTTLE_RETRY],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: named('Note failure') }],
        ResultSelector: { 'ending.$': '$.Payload.ending' },
        ResultPath: '$.generated',
        Next: named('Next window'),
      },
      [named('Note failure')]: {
        ...invoke(arns.note, {
          about: 'failure',
          'run.$': '$.run',
          failure: {
            'slice.$': '$.slice',
            'window.$': '$.window',
            'error.$': '$.failure.Error',
            'cause.$': '$.failure.Cause',
          },
        }),
        Retry: [IDEMPOTENT_RETRY],
        ResultPath: null,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: named('Next window') }],
        Next: named('Next window'),
      },
      [named('Next window')]: {
        Type: 'Pass',
        QueryLanguage: 'JSONata',
        Output: `{% $merge([$sift($states.input, function($v, $k) { $not($k in ["failure", "generated"]) }), {
          "window": $states.input.window + 2,
          "fromMs": $states.input.fromMs + 2 * $states.input.windowMs,
          "ending": $exists($states.input.generated) ? $states.input.generated.ending : "${COMPLETE}"
        }]) %}`,
        Next: named('More?'),
      },
      [named('Done')]: { Type: 'Succeed' },
    },
  }
}
