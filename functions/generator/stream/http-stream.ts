import { reconnectPlan } from '../../../lib/core/scenario/flow/check-options.ts'
import { checkFields } from '../../../lib/core/scenario/flow/option-fields.ts'
import { timeMs } from '../../../lib/core/scenario/flow/time.ts'
import {
  FlowError,
  type StreamItem,
  type StreamKind,
  type StreamOptions,
  type VirtualStream,
} from '../../../lib/core/scenario/flow.ts'
import {
  type BodyReader,
  type ExchangeRecord,
  ImpossibleRequest,
  type ResponseHead,
} from '../contract/exchange-record.ts'
import { pushTime } from '../messages/flow-answers.ts'
import { any, Inbox, sizeOfMessage } from '../messages/inbox.ts'
import { asFlowError } from '../metering/error-class.ts'
import { reopen } from '../net/reopen.ts'
import type { Deadlines } from '../time/deadlines.ts'
import { BodyDecoder } from './body-decoder.ts'
import { createItemReader, type ItemReader } from './item-reader.ts'
import type { StreamEvents } from './stream-meter.ts'

export interface StreamSettings extends Pick<StreamOptions, 'reconnect' | 'pushedAt'> {
  kind: StreamKind
  maxItemBytes: number
  timeoutMs: number
  /** How late the iteration had started. */
  lagMs: number
  seed: number
  now: () => number
  /** Where it waits for items. */
  deadlines: Deadlines
  signal: AbortSignal
  isExpected: (status: number) => boolean
  /** Makes the request, from where the last event id says. `wasClosed`: the exchange was cut on purpose. */
  send: (
    lastEventId: string,
    readBody: (head: ResponseHead) => BodyReader | undefined,
    wasClosed: () => boolean,
  ) => Promise<ExchangeRecord>
  events: StreamEvents
}

const NO_OPTIONS = Object.freeze({})
const NEXT_FIELDS: ReadonlySet<string> = new Set(['timeout'])
const INBOX = { timeoutClass: 'stream_timeout', sizeOf: sizeOfMessage }
/** What ends all reading where a stream ended as it should. */
const END = new FlowError('stream_ended')

/** The answers to one request, read while they come. */
export class HttpStream implements VirtualStream<StreamItem>, BodyReader {
  readonly #settings: StreamSettings
  readonly #inbox: Inbox<StreamItem>
  status = 0
  headers: Readonly<Record<string, string>> = {}
  ok = false
  error?: string
  #head: ResponseHead | undefined
  #decoder: BodyDecoder | undefined
  #reader: ItemReader | undefined
  #calledAtMs = 0
  /** What the stream asks to wait before coming back. */
  #retryMs: number | undefined
  #openedAtMs: number | undefined
  #lastItemAtMs: number | undefined
  #broken: FlowError | undefined
  #over = false
  #onHead: (() => void) | undefined

  constructor(settings: StreamSettings) {
    this.#settings = settings
    this.#inbox = new Inbox<StreamItem>(INBOX, true, settings)
  }

  get open(): boolean {
    return !this.#over
  }

  get lastEventId(): string {
    return this.#reader?.lastEventId ?? ''
  }

  /** Resolves when the answer begins, or when there will be none. Rejects where the request cannot be made as it is. */
  async begin(): Promise<void> {
    try {
      await this.#connect()
    } catch (error) {
      if (error instanceof ImpossibleRequest) throw error
      this.#end(error as FlowError)
    }
  }

