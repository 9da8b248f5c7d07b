import { FlowError, type SocketMessage } from '../../../lib/core/scenario/flow.ts'

const utf8 = new TextDecoder()

/** A message as it was read; JSON is parsed when it is looked at, and once. */
export class ReceivedMessage implements SocketMessage {
  readonly data: string | Uint8Array
  readonly receivedAtMs: number
  #json: unknown

  constructor(data: string | Uint8Array, receivedAtMs: number) {
    this.data = data
    this.receivedAtMs = receivedAtMs
  }

  json<T = unknown>(): T {
    if (this.#json !== undefined) return this.#json as T
    const { data } = this
    try {
      this.#json = JSON.parse(typeof data === 'string' ? data : utf8.decode(data))
    } catch {
      throw new FlowError('invalid_json', 'a message is no JSON')
    }
    return this.#json as T
  }
}
