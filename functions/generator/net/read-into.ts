import { checkWritten } from '../http/written-bytes.ts'

/** All connections of the process read into it: what has come is taken out before the next one has its turn. */
export const READ_INTO = Buffer.allocUnsafeSlow(65_536)

/** Bytes in memory of their own: what a flow finds behind them, by their `buffer`, is nothing. */
export function ownCopyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

/** Bytes that stay as they are when the next ones are read. */
export function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start)
  checkWritten(copy, bytes.copy(copy, 0, start, end))
  return copy
}
