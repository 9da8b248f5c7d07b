import { FlowError, type HttpResponse } from '../../../lib/core/scenario/flow.ts'
import type { ExchangeRecord } from '../contract/exchange-record.ts'
import { ownCopyOf } from '../net/read-into.ts'
import { textOf, utf8TextOf } from './body-text.ts'

const MAX_QUOTE = 60

/** An exchange as a flow sees it. */
export class ExchangeResponse implements HttpResponse {
  readonly ok: boolean
  readonly #exchange: ExchangeRecord
  #body: Uint8Array | undefined

  /** `ok`: the status was an expected one. */
  constructor(exchange: ExchangeRecord, ok: boolean) {
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
    this.#body ??= ownCopyOf(this.#exchange.body)
    return this.#body
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
    return textOf(this.#exchange.body, this.#exchange.header('content-type'))
  }

  json<T = unknown>(): T {
    const text = utf8TextOf(this.#exchange.body)
    try {
      return JSON.parse(text) as T
    } catch {
      const quote = text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text
      throw new FlowError(
        'invalid_json',
        `${this.url} answered ${this.status} with no JSON: ${quote || 'an empty body'}`,
      )
    }
  }
}
