import type { RequestOptions } from '../../lib/core/flow.ts'

/** Whether a status counts as served. */
export function isExpected(status: number, expect: RequestOptions['expect']): boolean {
  if (expect === undefined) return status >= 200 && status < 400
  if (typeof expect === 'number') return status === expect
  return typeof expect === 'function' ? expect(status) : expect.includes(status)
}
