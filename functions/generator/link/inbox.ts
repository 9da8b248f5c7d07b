import { FlowError, type MessageId } from '../../../lib/core/flow.ts'

type Match<Item> = (item: Item) => boolean

/** A reader that no message has come for yet. */
class Waiter<Item> {
  /** Left out, the id picks the message. */
  readonly match: Match<Item> | undefined
  readonly id: MessageId | undefined
  readonly resolve: (item: Item) => void
  readonly reject: (error: Error) => void
  timer: NodeJS.Timeout | undefined
  /** Where answers come in order, a late one must not be taken for the answer to the next request. */
  keepsTurn = false

  constructor(
    match: Match<Item> | undefined,
    id: MessageId | undefined,
    resolve: (item: Item) => void,
    reject: (error: Error) => void,
  ) {
    this.match = match
    this.id = id
    this.resolve = resolve
    this.reject = reject
  }
}

/** Unread messages kept; beyond either bound the oldest are dropped. */
const MOST_UNREAD = 1_000
const MOST_UNREAD_BYTES = 16_777_216

/** What all inboxes of a kind share. */
export interface InboxKind<Item> {
  /** Class of a wait that took too long. */
  timeoutClass: string
  /** What an unread message holds of memory. */
  sizeOf: (item: Item) => number
}

/** Messages nobody has read yet, and readers no message has come for yet. */
export class Inbox<Item> {
  readonly #kind: InboxKind<Item>
  readonly #keepsUnread: boolean
  readonly #events: { onDropped(): void }
  // Made when they are needed: most connections never have both.
  #unread: Item[] | undefined
  #unreadBytes = 0
  #waiters: Set<Waiter<Item>> | undefined
  #byId: Map<MessageId, Waiter<Item>> | undefined
  #closed: Error | undefined

  /** `keepsUnread` is false where a handler sees every message: then what no reader waits for is not kept. */
  constructor(kind: InboxKind<Item>, keepsUnread: boolean, events: { onDropped(): void }) {
    this.#kind = kind
    this.#keepsUnread = keepsUnread
    this.#events = events
  }

  /** Gives a message to the reader of its id, else to the one that has waited longest for one like it, else keeps it. */
  deliver(item: Item, id?: MessageId): void {
    const expecting = id === undefined ? undefined : this.#byId?.get(id)
    if (expecting) {
      this.#forget(expecting)
      expecting.resolve(item)
      return
    }
    if (this.#waiters) for (const waiter of this.#waiters) if (this.#takes(waiter, item)) return
    if (this.#keepsUnread) this.#keep(item)
  }

  /** The oldest unread message that matches, else the next that comes. */
  async next(match: Match<Item>, timeoutMs: number): Promise<Item> {
    const at = this.#unread?.findIndex(match) ?? -1
    const [unread] = at === -1 ? [] : (this.#unread?.splice(at, 1) ?? [])
    if (unread === undefined) return this.wait(match, timeoutMs)
    this.#unreadBytes -= this.#kind.sizeOf(unread)
    return unread
  }

  /** The next message to come that matches. Rejects after the timeout, or with why the connection was lost. */
  wait(match: Match<Item>, timeoutMs: number): Promise<Item> {
    return this.#wait(match, undefined, timeoutMs)
  }

  /** The next message to come that nobody else waits for; where it is late, it is taken and thrown away. */
  waitInTurn(timeoutMs: number): Promise<Item> {
    return this.#wait(any, undefined, timeoutMs, true)
  }

  /** The next message to come with this id. Throws `bad_request_options` where one with the id is waited for already. */
  waitFor(id: MessageId, timeoutMs: number): Promise<Item> {
    if (this.#byId?.has(id))
      throw new FlowError('bad_request_options', `a request with the id ${id} is waiting already`)
    return this.#wait(undefined, id, timeoutMs)
  }

  /** Ends all waiting; more may come later. */
  fail(reason: Error): void {
    const waiters = [...(this.#waiters ?? []), ...(this.#byId?.values() ?? [])]
    this.#waiters = undefined
    this.#byId = undefined
    for (const { timer, reject } of waiters) {
      clearTimeout(timer)
      reject(reason)
    }
  }

  /** Ends all waiting for good. What is unread can still be read. */
  close(reason: Error): void {
    this.#closed ??= reason
    this.fail(this.#closed)
  }

  #wait(
    match: Match<Item> | undefined,
    id: MessageId | undefined,
    timeoutMs: number,
    keepsTurn = false,
  ): Promise<Item> {
    if (this.#closed) return Promise.reject(this.#closed)
    return new Promise((resolve, reject) => {
      const waiter = new Waiter<Item>(match, id, resolve, reject)
      waiter.keepsTurn = keepsTurn
      waiter.timer = setTimeout(() => this.#expire(waiter, timeoutMs), timeoutMs)
      this.#remember(waiter)
    })
  }

  #remember(waiter: Waiter<Item>): void {
    if (waiter.id === undefined) {
      this.#waiters ??= new Set()
      this.#waiters.add(waiter)
    } else {
      this.#byId ??= new Map()
      this.#byId.set(waiter.id, waiter)
    }
  }

  #expire(waiter: Waiter<Item>, timeoutMs: number): void {
    if (!waiter.keepsTurn) this.#forget(waiter)
    waiter.reject(new FlowError(this.#kind.timeoutClass, `no matching message within ${timeoutMs} ms`))
  }

  #forget(waiter: Waiter<Item>): void {
    clearTimeout(waiter.timer)
    if (waiter.id === undefined) this.#waiters?.delete(waiter)
    else this.#byId?.delete(waiter.id)
  }

  #keep(item: Item): void {
    this.#unread ??= []
    this.#unread.push(item)
    this.#unreadBytes += this.#kind.sizeOf(item)
    while (
      this.#unread.length > 1 &&
      (this.#unread.length > MOST_UNREAD || this.#unreadBytes > MOST_UNREAD_BYTES)
    ) {
      this.#unreadBytes -= this.#kind.sizeOf(this.#unread.shift() as Item)
      this.#events.onDropped()
    }
  }

  /** A `match` that throws ends its own waiting, and leaves the message to others. */
  #takes(waiter: Waiter<Item>, item: Item): boolean {
    let error: Error | undefined
    try {
      if (!waiter.match?.(item)) return false
    } catch (thrown) {
      error = thrown as Error
    }
    this.#forget(waiter)
    if (error) waiter.reject(error)
    else waiter.resolve(item)
    return error === undefined
  }
}

export function any(): boolean {
  return true
}

export function sizeOfMessage({ data }: { readonly data: string | Uint8Array }): number {
  return data.length
}
