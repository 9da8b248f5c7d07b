import { FlowError, type SocketMessage } from '../../lib/core/flow.ts'

type Match = (message: SocketMessage) => boolean

interface Waiter {
  match: Match
  resolve: (message: SocketMessage) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

/** Unread messages kept; beyond them the oldest are dropped. */
export const MOST_UNREAD = 1_000

const utf8 = new TextDecoder()

/** A message as it was read; text is decoded when it is looked at. */
export class ReceivedMessage implements SocketMessage {
  readonly receivedAtMs: number
  readonly #bytes: Uint8Array
  #data: string | Uint8Array | undefined

  constructor(bytes: Uint8Array, isBinary: boolean, receivedAtMs: number) {
    this.#bytes = bytes
    this.#data = isBinary ? bytes : undefined
    this.receivedAtMs = receivedAtMs
  }

  get data(): string | Uint8Array {
    this.#data ??= utf8.decode(this.#bytes)
    return this.#data
  }

  json<T = unknown>(): T {
    try {
      return JSON.parse(typeof this.data === 'string' ? this.data : utf8.decode(this.data)) as T
    } catch {
      throw new FlowError('invalid_json', 'a message of the WebSocket is no JSON')
    }
  }
}

/** Messages nobody has read yet, and readers no message has come for yet. */
export class SocketInbox {
  readonly #unread: SocketMessage[] = []
  readonly #waiters = new Set<Waiter>()
  readonly #onDropped: () => void
  /** False where a handler sees every message: then what no reader waits for is not kept. */
  readonly #keepsUnread: boolean
  #closed: FlowError | undefined

  constructor(keepsUnread: boolean, onDropped: () => void) {
    this.#keepsUnread = keepsUnread
    this.#onDropped = onDropped
  }

  /** Gives a message to the reader that has waited longest for one like it, else keeps it. */
  deliver(message: SocketMessage): void {
    for (const waiter of this.#waiters) if (this.#takes(waiter, message)) return
    if (!this.#keepsUnread) return
    this.#unread.push(message)
    if (this.#unread.length <= MOST_UNREAD) return
    this.#unread.shift()
    this.#onDropped()
  }

  /** The oldest unread message that matches, else the next that comes. */
  async next(match: Match, timeoutMs: number): Promise<SocketMessage> {
    const at = this.#unread.findIndex(match)
    const [unread] = at === -1 ? [] : this.#unread.splice(at, 1)
    return unread ?? this.wait(match, timeoutMs)
  }

  /** The next message to come that matches. Rejects with `ws_timeout` or with why the socket closed. */
  wait(match: Match, timeoutMs: number): Promise<SocketMessage> {
    if (this.#closed) return Promise.reject(this.#closed)
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        this.#waiters.delete(waiter)
        reject(new FlowError('ws_timeout', `no matching message within ${timeoutMs} ms`))
      }
      const waiter = { match, resolve, reject, timer: setTimeout(expire, timeoutMs) }
      this.#waiters.add(waiter)
    })
  }

  /** Ends all waiting. What is unread can still be read. */
  close(reason: FlowError): void {
    this.#closed ??= reason
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer)
      waiter.reject(this.#closed)
    }
    this.#waiters.clear()
  }

  /** A `match` that throws ends its own waiting, and leaves the message to others. */
  #takes(waiter: Waiter, message: SocketMessage): boolean {
    let error: Error | undefined
    try {
      if (!waiter.match(message)) return false
    } catch (thrown) {
      error = thrown as Error
    }
    clearTimeout(waiter.timer)
    this.#waiters.delete(waiter)
    if (error) waiter.reject(error)
    else waiter.resolve(message)
    return error === undefined
  }
}
