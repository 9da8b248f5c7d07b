import { truthOf } from '../../../lib/core/scenario/flow/truth.ts'
import { FlowError, type MessageId } from '../../../lib/core/scenario/flow.ts'
import type { Deadlines, Expiring } from '../time/deadlines.ts'

type Match<Item> = (item: Item) => boolean

/** How a reader is told of its message, or why there is none. */
export interface Told<Item> {
  resolve(item: Item): void
  reject(error: Error): void
}

/** For how long a reader waits, from the present. */
export interface Patience {
  nowMs: number
  timeoutMs: number
}

/** A reader that no message has come for yet. Its neighbours are those that came before and after it. */
class Waiter<Item> implements Expiring {
  /** Left out, the id picks the message. */
  readonly match: Match<Item> | undefined
  readonly id: MessageId | undefined
  readonly told: Told<Item>
  readonly timeoutMs: number
  /** It has sent something that this is the answer to. */
  asked = false
  /** Where answers come in order, a late one must not be taken for the answer to the next request. */
  keepsTurn = false
  expired = false
  /** Nobody waits here any more. */
  over = false
  previous: Waiter<Item> | undefined
  next: Waiter<Item> | undefined
  deadlineAtMs = 0
  earlier: Expiring | undefined
  later: Expiring | undefined
  readonly #inbox: Inbox<Item>

  constructor(
    inbox: Inbox<Item>,
    match: Match<Item> | undefined,
    id: MessageId | undefined,
    told: Told<Item>,
    timeoutMs: number,
  ) {
    this.#inbox = inbox
    this.match = match
    this.id = id
    this.told = told
    this.timeoutMs = timeoutMs
  }

  expire(): void {
    this.#inbox.expire(this)
  }
}

/** Unread messages kept; beyond either bound the oldest are dropped. */
const MAX_UNREAD = 1_000
const MAX_UNREAD_BYTES = 16_777_216

/** What all inboxes of a kind share. */
export interface InboxKind<Item> {
  /** Class of a wait that took too long. */
  timeoutClass: string
  /** What an unread message holds of memory. */
  sizeOf: (item: Item) => number
}

interface InboxTools {
  events: { onDropped(): void }
  deadlines: Deadlines
}

/** Messages nobody has read yet, and readers no message has come for yet. */
export class Inbox<Item> {
  readonly #kind: InboxKind<Item>
  readonly #keepsUnread: boolean
  readonly #tools: InboxTools
  // Made when they are needed: most connections never have both.
  #unread: Item[] | undefined
  #unreadBytes = 0
  #first: Waiter<Item> | undefined
  #last: Waiter<Item> | undefined
  #byId: Map<MessageId, Waiter<Item>> | undefined
  #closed: Error | undefined

  /** `keepsUnread` is false where a handler sees every message: then what no reader waits for is not kept. */
  constructor(kind: InboxKind<Item>, keepsUnread: boolean, tools: InboxTools) {
    this.#kind = kind
    this.#keepsUnread = keepsUnread
    this.#tools = tools
  }

