import { badOption, isPlainObject, shownName } from '../../../lib/core/base/refusal.ts'
import { type HttpVersion, nameFault, valueFault } from '../../../lib/core/scenario/flow/header-rules.ts'
import { textOf, textPairs } from '../../../lib/core/scenario/flow/texts.ts'
import type { WireRequest } from '../contract/exchange-record.ts'

type Headers = WireRequest['headers']

const MAX_KNOWN = 1_000
/** Their meaning is that of the whole message: two of them would be two meanings. */
const ONCE: ReadonlySet<string> = new Set([
  ...['authorization', 'connection', 'content-length', 'content-type', 'host', 'proxy-authorization'],
])

/** Takes the headers that flows hand in. */
export class FlowHeaders {
  readonly #version: HttpVersion
  /** As written by flows, to what is sent. */
  readonly #known = new Map<string, string>()

  constructor(version: HttpVersion) {
    this.#version = version
  }

  /** A flow's own headers over those that are there already. Throws a `FlowError` of class `bad_request_options`. */
  over(standing: Headers, own: unknown): Headers {
    const headers: Record<string, string> = { ...standing }
    if (isPlainObject(own))
      for (const written of Object.keys(own)) {
        const value = own[written]
        if (value !== undefined) this.#put(headers, written, value)
      }
    else this.#putPairs(headers, textPairs('headers', own))
    return headers
  }

  #put(headers: Record<string, string>, written: string, value: unknown): void {
    const name = this.#known.get(written) ?? this.#nameOf(written)
    if (Array.isArray(value)) this.#putPairs(headers, textPairs('headers', { [name]: value }))
    else
      headers[name] = this.#checked(name, typeof value === 'string' ? value : textOf('headers', name, value))
  }

  /** A name that comes again is repeated. */
  #putPairs(headers: Record<string, string>, pairs: readonly string[]): void {
    const seen = new Set<string>()
    for (let i = 0; i < pairs.length; i += 2) {
      const name = this.#nameOf(pairs[i] as string)
      const value = this.#checked(name, pairs[i + 1] as string)
      headers[name] = seen.has(name) ? this.#repeated(name, headers[name] as string, value) : value
      seen.add(name)
    }
  }

  #repeated(name: string, before: string, value: string): string {
    if (ONCE.has(name)) throw badOption(`headers.${name}`, [before, value], 'one value')
    return `${before}${name === 'cookie' ? '; ' : '\n'}${value}`
  }

  #checked(name: string, value: string): string {
    const allowed = valueFault(name, value, this.#version)
    if (allowed !== undefined) throw badOption(`headers.${name}`, value, allowed)
    return value
  }

  #nameOf(written: string): string {
    const name = written.toLowerCase()
    const allowed = nameFault(name, this.#version)
    if (allowed !== undefined) throw badOption(`a name in headers, ${shownName(written)},`, written, allowed)
    if (this.#known.size < MAX_KNOWN) this.#known.set(written, name)
    return name
  }
}
