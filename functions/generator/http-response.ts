import { FlowError, type HttpResponse } from '../../lib/core/flow.ts'
import type { Exchange } from './exchange.ts'

const LONGEST_QUOTE = 60
const utf8 = new TextDecoder()

/** An exchange as a flow sees it. */
export class ExchangeResponse implements HttpResponse {
  readonly ok: boolean
  readonly #exchange: Exchange

  /** `ok`: the status was an expected one. */
  constructor(exchange: Exchange, ok: boolean) {
    this.#exchange = exchange
    this.ok = ok
  }

  get status(): number {
    return this.#exchange.status
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#exchange.headers
  }

  get body(): Uint8Array {
    return this.#exchange.body
  }

  get url(): string {
    return this.#exchange.url
  }

  get durationMs(): number {
    return this.#exchange.endedAtMs - this.#exchange.sentAtMs
  }

  get error(): string | undefined {
    return this.#exchange.error
  }

  text(): string {
    return utf8.decode(this.body)
  }

  json<T = unknown>(): T {
    const text = this.text()
    try {
      return JSON.parse(text) as T
    } catch {
      const quote = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
      throw new FlowError(
        'invalid_json',
        `${this.url} answered ${this.status} with no JSON: ${quote || 'an empty body'}`,
      )
    }
  }
}
