import type { Socket } from 'node:net'
import { checkWritten } from '../http/written-bytes.ts'

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

const MASK_BYTES = 4

/**
 * Sends a whole message in one write, and returns the size of its payload. It is masked as a browser would, so that the server has the
 * work of unmasking it; by a mask from `Math.random`, since there is no script here that could misuse one it guessed.
 */
export function writeFrame(socket: Socket, opcode: Opcode, payload: string | Uint8Array): number {
  const sizeBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
  const start = 2 + lengthBytesOf(sizeBytes) + MASK_BYTES
  const frame = Buffer.allocUnsafe(start + sizeBytes)
  frame[0] = FINAL | opcode
  writeLength(frame, sizeBytes)
  frame.writeUInt32LE((Math.random() * 2 ** 32) >>> 0, start - MASK_BYTES)
  checkWritten(frame, start + writePayload(frame, payload, start, sizeBytes))
  for (let at = start; at < frame.length; at++)
    frame[at] = (frame[at] as number) ^ (frame[start - MASK_BYTES + ((at - start) & 3)] as number)
  socket.write(frame)
  return sizeBytes
}

/** Returns how many bytes were written. */
function writePayload(frame: Buffer, payload: string | Uint8Array, start: number, sizeBytes: number): number {
  if (typeof payload === 'string')
    return frame.write(payload, start, payload.length === sizeBytes ? 'latin1' : 'utf8')
  frame.set(payload, start)
  return payload.length
}

/** How many bytes follow the second one. */
function lengthBytesOf(sizeBytes: number): 0 | 2 | 8 {
  if (sizeBytes < LENGTH_16) return 0
  return sizeBytes < 2 ** 16 ? 2 : 8
}

function writeLength(frame: Buffer, sizeBytes: number): void {
  switch (lengthBytesOf(sizeBytes)) {
    case 0:
      frame[1] = MASKED | sizeBytes
      return
    case 2:
      frame[1] = MASKED | LENGTH_16
      frame.writeUInt16BE(sizeBytes, 2)
      return
    case 8:
      frame[1] = MASKED | LENGTH_64
      frame.writeUInt16BE(0, 2)
      frame.writeUIntBE(sizeBytes, 4, 6)
  }
}
