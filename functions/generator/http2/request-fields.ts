import type { CarriedRequest } from '../http/carrier.ts'
import {
  bad,
  checkLine,
  KnownHeaders,
  type RequestHeaders,
  readHeaders,
  tellsLength,
} from '../http/request-headers.ts'
import { type Block, type Field, plainField, SentFields } from './hpack-encoder.ts'
import { TABLE_BYTES } from './static-table.ts'

/** What the headers of a request come to over HTTP/2. */
export interface RequestFields extends Pick<RequestHeaders, 'closes' | 'statedLength'> {
  /** From the scheme and the host to the last one of the flow; the length of the body is not among them. */
  readonly fields: readonly Field[]
  /** They are the same object for other requests, too. */
  readonly last: boolean
}

/** About a connection, which HTTP/2 has other means for (RFC 9113 section 8.2.2). */
const OF_CONNECTIONS: ReadonlySet<string> = new Set(['proxy-connection', 'http2-settings'])

/** Writes the fields of requests to one origin. */
export class OriginFields {
  /** The tables of new connections: one that is filled, and one for servers that want none. */
  readonly table = SentFields.none(TABLE_BYTES)
  readonly noTable = SentFields.none(0)
  readonly #scheme: string
  readonly #host: string
  readonly #known = new KnownHeaders((headers, last) => this.#fieldsOf(readHeaders(headers), last))

  constructor(origin: string) {
    const { protocol, host } = new URL(origin)
    this.#scheme = protocol.slice(0, -1)
    this.#host = host
  }

  /** Frozen headers are read once. Throws a `FlowError` of class `bad_request_options`. */
  headersOf(headers: CarriedRequest['headers']): RequestFields {
    return this.#known.of(headers)
  }

  #fieldsOf({ fields: flat, host, closes, statedLength }: RequestHeaders, last: boolean) {
    const fields: Field[] = [
      [':scheme', this.#scheme],
      [':authority', host ?? this.#host],
    ]
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i] as string
      const value = flat[i + 1] as string
      if (OF_CONNECTIONS.has(name)) throw bad(`a flow cannot set the header ${name}`)
      if (name === 'te' && value !== 'trailers') throw bad(`the header te cannot be ${value}`)
      fields.push([name, value])
    }
    return { fields, last, closes, statedLength }
  }
}

/** Throws a `FlowError` of class `bad_request_options` where a request cannot be made as it is. */
export function checkRequest(
  request: CarriedRequest,
  { statedLength }: RequestFields,
  bodyBytes: number,
): void {
  checkLine(request)
  tellsLength(request.method, bodyBytes, statedLength)
}

/** The whole block of a request that has been checked. */
export function writeRequest(
  { method, path }: CarriedRequest,
  { fields, last }: RequestFields,
  bodyBytes: number,
  sent: SentFields,
): Block {
  const { text, then } = sent.write(fields, last)
  const line = plainField(':method', method) + plainField(':path', path)
  const length = tellsLength(method, bodyBytes, undefined) ? plainField('content-length', `${bodyBytes}`) : ''
  return { text: line + text + length, then }
}
