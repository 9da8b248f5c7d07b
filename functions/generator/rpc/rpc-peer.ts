import { LongTimer } from '../../../lib/adapters/clock/long-timer.ts'
import { badOption } from '../../../lib/core/base/refusal.ts'
import {
  INTERNAL_ERROR,
  METHOD_NOT_FOUND,
  parseRpc,
  RpcError,
  type RpcMessage,
} from '../../../lib/core/protocol/json-rpc.ts'
import { checkHasJson, jsonText } from '../../../lib/core/scenario/flow/json-text.ts'
import { nameText } from '../../../lib/core/scenario/flow/name.ts'
import { timeMs } from '../../../lib/core/scenario/flow/time.ts'
import {
  FlowError,
  type JsonRpcOptions,
  type MessageId,
  type RpcBatchEntry,
  type RpcCallOptions,
  type RpcNotification,
  type RpcOutcome,
  type VirtualRpc,
} from '../../../lib/core/scenario/flow.ts'
import { pushTime } from '../messages/flow-answers.ts'
import { any, Inbox } from '../messages/inbox.ts'
import { asFlowError, errorMessageOf } from '../metering/error-class.ts'
import type { Deadlines } from '../time/deadlines.ts'
import { checkBatch, checkCall, checkReceive } from './flow-calls.ts'
import { PendingCalls } from './pending-calls.ts'
import type { RpcEvents } from './rpc-meter.ts'
import type { RpcTransport } from './rpc-transport.ts'

export interface PeerSettings extends Pick<JsonRpcOptions, 'onNotification' | 'onRequest' | 'pushedAt'> {
  /** Of a call or a wait that says nothing else. */
  timeoutMs: number
  now: () => number
  events: RpcEvents
  /** Where calls wait for their answers, and readers for notifications. */
  deadlines: Deadlines
}

interface ReceivedNotification extends RpcNotification {
  sizeBytes: number
}

const NO_OPTIONS = Object.freeze({})
const INBOX = { timeoutClass: 'rpc_timeout', sizeOf: ({ sizeBytes }: ReceivedNotification) => sizeBytes }

/** A JSON-RPC 2.0 peer over whatever transport: the same correlation of calls and answers for all of them. */
export class RpcPeer implements VirtualRpc {
  readonly #settings: PeerSettings
  readonly #pending: PendingCalls
  readonly #inbox: Inbox<ReceivedNotification>
  #transport: RpcTransport | undefined
  /** Calls wait for this: the connection is open, but not ready yet. */
  #gate: Promise<void> | undefined
  #nextId = 1

  constructor(settings: PeerSettings) {
    this.#settings = settings
    this.#pending = new PendingCalls(settings.events, settings.deadlines)
    this.#inbox = new Inbox(INBOX, settings.onNotification === undefined, settings)
  }

  get open(): boolean {
    return this.#transport?.open ?? false
  }

  use(transport: RpcTransport): void {
    this.#transport = transport
  }

