import type { Socket } from 'node:net'

/** What a frame is (RFC 6455 section 5.2). */
export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const
export type Opcode = (typeof OPCODE)[keyof typeof OPCODE]

/** In the first byte: the frame ends its message. */
export const FINAL = 0x80
/** In the second byte: the payload is masked. */
export const MASKED = 0x80
/** In place of the length: it follows in two bytes, or in eight. */
export const LENGTH_16 = 126
export const LENGTH_64 = 127

/** A mask of zeros leaves the bytes as they are: masking protects proxies from scripts, and there are none here. */
const NO_MASK = '\0\0\0\0'

/** Sends a whole message in one write, and returns the size of its payload. */
export function writeFrame(socket: Socket, opcode: Opcode, payload: string | Uint8Array): number {
  const sizeBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
  const header = headerOf(opcode, sizeBytes)
  if (typeof payload === 'string' && payload.length === sizeBytes) {
    socket.write(header + payload, 'latin1')
    return sizeBytes
  }
  const frame = Buffer.allocUnsafe(header.length + sizeBytes)
  const start = frame.write(header, 'latin1')
  if (typeof payload === 'string') frame.write(payload, start)
  else frame.set(payload, start)
  socket.write(frame)
  return sizeBytes
}

/** One character for each byte. */
function headerOf(opcode: Opcode, sizeBytes: number): string {
  const first = FINAL | opcode
  if (sizeBytes < LENGTH_16) return String.fromCharCode(first, MASKED | sizeBytes) + NO_MASK
  const isShort = sizeBytes < 2 ** 16
  const length = Buffer.alloc(isShort ? 2 : 8)
  if (isShort) length.writeUInt16BE(sizeBytes)
  else length.writeUIntBE(sizeBytes, 2, 6)
  const second = MASKED | (isShort ? LENGTH_16 : LENGTH_64)
  return String.fromCharCode(first, second) + length.toString('latin1') + NO_MASK
}
