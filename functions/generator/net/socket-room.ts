import { readdirSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'

/**
 * Node reads files and looks names up on four threads with up to three descriptors each, and four connections to the store are
 * more than it gets. Without these a generator whose users took all descriptors could neither write what it saw nor find STOP.
 */
const OWN_DESCRIPTORS = 16

/** Sockets that load may have open at once in this process; `Infinity` where the system does not tell. */
export const MAX_SOCKETS = mostSockets()

let open = 0

/** Opens a socket where there is room for it; else returns one that fails with `EMFILE`, as the system's would a little later. */
export function withinRoom(connect: () => Socket): Socket {
  if (open >= MAX_SOCKETS) return new Socket().destroy(noRoom())
  const socket = connect()
  open++
  return socket.on('close', freed)
}

function freed(): void {
  open--
}

function noRoom(): Error {
  const message = `connect EMFILE: ${MAX_SOCKETS} sockets are open, and the system gives this process no more`
  return Object.assign(new Error(message), { code: 'EMFILE', syscall: 'connect' })
}

function mostSockets(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const descriptors = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1])
    const inUse = readdirSync('/proc/self/fd').length
    return descriptors > 0 ? Math.max(1, descriptors - inUse - OWN_DESCRIPTORS) : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