  call<Result = unknown>(
    method: string,
    params?: unknown,
    options: RpcCallOptions = NO_OPTIONS,
  ): Promise<Result> {
    try {
      checkCall(method, params, options)
      const { timeout } = options
      const name = options.name === undefined ? method : nameText('name', options.name, badOption)
      const timeoutMs = this.#timeoutMs(timeout)
      const ready = this.#whenReady(timeoutMs)
      const answer = ready
        ? ready.then(() => this.callNow(method, params, name, timeoutMs))
        : this.callNow(method, params, name, timeoutMs)
      return answer as Promise<Result>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Calls without waiting until the peer is ready. */
  callNow(
    method: string,
    params: unknown,
    name = method,
    timeoutMs = this.#settings.timeoutMs,
  ): Promise<unknown> {
    const id = this.#nextId++
    const text = textOf({ jsonrpc: '2.0', id, method, params })
    const answer = this.#pending.add({ id, name, sentAtMs: this.#settings.now(), timeoutMs })
    this.#send(text, [id], timeoutMs)
    return answer
  }

  async notify(method: string, params?: unknown): Promise<void> {
    checkCall(method, params)
    await this.#whenReady(this.#settings.timeoutMs)
    await this.notifyNow(method, params)
  }

  async notifyNow(method: string, params?: unknown): Promise<void> {
    const { timeoutMs } = this.#settings
    await this.#carry(textOf({ jsonrpc: '2.0', method, params }), [], timeoutMs)
  }

  async batch(
    entries: readonly RpcBatchEntry[],
    options: { timeout?: string } = NO_OPTIONS,
  ): Promise<RpcOutcome[]> {
    checkBatch(entries, options)
    const timeoutMs = this.#timeoutMs(options.timeout)
    await this.#whenReady(timeoutMs)
    const calls = entries.map((entry) => ({ ...entry, ...(entry.notify !== true && { id: this.#nextId++ }) }))
    const text = textOf(calls.map(({ id, method, params }) => ({ jsonrpc: '2.0', id, method, params })))
    const sentAtMs = this.#settings.now()
    const asked = calls.flatMap(({ id, method }) => (id === undefined ? [] : [{ id, method }]))
    const answers = asked.map(({ id, method }) =>
      this.#pending.add({ id, name: method, sentAtMs, timeoutMs }),
    )
    this.#send(
      text,
      asked.map(({ id }) => id),
      timeoutMs,
    )
    return Promise.all(answers.map(outcomeOf))
  }

  async receive(options: { method?: string; timeout?: string } = NO_OPTIONS): Promise<RpcNotification> {
    checkReceive(options)
    const { method, timeout } = options
    const match = method === undefined ? any : (told: RpcNotification): boolean => told.method === method
    const { sizeBytes: _, ...notification } = await this.#inbox.next(match, {
      nowMs: this.#settings.now(),
      timeoutMs: this.#timeoutMs(timeout),
    })
    return notification
  }

  async close(): Promise<void> {
    await this.#transport?.close()
    this.lost(new FlowError('rpc_closed', 'the peer was closed'), true)
  }

  /**
   * Takes a text that came. `ids`: those of the calls it can only answer, where the transport knows them. Throws a `FlowError` of
   * class `malformed_message`.
   */
  take(text: string, receivedAtMs: number, ids: readonly MessageId[] = []): void {
    for (const message of parseRpc(text)) this.#takeOne(message, text.length, receivedAtMs, ids)
  }

  /** The connection is lost: nothing that was sent will be answered. */
  lost(reason: FlowError, forGood: boolean): void {
    this.#pending.failAll(reason)
    if (forGood) this.#inbox.close(reason)
    else this.#inbox.fail(reason)
  }

  /** Lets calls wait until this is done. */
  gate(until: Promise<void>): void {
    const gate = until.finally(() => {
      if (this.#gate === gate) this.#gate = undefined
    })
    gate.catch(() => undefined)
    this.#gate = gate
  }

  #takeOne(message: RpcMessage, sizeBytes: number, receivedAtMs: number, ids: readonly MessageId[]): void {
    switch (message.kind) {
      case 'result':
        this.#pending.settle(message.id, receivedAtMs, undefined, message.result)
        return
      case 'error':
        // An error without an id answers what it came back for.
        for (const id of message.id === null ? ids : [message.id])
          this.#pending.settle(id, receivedAtMs, message.error)
        return
      case 'request':
        void this.#answer(message.id, message.method, message.params)
        return
      case 'notification':
        this.#tell({ method: message.method, params: message.params, receivedAtMs, sizeBytes })
    }
  }

  #tell(notification: ReceivedNotification): void {
    const { events, onNotification, pushedAt } = this.#settings
    events.onNotification(notification.method)
    const pushedAtMs = pushTime(pushedAt?.(notification))
    if (pushedAtMs !== undefined) events.onPush(notification.method, notification.receivedAtMs - pushedAtMs)
    onNotification?.(notification)
    this.#inbox.deliver(notification)
  }

  /** The peer asks, too: it gets a result or an error, and always an answer. */
  async #answer(id: MessageId, method: string, params: unknown): Promise<void> {
    const { onRequest, timeoutMs } = this.#settings
    let text: string
    try {
      const outcome = onRequest
        ? { result: (await onRequest(method, params)) ?? null }
        : { error: { code: METHOD_NOT_FOUND, message: `no method ${method} here` } }
      if ('result' in outcome) checkHasJson('the result', outcome.result)
      text = textOf({ jsonrpc: '2.0', id, ...outcome })
    } catch (error) {
      text = errorText(id, error)
    }
    try {
      await this.#carry(text, [], timeoutMs)
    } catch {
      // Where the connection is lost meanwhile, the peer sees that by itself.
    }
  }

  #send(text: string, ids: readonly MessageId[], timeoutMs: number): void {
    try {
      this.#carry(text, ids, timeoutMs)?.catch((error) => this.#notSent(ids, error))
    } catch (error) {
      this.#notSent(ids, error)
    }
  }

  #notSent(ids: readonly MessageId[], error: unknown): void {
    const reason = asFlowError(error)
    for (const id of ids) this.#pending.fail(id, reason)
  }

  #carry(text: string, ids: readonly MessageId[], timeoutMs: number): Promise<void> | undefined {
    if (!this.#transport) throw new FlowError('rpc_closed', 'the peer is not open')
    return this.#transport.send(text, ids, timeoutMs)
  }

  /** Nothing where it is ready now. */
  #whenReady(timeoutMs: number): Promise<void> | undefined {
    const opening = this.#transport?.whenOpen(timeoutMs)
    if (opening === undefined && this.#gate === undefined) return undefined
    return this.#ready(opening, timeoutMs)
  }

  async #ready(opening: Promise<void> | undefined, timeoutMs: number): Promise<void> {
    await opening
    if (!this.#gate) return
    const late = Promise.withResolvers<never>()
    const error = new FlowError('rpc_timeout', `not ready again within ${timeoutMs} ms`)
    const timer = new LongTimer(timeoutMs, () => late.reject(error))
    try {
      await Promise.race([this.#gate, late.promise])
    } finally {
      timer.clear()
    }
  }

  #timeoutMs(timeout: string | undefined): number {
    return timeout === undefined ? this.#settings.timeoutMs : timeMs('timeout', timeout)
  }
}

function textOf(message: object): string {
  return jsonText('params', message)
}

/** The answer to a request of the peer that failed here; the data of an error may have no JSON. */
function errorText(id: MessageId, error: unknown): string {
  if (error instanceof RpcError) {
    const { code, message, data } = error
    try {
      return textOf({ jsonrpc: '2.0', id, error: { code, message, data } })
    } catch {
      return textOf({ jsonrpc: '2.0', id, error: { code, message } })
    }
  }
  return textOf({ jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message: errorMessageOf(error) } })
}

async function outcomeOf(answer: Promise<unknown>): Promise<RpcOutcome> {
  try {
    return { ok: true, result: await answer }
  } catch (error) {
    return { ok: false, error: asFlowError(error) }
  }
}
