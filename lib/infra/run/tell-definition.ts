import { RUN_ENDED } from '../../core/run/run-ended.ts'
import { IDEMPOTENT_RETRY, invoke, type States } from './state.ts'

/** Being told twice is better than not at all. */
const TELL_RETRY = { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 6 }

/** What is done when a run's execution has ended, however it did: an event for programs, a message for people. */
export function tellDefinition({ tell, topic }: { tell: string; topic?: string | undefined }): {
  Comment: string
  StartAt: string
  States: States
} {
  return {
    Comment: 'Tells how a run ended.',
    StartAt: 'Describe',
    States: {
      Describe: {
        ...invoke(tell, { 'detail.$': '$.detail' }),
        Retry: [IDEMPOTENT_RETRY],
        OutputPath: '$.Payload',
        Next: 'Event',
      },
      Event: {
        Type: 'Task',
        Resource: 'arn:aws:states:::events:putEvents',
        Parameters: {
          Entries: [{ Source: RUN_ENDED.source, DetailType: RUN_ENDED.detailType, 'Detail.$': '$.event' }],
        },
        Retry: [TELL_RETRY],
        ResultPath: null,
        ...(topic === undefined ? { End: true } : { Next: 'Message' }),
      },
      ...(topic !== undefined && {
        Message: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: { TopicArn: topic, 'Subject.$': '$.message.subject', 'Message.$': '$.message.text' },
          Retry: [TELL_RETRY],
          ResultPath: null,
          End: true,
        },
      }),
    },
  }
}
