import { badValue, isThenable } from '../../base/refusal.ts'

/**
 * Whether a value that a flow hands in holds, as `if` has it. Throws a `FlowError` of class `bad_value` for a promise and a function: those
 * hold whatever becomes of them, and were to be awaited or called.
 */
export function truthOf(field: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'function' || isThenable(value))
    throw badValue(field, value, 'true or false, or any value that is no function and no Promise')
  return Boolean(value)
}
