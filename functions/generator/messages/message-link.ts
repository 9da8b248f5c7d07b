import { LongTimer } from '../../../lib/adapters/clock/long-timer.ts'
import { reconnectPlan } from '../../../lib/core/scenario/flow/check-options.ts'
import { jsonText } from '../../../lib/core/scenario/flow/json-text.ts'
import { timeMs } from '../../../lib/core/scenario/flow/time.ts'
import {
  FlowError,
  type LinkOptions,
  type ReceiveOptions,
  type SocketMessage,
  type VirtualSocket,
  type VirtualTcp,
} from '../../../lib/core/scenario/flow.ts'
import { isBytes, viewOf } from '../http/flow-bytes.ts'
import { asFlowError } from '../metering/error-class.ts'
import { reopen } from '../net/reopen.ts'
import type { Deadlines } from '../time/deadlines.ts'
import { checkedReceive, pushTime } from './flow-answers.ts'
import { any, Inbox, sizeOfMessage } from './inbox.ts'
import type { LinkEvents } from './link-meter.ts'
import { idOfMessage, idOfRequest } from './message-ids.ts'
import type { MessageTransport, Opened, OpenTransport, TransportListener } from './message-transport.ts'
import { ReceivedMessage } from './received-message.ts'

export interface LinkSettings
  extends Pick<LinkOptions, 'idOf' | 'onMessage' | 'onReconnected' | 'pushedAt' | 'reconnect'> {
  kind: 'ws' | 'tcp'
  /** To open, and to wait for a message where the wait says nothing else. */
  timeoutMs: number
  /** Seed of the pauses before it is opened again. */
  seed: number
  now: () => number
  signal?: AbortSignal | undefined
  events: LinkEvents
  /** Where it waits for messages. */
  deadlines: Deadlines
  /** The connection is lost; where not for good, it is being opened again. */
  onLost?: (reason: FlowError, forGood: boolean) => void
}

const INBOXES = {
  ws: { timeoutClass: 'ws_timeout', sizeOf: sizeOfMessage },
  tcp: { timeoutClass: 'tcp_timeout', sizeOf: sizeOfMessage },
}
const NO_OPTIONS: ReceiveOptions = Object.freeze({})
const MESSAGE = 'the message'
const CLOSE_WITHIN_MS = 1_000
/** A peer that reads slower than the user sends may not fill the generator. */
const MAX_UNSENT_BYTES = 16_777_216

/** A connection of one user that carries messages both ways, over whatever wire. */
export class MessageLink implements VirtualSocket, VirtualTcp, TransportListener {
  readonly #settings: LinkSettings
  /** Kept where it is opened again. */
  #openTransport: OpenTransport | undefined
  readonly #inbox: Inbox<SocketMessage>
  #transport: MessageTransport | undefined
  #openedAtMs = 0
  /** Why it is over, or going to be. */
  #ending: FlowError | undefined
  /** Closed by the user. */
  #closing = false
  /** Nothing more is sent; what comes is still read. */
  #ended = false
  /** Where it was lost and is opened again: resolves when it is open, rejects when it is given up. */
  #reopening: Promise<void> | undefined
  #closed: PromiseWithResolvers<void> | undefined

  constructor(settings: LinkSettings) {
    this.#settings = settings
    this.#inbox = new Inbox<SocketMessage>(INBOXES[settings.kind], settings.onMessage === undefined, settings)
  }

  /** Opens it for the first time. Rejects with a `FlowError`. */
  async begin(openTransport: OpenTransport): Promise<Opened> {
    const { timeoutMs, signal, now, reconnect = false } = this.#settings
    if (reconnect !== false) this.#openTransport = openTransport
    const opened = await openTransport(this, timeoutMs, signal)
    this.#transport = opened.transport
    this.#openedAtMs = now()
    // An object costs less than a function of its own for each connection.
    signal?.addEventListener('abort', this, { once: true })
    return opened
  }

  get open(): boolean {
    return this.#ending === undefined && this.#reopening === undefined && this.#transport?.open === true
  }

  get protocol(): string {
    return this.#transport?.protocol ?? ''
  }

  send(data: string | Uint8Array | object): void {
    this.#send(data, this.#settings.now())
  }

