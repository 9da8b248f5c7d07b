import type { CarriedRequest } from '../http/carrier.ts'
import {
  checkLine,
  KnownHeaders,
  type RequestHeaders,
  readHeaders,
  tellsLength,
} from '../http/request-headers.ts'
import { ClosingHabits } from '../http/stale.ts'

/** What the headers of a request come to on the wire. */
export interface HeaderBlock extends Pick<RequestHeaders, 'closes' | 'statedLength'> {
  /** From the host to the last one of the flow; the length of the body is not among them. */
  readonly text: string
}

/** Writes the heads of requests to one origin. */
export class RequestHeads {
  readonly habits = new ClosingHabits()
  readonly #host: string
  readonly #known = new KnownHeaders((headers) => this.#write(readHeaders(headers)))

  /** `host`: name and port as the origin has them. */
  constructor(host: string) {
    this.#host = host
  }

  /** Frozen headers are read once. Throws a `FlowError` of class `bad_request_options`. */
  headersOf(headers: CarriedRequest['headers']): HeaderBlock {
    return this.#known.of(headers)
  }

  #write({ fields, host, closes, statedLength }: RequestHeaders): HeaderBlock {
    let text = `host: ${host ?? this.#host}\r\nconnection: ${closes ? 'close' : 'keep-alive'}\r\n`
    for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
    return { text, closes, statedLength }
  }
}

/** The head of a request with its empty line. Throws a `FlowError` of class `bad_request_options`. */
export function headOf(
  request: CarriedRequest,
  { text, statedLength }: HeaderBlock,
  bodyBytes: number,
): string {
  checkLine(request)
  const { method, path } = request
  const length = tellsLength(method, bodyBytes, statedLength) ? `content-length: ${bodyBytes}\r\n` : ''
  return `${method} ${path} HTTP/1.1\r\n${text}${length}\r\n`
}
