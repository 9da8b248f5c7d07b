import type { Random } from '../../../lib/core/base/random.ts'
import { timeMs } from '../../../lib/core/scenario/flow/time.ts'

/** A length of time, or one drawn evenly between two, whichever is longer. Throws a `FlowError` of class `bad_value`. */
export function thinkTimeMs(random: Random, duration: string, upTo: string | undefined): number {
  const fromMs = timeMs('the think time', duration, 'bad_value')
  if (upTo === undefined) return fromMs
  return fromMs + random.next() * (timeMs('the longest think time', upTo, 'bad_value') - fromMs)
}