  async next(options: { timeout?: string } = NO_OPTIONS): Promise<StreamItem | undefined> {
    checkFields(options, NEXT_FIELDS)
    const { timeout } = options
    const timeoutMs = timeout === undefined ? this.#settings.timeoutMs : timeMs('timeout', timeout)
    try {
      return await this.#inbox.next(any, { nowMs: this.#settings.now(), timeoutMs })
    } catch (error) {
      if (error === END) return undefined
      throw error
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamItem, void> {
    try {
      for (let item = await this.#nextOrFail(); item !== undefined; item = await this.#nextOrFail())
        yield item
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    this.#end(undefined)
  }

  read(bytes: Uint8Array): void {
    this.#decoder?.write(bytes)
  }

  /** Nobody goes on after a loop that ended: a stream that fell silent has failed then. */
  async #nextOrFail(): Promise<StreamItem | undefined> {
    try {
      return await this.next()
    } catch (error) {
      this.#end(error as FlowError)
      throw error
    }
  }

  /** Makes the request. Resolves when the answer begins; rejects with a `FlowError` where it is none of the kind. */
  #connect(): Promise<void> {
    const { send, now } = this.#settings
    this.#calledAtMs = now()
    this.#head = undefined
    this.#broken = undefined
    return new Promise((resolve, reject) => {
      this.#onHead = resolve
      const sending = send(
        this.lastEventId,
        (head) => this.#take(head),
        () => this.#over,
      )
      sending.then(
        (exchange) => (this.#head ? this.#landed(exchange) : reject(this.#refusal(exchange))),
        reject,
      )
    })
  }

  #refusal({ status, headers, error, errorMessage }: ExchangeRecord): FlowError {
    if (this.#openedAtMs === undefined) {
      this.status = status
      this.headers = headers
    }
    if (error !== undefined) return new FlowError(error, errorMessage)
    const type = headers['content-type'] ?? 'no content type'
    return new StreamRefused(`answered ${status} with ${type}, which is no stream of ${this.#settings.kind}`)
  }

  #take(head: ResponseHead): BodyReader | undefined {
    const { kind, maxItemBytes, now, isExpected, events } = this.#settings
    if (!isExpected(head.status) || (kind === 'events' && !isEventStream(head))) return undefined
    this.#head = head
    if (this.#openedAtMs === undefined) {
      this.status = head.status
      this.headers = head.headers
      this.ok = true
      this.#openedAtMs = head.sentAtMs
      events.onOpened()
    }
    this.#lastItemAtMs = undefined
    this.#reader = createItemReader({
      ...{ kind, maxItemBytes, now, lastEventId: this.lastEventId },
      onItem: (item) => this.#deliver(item, head),
    })
    this.#decoder = new BodyDecoder(
      head.header('content-encoding'),
      (bytes) => this.#push(bytes),
      (failure) => this.#break(failure),
    )
    this.#onHead?.()
    return this
  }

  #push(bytes: Uint8Array): void {
    if (this.#over || this.#broken || this.#reader?.push(bytes)) return
    const { maxItemBytes } = this.#settings
    this.#break(
      new FlowError('message_too_large', `a part of the stream is longer than ${maxItemBytes} bytes`),
    )
  }

  /** What came cannot be read on, even where all of it has come. */
  #break(failure: Error): void {
    this.#broken ??= asFlowError(failure)
    this.#head?.cut(this.#broken)
    this.#decoder?.destroy()
  }

  #deliver(item: StreamItem, head: ResponseHead): void {
    if (this.#over || this.#broken) return
    const { events, lagMs, pushedAt } = this.#settings
    const atMs = item.receivedAtMs
    if (this.#lastItemAtMs === undefined)
      events.onFirstItem(atMs - head.sentAtMs, atMs - this.#calledAtMs + lagMs)
    events.onItem(this.#lastItemAtMs === undefined ? undefined : atMs - this.#lastItemAtMs)
    this.#lastItemAtMs = atMs
    try {
      const pushedAtMs = pushTime(pushedAt?.(item))
      if (pushedAtMs !== undefined) events.onPush(atMs - pushedAtMs)
    } catch (error) {
      this.#break(error as Error)
      return
    }
    this.#inbox.deliver(item)
  }

  /** The body of an answer that was read is over. */
  async #landed({ error, errorMessage }: ExchangeRecord): Promise<void> {
    if (error === undefined) await this.#decoder?.end()
    const failure = this.#broken ?? (error === undefined ? undefined : new FlowError(error, errorMessage))
    if (this.#over) return
    if (failure) this.#decoder?.destroy()
    else this.#reader?.end()
    this.#retryMs = this.#reader?.retryMs ?? this.#retryMs
    const plan = reconnectPlan(this.#settings.reconnect)
    if (plan && error !== 'interrupted') await this.#reconnect(plan, failure)
    else this.#end(failure)
  }

  async #reconnect(
    plan: NonNullable<ReturnType<typeof reconnectPlan>>,
    failure: FlowError | undefined,
  ): Promise<void> {
    const { seed, now, signal, events } = this.#settings
    const firstMs = this.#retryMs ?? plan.firstMs
    const longestMs = Math.max(plan.longestMs, firstMs)
    let refused = false
    try {
      const { lostMs } = await reopen(
        { ...plan, firstMs, longestMs },
        { lost: failure ?? END, seed, now, signal, isOver: () => this.#over || refused },
        () =>
          this.#connect().catch((error) => {
            // What answers, and with something else, will not become a stream by asking again.
            refused = error instanceof StreamRefused
            throw error
          }),
      )
      events.onReconnected(lostMs)
    } catch (error) {
      this.#end(signal.aborted ? new FlowError('interrupted') : (error as FlowError))
    }
  }

  /** The last thing that happens to it, once. */
  #end(failure: FlowError | undefined): void {
    if (this.#over) return
    this.#over = true
    const { now, events } = this.#settings
    const durationMs = this.#openedAtMs === undefined ? undefined : now() - this.#openedAtMs
    if (failure) this.error = failure.errorClass
    if (durationMs === undefined) this.ok = false
    this.#inbox.close(failure ?? END)
    events.onOver(durationMs, failure)
    this.#head?.cut(failure ?? END)
    this.#decoder?.destroy()
  }
}

/** A server says with 204 that there is nothing to come back for (HTML standard, section 9.2.3). */
function isEventStream(head: ResponseHead): boolean {
  return head.status !== 204 && /^text\/event-stream\b/i.test(head.header('content-type') ?? '')
}

class StreamRefused extends FlowError {
  constructor(message: string) {
    super('stream_refused', message)
  }
}
