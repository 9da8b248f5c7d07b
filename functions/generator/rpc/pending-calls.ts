import { FlowError, type MessageId } from '../../../lib/core/flow.ts'
import type { RpcError } from '../../../lib/core/json-rpc.ts'
import type { RpcEvents } from './rpc-meter.ts'

/** A call that waits for its answer. */
interface Pending {
  name: string
  sentAtMs: number
  resolve: (result: unknown) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

/** The calls of one peer that wait for their answers, whatever order those come in. */
export class PendingCalls {
  readonly #events: RpcEvents
  readonly #calls = new Map<MessageId, Pending>()

  constructor(events: RpcEvents) {
    this.#events = events
  }

  /** The answer to a call that is sent now. Rejects with an `RpcError`, after the timeout, or when it fails otherwise. */
  add(id: MessageId, name: string, sentAtMs: number, timeoutMs: number): Promise<unknown> {
    this.#events.onCall(name)
    return new Promise((resolve, reject) => {
      const expire = (): void =>
        this.fail(id, new FlowError('rpc_timeout', `${name} was not answered within ${timeoutMs} ms`))
      this.#calls.set(id, { name, sentAtMs, resolve, reject, timer: setTimeout(expire, timeoutMs) })
    })
  }

  /** An answer to nobody, such as one that comes too late, is left alone. */
  settle(id: MessageId, receivedAtMs: number, error: RpcError | undefined, result?: unknown): void {
    const call = this.#take(id)
    if (!call) return
    this.#events.onAnswer(call.name, receivedAtMs - call.sentAtMs, error?.errorClass)
    if (error) call.reject(error)
    else call.resolve(result)
  }

  fail(id: MessageId, reason: FlowError): void {
    const call = this.#take(id)
    if (!call) return
    this.#events.onFailed(call.name, reason.errorClass)
    call.reject(reason)
  }

  failAll(reason: FlowError): void {
    for (const id of [...this.#calls.keys()]) this.fail(id, reason)
  }

  #take(id: MessageId): Pending | undefined {
    const call = this.#calls.get(id)
    clearTimeout(call?.timer)
    this.#calls.delete(id)
    return call
  }
}
