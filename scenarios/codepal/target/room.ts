import type { RawData, WebSocket } from 'ws'

/** A member that reads too slowly to keep up is let go. */
const UNREAD_LIMIT_BYTES = 4_194_304

/** The sockets of the users who edit together. */
export class Room {
  readonly roomId: string
  readonly #members = new Set<WebSocket>()
  edits = 0

  constructor(roomId: string) {
    this.roomId = roomId
  }

  get members(): number {
    return this.#members.size
  }

  enter(socket: WebSocket): void {
    this.#members.add(socket)
    socket.once('close', () => this.#members.delete(socket))
  }

  /** Hands an edit to every member but its author, and says to how many. */
  broadcast(edit: RawData | string, isBinary = false, author?: WebSocket): number {
    this.edits += 1
    let delivered = 0
    for (const member of this.#members) {
      if (member === author || member.readyState !== member.OPEN) continue
      if (member.bufferedAmount > UNREAD_LIMIT_BYTES) {
        member.terminate()
        continue
      }
      member.send(edit, { binary: isBinary })
      delivered += 1
    }
    return delivered
  }
}
