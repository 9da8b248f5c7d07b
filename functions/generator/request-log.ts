import { closeSync, openSync, writeSync } from 'node:fs'
import type { Invocation } from '../../lib/ports.ts'
import type { Exchange } from './exchange.ts'
import type { ExchangeContext } from './http-meter.ts'

/** Lines are gathered up to this size, then appended at once so that generators sharing the file do not mix lines. */
const FLUSH_AT_CHARACTERS = 32_768

export interface RequestLog {
  add(exchange: Exchange, context: ExchangeContext): void
  close(): void
}

/** Appends one CSV line per request with a measured service time; the same moments that go into the histograms. */
export function openRequestLog(file: string, { slice }: Invocation): RequestLog {
  const descriptor = openSync(file, 'a')
  let lines = ''
  const flush = (): void => {
    writeSync(descriptor, lines)
    lines = ''
  }
  return {
    add({ method, status, error = '', sentAtMs, calledAtMs, endedAtMs }, { flow, name, lagMs }) {
      const serviceUs = Math.round((endedAtMs - sentAtMs) * 1_000)
      const responseUs = Math.round((endedAtMs - calledAtMs + lagMs) * 1_000)
      const quoted = name.includes(',') || name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name
      lines += `${slice},${flow},${quoted},${method},${status},${error},${sentAtMs.toFixed(3)},${serviceUs},${responseUs}\n`
      if (lines.length >= FLUSH_AT_CHARACTERS) flush()
    },
    close() {
      flush()
      closeSync(descriptor)
    },
  }
}
