import type { RpcError } from '../../../lib/core/protocol/json-rpc.ts'
import { FlowError, type MessageId } from '../../../lib/core/scenario/flow.ts'
import type { Deadlines, Expiring } from '../time/deadlines.ts'
import type { RpcEvents } from './rpc-meter.ts'

/** A call that waits for its answer. */
class Pending implements Expiring {
  readonly id: MessageId
  readonly name: string
  readonly sentAtMs: number
  readonly timeoutMs: number
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  deadlineAtMs = 0
  earlier: Expiring | undefined
  later: Expiring | undefined
  readonly #calls: PendingCalls

  constructor(
    calls: PendingCalls,
    { id, name, sentAtMs, timeoutMs }: SentCall,
    resolve: (result: unknown) => void,
    reject: (error: Error) => void,
  ) {
    this.#calls = calls
    this.id = id
    this.name = name
    this.sentAtMs = sentAtMs
    this.timeoutMs = timeoutMs
    this.resolve = resolve
    this.reject = reject
  }

  expire(): void {
    const { id, name, timeoutMs } = this
    this.#calls.fail(id, new FlowError('rpc_timeout', `${name} was not answered within ${timeoutMs} ms`))
  }
}

/** A call that is sent now. */
interface SentCall {
  id: MessageId
  name: string
  sentAtMs: number
  timeoutMs: number
}

/** The calls of one peer that wait for their answers, whatever order those come in. */
export class PendingCalls {
  readonly #events: RpcEvents
  readonly #deadlines: Deadlines
  readonly #calls = new Map<MessageId, Pending>()

  constructor(events: RpcEvents, deadlines: Deadlines) {
    this.#events = events
    this.#deadlines = deadlines
  }

  /** The answer to a call. Rejects with an `RpcError`, after the timeout, or when it fails otherwise. */
  add(call: SentCall): Promise<unknown> {
    this.#events.onCall(call.name, call.sentAtMs)
    return new Promise((resolve, reject) => {
      const pending = new Pending(this, call, resolve, reject)
      this.#calls.set(call.id, pending)
      this.#deadlines.add(pending, call.sentAtMs, call.timeoutMs)
    })
  }

  /** An answer to nobody, such as one that comes too late, is left alone. */
  settle(id: MessageId, receivedAtMs: number, error: RpcError | undefined, result?: unknown): void {
    const call = this.#take(id)
    if (!call) return
    this.#events.onAnswer(call.name, receivedAtMs - call.sentAtMs, receivedAtMs, error)
    if (error) call.reject(error)
    else call.resolve(result)
  }

  fail(id: MessageId, reason: FlowError): void {
    const call = this.#take(id)
    if (!call) return
    this.#events.onFailed(call.name, reason)
    call.reject(reason)
  }

  failAll(reason: FlowError): void {
    for (const id of [...this.#calls.keys()]) this.fail(id, reason)
  }

  #take(id: MessageId): Pending | undefined {
    const call = this.#calls.get(id)
    if (!call) return undefined
    this.#deadlines.remove(call, call.timeoutMs)
    this.#calls.delete(id)
    return call
  }
}