  /** Somebody waits for the answer to what was sent. */
  get asked(): boolean {
    for (let waiter = this.#first; waiter; waiter = waiter.next)
      if (waiter.asked && !waiter.expired) return true
    return (this.#byId?.size ?? 0) > 0
  }

  /** Gives a message to the reader of its id, else to the one that has waited longest for one like it, else keeps it. */
  deliver(item: Item, id?: MessageId): void {
    const expecting = id === undefined ? undefined : this.#byId?.get(id)
    if (expecting) {
      this.#forget(expecting)
      expecting.told.resolve(item)
      return
    }
    for (let waiter = this.#first; waiter; waiter = waiter.next)
      if (!waiter.over && this.#takes(waiter, item)) return
    if (this.#keepsUnread) this.#keep(item)
  }

  /** The oldest unread message that matches, else the next that comes. Fails after the timeout, or with why the connection was lost. */
  read(match: Match<Item>, patience: Patience, told: Told<Item>): void {
    const at = this.#unread?.findIndex((item) => matches(match, item)) ?? -1
    const [unread] = at === -1 ? [] : (this.#unread?.splice(at, 1) ?? [])
    if (unread === undefined) {
      this.#wait(new Waiter(this, match, undefined, told, patience.timeoutMs), patience)
      return
    }
    this.#unreadBytes -= this.#kind.sizeOf(unread)
    told.resolve(unread)
  }

  /** The same as a promise. */
  next(match: Match<Item>, patience: Patience): Promise<Item> {
    return new Promise((resolve, reject) => this.read(match, patience, { resolve, reject }))
  }

  /**
   * The answer to a request, which is yet to come: the message that matches, or the one with the id, or else the next that nobody
   * else waits for; that one is taken and thrown away where it is late. Throws `bad_request_options` where a message with the id is
   * waited for already.
   */
  expect(
    match: Match<Item> | undefined,
    id: MessageId | undefined,
    patience: Patience,
    told: Told<Item>,
  ): void {
    if (id !== undefined && this.#byId?.has(id))
      throw new FlowError('bad_request_options', `a request with the id ${id} is waiting already`)
    const isNext = match === undefined && id === undefined
    const waiter = new Waiter(this, isNext ? any : match, id, told, patience.timeoutMs)
    waiter.asked = true
    waiter.keepsTurn = isNext
    this.#wait(waiter, patience)
  }

  /** Ends all waiting; more may come later. */
  fail(reason: Error): void {
    const waiters = [...(this.#byId?.values() ?? [])]
    for (let waiter = this.#first; waiter; waiter = waiter.next) waiters.push(waiter)
    for (const waiter of waiters) {
      this.#forget(waiter)
      waiter.told.reject(reason)
    }
  }

  /** Ends all waiting for good. What is unread can still be read. */
  close(reason: Error): void {
    this.#closed ??= reason
    this.fail(this.#closed)
  }

  /** It has taken too long. */
  expire(waiter: Waiter<Item>): void {
    waiter.expired = true
    if (!waiter.keepsTurn) this.#forget(waiter)
    waiter.told.reject(
      new FlowError(this.#kind.timeoutClass, `no matching message within ${waiter.timeoutMs} ms`),
    )
  }

  #wait(waiter: Waiter<Item>, { nowMs, timeoutMs }: Patience): void {
    if (this.#closed) {
      waiter.told.reject(this.#closed)
      return
    }
    this.#tools.deadlines.add(waiter, nowMs, timeoutMs)
    if (waiter.id !== undefined) {
      this.#byId ??= new Map()
      this.#byId.set(waiter.id, waiter)
      return
    }
    waiter.previous = this.#last
    if (this.#last) this.#last.next = waiter
    else this.#first = waiter
    this.#last = waiter
  }

  /** Its own `next` stays: whoever goes through the others is not thrown off. */
  #forget(waiter: Waiter<Item>): void {
    if (waiter.over) return
    waiter.over = true
    this.#tools.deadlines.remove(waiter, waiter.timeoutMs)
    if (waiter.id !== undefined) {
      this.#byId?.delete(waiter.id)
      return
    }
    if (waiter.previous) waiter.previous.next = waiter.next
    else this.#first = waiter.next
    if (waiter.next) waiter.next.previous = waiter.previous
    else this.#last = waiter.previous
  }

  #keep(item: Item): void {
    this.#unread ??= []
    this.#unread.push(item)
    this.#unreadBytes += this.#kind.sizeOf(item)
    while (
      this.#unread.length > 1 &&
      (this.#unread.length > MAX_UNREAD || this.#unreadBytes > MAX_UNREAD_BYTES)
    ) {
      this.#unreadBytes -= this.#kind.sizeOf(this.#unread.shift() as Item)
      this.#tools.events.onDropped()
    }
  }

  /** A `match` that throws ends its own waiting, and leaves the message to others. */
  #takes(waiter: Waiter<Item>, item: Item): boolean {
    let error: Error | undefined
    try {
      if (waiter.match === undefined || !matches(waiter.match, item)) return false
    } catch (thrown) {
      error = thrown as Error
    }
    this.#forget(waiter)
    // A late answer has had its turn, and is nobody's.
    if (error) waiter.told.reject(error)
    else if (!waiter.expired) waiter.told.resolve(item)
    return error === undefined
  }
}

function matches<Item>(match: Match<Item>, item: Item): boolean {
  return truthOf('what match returned', match(item))
}

export function any(): boolean {
  return true
}

export function sizeOfMessage({ data }: { readonly data: string | Uint8Array }): number {
  return data.length
}
