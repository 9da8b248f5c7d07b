import { FlowError } from '../../base/flow-error.ts'
import { badOption, isThenable } from '../../base/refusal.ts'

const JSON_VALUE = 'what JSON can hold'

/**
 * A value as JSON. Throws a `FlowError` of class `bad_request_options` for what has no JSON of its own: functions, cycles, BigInts, and
 * promises, maps and sets, whose JSON would be `{}`.
 */
export function jsonText(field: string, value: unknown): string {
  checkHasJson(field, value)
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it throws'
    throw new FlowError('bad_request_options', `${field} cannot be written as JSON: ${reason}`)
  }
  if (text === undefined) throw badOption(field, value, JSON_VALUE)
  return text
}

/** Throws a `FlowError` of class `bad_request_options` for what would be left out of JSON, or be `{}` in it. */
export function checkHasJson(field: string, value: unknown): void {
  switch (typeof value) {
    case 'object':
      if (value === null || !hasNoJson(value)) return
      break
    case 'string':
    case 'number':
    case 'boolean':
    // It may have been given a `toJSON`; else writing it says why it cannot be written.
    case 'bigint':
      return
  }
  throw badOption(field, value, JSON_VALUE)
}

function hasNoJson(value: object): boolean {
  if (value instanceof Map || value instanceof Set) return !('toJSON' in value)
  return isThenable(value)
}
