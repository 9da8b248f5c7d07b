import { closeSync, openSync, writeSync } from 'node:fs'
import { csvCell } from '../../../lib/core/base/csv-cell.ts'
import type { Mask } from '../../../lib/core/secrets/mask.ts'
import type { Invocation } from '../../../lib/ports.ts'
import type { ExchangeRecord } from '../contract/exchange-record.ts'
import type { StepContext } from '../contract/step-context.ts'

/** Lines are gathered up to this size, then appended at once so that generators sharing the file do not mix lines. */
const FLUSH_AT_CHARACTERS = 32_768

/** A flow may name steps, and make up methods and classes, without bounds. */
const MAX_CELLS = 10_000

export interface RequestLog {
  add(exchange: ExchangeRecord, context: StepContext): void
  close(): void
}

/**
 * Appends one CSV line per request with a measured service time; the same moments that go into the histograms. Names lose
 * their secrets.
 */
export function openRequestLog(file: string, { slice }: Invocation, maskName: Mask): RequestLog {
  const descriptor = openSync(file, 'a')
  let lines = ''
  const flush = (): void => {
    writeSync(descriptor, lines)
    lines = ''
  }
  const cells = new Map<string, string>()
  const cell = (text: string): string => {
    const known = cells.get(text)
    if (known !== undefined) return known
    const made = csvCell(maskName(text))
    if (cells.size < MAX_CELLS) cells.set(text, made)
    return made
  }
  return {
    add({ method, status, error = '', sentAtMs, calledAtMs, endedAtMs }, { flow, name, lagMs }) {
      const serviceUs = Math.round((endedAtMs - sentAtMs) * 1_000)
      const responseUs = Math.round((endedAtMs - calledAtMs + lagMs) * 1_000)
      const step = `${cell(flow)},${cell(name)},${cell(method)}`
      lines += `${slice},${step},${status},${cell(error)},${sentAtMs.toFixed(3)},${serviceUs},${responseUs}\n`
      if (lines.length >= FLUSH_AT_CHARACTERS) flush()
    },
    close() {
      flush()
      closeSync(descriptor)
    },
  }
}
