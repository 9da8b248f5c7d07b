import { badOption } from '../../../lib/core/base/refusal.ts'
import { truthOf } from '../../../lib/core/scenario/flow/truth.ts'
import type { RequestOptions } from '../../../lib/core/scenario/flow.ts'

const EXPECT = 'a status from 100 to 999, an array of them, or a function of the status'

/** Throws a `FlowError` of class `bad_request_options`. */
export function checkExpect(expect: unknown): void {
  if (typeof expect === 'function' || isStatus(expect)) return
  if (Array.isArray(expect) && expect.every(isStatus)) return
  throw badOption('expect', expect, EXPECT)
}

/** Whether a status counts as served. Throws where a function does not say so at once. */
export function isExpected(status: number, expect: RequestOptions['expect']): boolean {
  if (expect === undefined) return status >= 200 && status < 400
  if (typeof expect === 'number') return status === expect
  if (typeof expect !== 'function') return expect.includes(status)
  return truthOf('what expect returned', expect(status))
}

function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 999
}
