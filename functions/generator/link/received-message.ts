import { FlowError, type SocketMessage } from '../../../lib/core/flow.ts'

const utf8 = new TextDecoder()

/** A message as it was read; text is decoded, and JSON parsed, when it is looked at, and once. */
export class ReceivedMessage implements SocketMessage {
  readonly receivedAtMs: number
  #data: string | Uint8Array
  readonly #isBinary: boolean
  #json: unknown

  /** Bytes that are not binary are text. */
  constructor(data: string | Uint8Array, isBinary: boolean, receivedAtMs: number) {
    this.#data = data
    this.#isBinary = isBinary
    this.receivedAtMs = receivedAtMs
  }

  get data(): string | Uint8Array {
    if (!this.#isBinary && typeof this.#data !== 'string') this.#data = utf8.decode(this.#data)
    return this.#data
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
