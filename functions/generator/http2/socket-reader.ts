import type { OnReadOpts, Socket } from 'node:net'
import { HeldBytes } from '../net/held-bytes.ts'
import { READ_INTO } from '../net/read-into.ts'

/** More than a server says before it is asked for anything. */
const MAX_EARLY_BYTES = 65_536

/** Takes what comes in on a connection; before it is known what that is, it is kept. */
export class SocketReader {
  readonly options: OnReadOpts = { buffer: READ_INTO, callback: (length) => this.#read(length) }
  #take: ((bytes: Buffer, length: number) => void) | undefined
  #early: HeldBytes | undefined

  /** From now on, and with what has come already. */
  to(socket: Socket, take: (bytes: Buffer, length: number) => void): void {
    const early = this.#early
    this.#early = undefined
    this.#take = take
    if (!early) return
    take(early.bytes, early.length)
    if (early.length >= MAX_EARLY_BYTES) socket.resume()
  }

  /** False where no more is to be read until somebody takes it. */
  #read(length: number): boolean {
    if (this.#take) {
      this.#take(READ_INTO, length)
      return true
    }
    this.#early ??= new HeldBytes()
    this.#early.add(READ_INTO, 0, length)
    return this.#early.length < MAX_EARLY_BYTES
  }
}
