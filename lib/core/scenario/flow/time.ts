import { MAX_DURATION, parseDuration } from '../../base/duration.ts'
import { FlowError } from '../../base/flow-error.ts'
import { describeValue } from '../../base/refusal.ts'

/** Flows write the same few lengths again and again. */
const known = new Map<unknown, number>()
const MAX_KNOWN = 1_000
const MAX_SHOWN = 40

/** Milliseconds of a length of time that a flow hands in. Throws a `FlowError`. */
export function timeMs(field: string, written: unknown, errorClass = 'bad_request_options'): number {
  const knownMs = known.get(written)
  if (knownMs !== undefined) return knownMs
  const lengthMs = typeof written === 'string' ? parseDuration(written) : undefined
  if (lengthMs === undefined)
    throw new FlowError(
      errorClass,
      `${field} is ${shown(written)} (allowed: a length of time such as 500ms or 30s, at most ${MAX_DURATION})`,
    )
  if (known.size < MAX_KNOWN) known.set(written, lengthMs)
  return lengthMs
}

function shown(written: unknown): string {
  return typeof written === 'string' && written.length <= MAX_SHOWN
    ? JSON.stringify(written)
    : describeValue(written)
}
