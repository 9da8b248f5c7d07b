/**
 * Throws where a buffer was not written as a whole. Its memory may be that of earlier requests, passwords and all: what is sent is written
 * by `joined` alone, or checked here.
 */
export function checkWritten(buffer: Buffer, writtenBytes: number): void {
  if (writtenBytes !== buffer.length)
    throw new RangeError(`${writtenBytes} of ${buffer.length} bytes to be sent were written`)
}

/** A head, in characters of one byte each, and what follows it, as one buffer. `bodyBytes` is the length of the body as UTF-8. */
export function joined(head: string, body: string | Uint8Array, bodyBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + bodyBytes)
  const headEnd = bytes.write(head, 'latin1')
  if (typeof body === 'string') checkWritten(bytes, headEnd + bytes.write(body, headEnd, 'utf8'))
  else {
    bytes.set(body, headEnd)
    checkWritten(bytes, headEnd + body.length)
  }
  return bytes
}