  receive(options: ReceiveOptions = NO_OPTIONS): Promise<SocketMessage> {
    return new Promise((resolve, reject) => {
      const { match = any, timeout } = checkedReceive(options)
      const patience = { nowMs: this.#settings.now(), timeoutMs: this.#timeoutMs(timeout) }
      this.#inbox.read(match, patience, { resolve, reject })
    })
  }

  request(data: string | Uint8Array | object, options: ReceiveOptions = NO_OPTIONS): Promise<SocketMessage> {
    return new Promise((resolve, reject) => {
      const { match, timeout } = checkedReceive(options)
      const timeoutMs = this.#timeoutMs(timeout)
      if (!this.#reopening) {
        this.#request(data, match, timeoutMs, resolve, reject)
        return
      }
      this.whenOpen(timeoutMs)
        .then(() => this.#request(data, match, timeoutMs, resolve, reject))
        .catch(reject)
    })
  }

  /** It was lost, and is being opened again. */
  get reopening(): boolean {
    return this.#reopening !== undefined
  }

  /** Resolves at once where it is open, or when it is again. */
  async whenOpen(timeoutMs: number): Promise<void> {
    const { kind } = this.#settings
    const late = Promise.withResolvers<never>()
    const error = new FlowError(`${kind}_timeout`, `not open again within ${timeoutMs} ms`)
    const timer = new LongTimer(timeoutMs, () => late.reject(error))
    try {
      while (this.#reopening) await Promise.race([this.#reopening, late.promise])
    } finally {
      timer.clear()
    }
  }

  end(): void {
    this.#ended = true
    this.#transport?.end()
  }

  async close(code?: number, reason?: string): Promise<void> {
    if (this.#ending) return
    if (this.#reopening) return this.#over('closed by the user', undefined)
    if (this.#closed === undefined) {
      this.#transport?.close(code, reason)
      this.#closing = true
      this.#closed = Promise.withResolvers()
    }
    const timer = setTimeout(() => this.#transport?.destroy(), CLOSE_WITHIN_MS)
    await this.#closed.promise
    clearTimeout(timer)
  }

  /** The iteration is being interrupted. */
  handleEvent(): void {
    this.#closing = true
    this.#fail(new FlowError('interrupted'))
  }

  onMessage(data: string | Uint8Array, sizeBytes: number): void {
    const { now, events, idOf, onMessage, pushedAt } = this.#settings
    const message = new ReceivedMessage(data, now())
    events.onReceived(sizeBytes, message.receivedAtMs)
    try {
      const id = idOfMessage(message, idOf)
      const pushedAtMs = pushTime(pushedAt?.(message))
      if (pushedAtMs !== undefined) events.onPush(message.receivedAtMs - pushedAtMs)
      if (onMessage) this.#guard(onMessage(message))
      this.#inbox.deliver(message, id)
    } catch (error) {
      this.#failBy(error)
    }
  }

  onClosed(reason: string, failure: FlowError | undefined): void {
    const { kind, onLost, reconnect } = this.#settings
    this.#transport = undefined
    const plan = this.#closing || this.#ended || this.#ending ? undefined : reconnectPlan(reconnect)
    // However politely it was ended: whoever still waits for an answer will not get it.
    const lost = failure ?? new FlowError(`${kind}_closed`, reason)
    if (!plan) {
      this.#over(reason, this.#inbox.asked ? lost : failure)
      return
    }
    this.#inbox.fail(lost)
    onLost?.(lost, false)
    const isOver = (): boolean => this.#ending !== undefined
    const reopening = reopen(plan, { ...this.#settings, lost, isOver }, () => this.#openAgain(lost)).then(
      ({ opened, lostMs }) => this.#reopened(opened, lostMs),
    )
    this.#reopening = reopening
    // Whoever waits sees the failure, too.
    reopening.catch((error) => {
      this.#reopening = undefined
      this.#failBy(error)
    })
  }

  /** The answer may come any time after it was sent. */
  #request(
    data: string | Uint8Array | object,
    match: ReceiveOptions['match'],
    timeoutMs: number,
    resolve: (answer: SocketMessage) => void,
    reject: (error: Error) => void,
  ): void {
    const { now, events, idOf } = this.#settings
    const id = match === undefined ? idOfRequest(data, idOf) : undefined
    const sentAtMs = now()
    this.#send(data, sentAtMs)
    const answered = (answer: SocketMessage): void => {
      events.onRtt(answer.receivedAtMs - sentAtMs, answer.receivedAtMs)
      resolve(answer)
    }
    this.#inbox.expect(match, id, { nowMs: sentAtMs, timeoutMs }, { resolve: answered, reject })
  }

  #send(data: string | Uint8Array | object, atMs: number): void {
    const { kind, events } = this.#settings
    const transport = this.#transport
    if (transport === undefined || !transport.open || this.#closing || this.#ended)
      throw this.#ending ?? new FlowError(`${kind}_closed`, 'the connection is closed')
    if (transport.unsentBytes > MAX_UNSENT_BYTES)
      throw new FlowError(
        'peer_too_slow',
        `the peer has not taken ${transport.unsentBytes} bytes sent before`,
      )
    const written =
      typeof data === 'string' ? data : isBytes(data) ? viewOf(MESSAGE, data) : jsonText(MESSAGE, data)
    events.onSent(transport.send(written), atMs)
  }

  async #openAgain(lost: FlowError): Promise<MessageTransport> {
    const { timeoutMs, signal } = this.#settings
    if (!this.#openTransport) throw new TypeError('a connection that stays lost was opened again')
    const { transport } = await this.#openTransport(this, timeoutMs, signal)
    if (this.#ending === undefined) return transport
    transport.destroy()
    throw lost
  }

  #reopened(transport: MessageTransport, lostMs: number): void {
    const { events, onReconnected } = this.#settings
    this.#transport = transport
    this.#reopening = undefined
    events.onReconnected(lostMs)
    try {
      // What it sends at once goes before the requests that have waited.
      this.#guard(onReconnected?.())
    } catch (error) {
      this.#failBy(error)
    }
  }

  /** A handler that fails later ends its connection, and nothing else. */
  #guard(handled: unknown): void {
    if (handled instanceof Promise) handled.catch((error) => this.#failBy(error))
  }

  #failBy(error: unknown): void {
    this.#fail(asFlowError(error))
  }

  /** Ends it at once; it is not opened again. */
  #fail(failure: FlowError): void {
    const transport = this.#transport
    this.#over(failure.message, failure)
    transport?.destroy()
  }

  /** The last thing that happens to it, once. */
  #over(reason: string, failure: FlowError | undefined): void {
    const { kind, now, events, signal, onLost } = this.#settings
    if (this.#ending === undefined) {
      this.#ending = failure ?? new FlowError(`${kind}_closed`, reason)
      signal?.removeEventListener('abort', this)
      this.#inbox.close(this.#ending)
      onLost?.(this.#ending, true)
      events.onClosed(now() - this.#openedAtMs, this.#closing ? undefined : failure)
    }
    this.#closed?.resolve()
  }

  #timeoutMs(timeout: string | undefined): number {
    return timeout === undefined ? this.#settings.timeoutMs : timeMs('timeout', timeout)
  }
}
