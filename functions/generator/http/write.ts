import type { Socket } from 'node:net'
import type { CarriedRequest } from './carrier.ts'
import { joined } from './written-bytes.ts'

/** Up to this size a body of bytes is copied behind its head; a larger one is written for itself. */
const COPIED_UP_TO_BYTES = 65_536

/** Head and body in one go, so that they leave in one packet where they fit. */
export function write(socket: Socket, head: string, body: CarriedRequest['body'], bodyBytes: number): void {
  if (body === undefined || bodyBytes === 0) socket.write(head, 'latin1')
  else if (typeof body === 'string' && body.length === bodyBytes) socket.write(head + body, 'latin1')
  else if (typeof body === 'string' || bodyBytes <= COPIED_UP_TO_BYTES)
    socket.write(joined(head, body, bodyBytes))
  else {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
  }
}
