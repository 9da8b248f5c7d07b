import { durationMs, MAX_DURATION } from '../../../lib/core/base/duration.ts'
import { badValue, isPlainObject } from '../../../lib/core/base/refusal.ts'
import { unknownField } from '../../../lib/core/scenario/flow/option-fields.ts'
import { timeMs } from '../../../lib/core/scenario/flow/time.ts'
import { truthOf } from '../../../lib/core/scenario/flow/truth.ts'
import { FlowError, type RetryOptions } from '../../../lib/core/scenario/flow.ts'
import type { Recorder } from '../metering/recorder.ts'

const DEFAULT_BACKOFF = '100ms'
const MAX_PAUSE_MS = durationMs(MAX_DURATION)
const MAX_ATTEMPTS = 1_000_000
const FIELDS: ReadonlySet<string> = new Set(['attempts', 'backoff', 'until'])

interface RetryTools {
  recorder: Recorder
  flow: string
  pause: (lengthMs: number) => Promise<void>
}

/** Makes attempts until one is good, or none is left. Rejects with a `FlowError` of class `bad_value` where the options are no good. */
export async function retry<T>(
  options: RetryOptions<T>,
  attempt: (attempt: number) => Promise<T>,
  { recorder, flow, pause }: RetryTools,
): Promise<T> {
  const { attempts, backoffMs, until } = checked(options)
  if (typeof attempt !== 'function')
    throw badValue('what to retry', attempt, 'a function that makes an attempt')
  let outcome = await attempt(1)
  if (isGood(until, outcome)) return outcome
  let good = false
  for (let i = 2; i <= attempts && !good; i++) {
    await pause(Math.min(backoffMs * 2 ** (i - 2), MAX_PAUSE_MS))
    recorder.series('http_retries', { flow }).add(1)
    outcome = await attempt(i)
    good = isGood(until, outcome)
  }
  recorder.series('retry_success', { flow }).add(good ? 1 : 0)
  return outcome
}

function checked<T>(options: RetryOptions<T>) {
  if (!isPlainObject(options)) throw badValue('the options of retry', options, 'an object with attempts')
  const unknown = Object.keys(options).find((field) => !FIELDS.has(field))
  if (unknown !== undefined) throw new FlowError('bad_value', `vu.retry: ${unknownField(unknown, FIELDS)}`)
  const { attempts, backoff = DEFAULT_BACKOFF, until = isServed } = options
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > MAX_ATTEMPTS)
    throw badValue('attempts', attempts, `a whole number from 1 to ${MAX_ATTEMPTS}`)
  if (typeof until !== 'function') throw badValue('until', until, 'a function of the outcome')
  return { attempts, until, backoffMs: timeMs('backoff', backoff, 'bad_value') }
}

function isGood<T>(until: (outcome: T) => boolean, outcome: T): boolean {
  return truthOf('what until returned', until(outcome))
}

function isServed(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'ok' in outcome && outcome.ok === true
}
