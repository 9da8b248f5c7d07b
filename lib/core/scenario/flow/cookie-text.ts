import { badValue } from '../../base/refusal.ts'
import { isToken } from './header-rules.ts'

/** What RFC 6265 section 4.1.1 lets into a value, and what browsers let into it besides: all but control characters and a semicolon. */
const VALUE = /^[\x20-\x3a\x3c-\x7e\x80-\xff]*$/

/** A cookie that a flow sets, as texts that can be sent. Throws a `FlowError` of class `bad_value`. */
export function cookieText(name: unknown, value: unknown): { name: string; value: string } {
  if (typeof name !== 'string' || !isToken(name)) throw badValue('the name of a cookie', name, 'a token')
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof text !== 'string' || !VALUE.test(text) || Number.isNaN(value))
    throw badValue(
      `the cookie ${name}`,
      value,
      'characters up to U+00FF without semicolons and control characters; numbers and booleans become text',
    )
  return { name, value: text }
}
