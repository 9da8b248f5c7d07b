import type { Socket } from 'node:net'
import { Client } from 'undici'
import type {
  AnswerHeaders,
  CarriedRequest,
  Carrier,
  CarrierHandler,
  CarrierKind,
  Opener,
} from '../../functions/generator/http/carrier.ts'
import { FlowError } from '../../lib/core/scenario/flow.ts'

/** A server that says how long it keeps idle connections is believed, less this. */
const KEEP_ALIVE_MARGIN_MS = 1_000
const KEEP_ALIVE_MS = 60_000
const MAX_HEADER_BYTES = 65_536

/** What undici's errors are called here. */
const CLASS_BY_CODE: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_CLOSED: 'connection_closed',
  UND_ERR_DESTROYED: 'connection_closed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'connection_closed',
  UND_ERR_INVALID_ARG: 'bad_request_options',
  UND_ERR_HEADERS_OVERFLOW: 'header_too_large',
  HPE_INVALID_EOF_STATE: 'connection_closed',
  HPE_HEADER_OVERFLOW: 'header_too_large',
}

/** What it calls an answer that is none: garbage while idle, an upgrade or a 100 that nobody asked for. */
const BAD_ANSWER = /^bad (?:response|upgrade)$/
/** Its parser names its errors in words alone. */
const PARSER_ERROR = 'HTTPParserError'

type RawHeaders = Record<string, string | string[] | undefined>

/** HTTP/1.1 as undici reads and writes it: a second opinion on what a client makes of answers. */
export const UNDICI: CarrierKind = {
  alpn: ['http/1.1'],
  streams: 1,
  maker: () => (origin, opener) => new UndiciCarrier(origin, opener),
}

/** A connection kept by undici. */
class UndiciCarrier implements Carrier {
  readonly #client: Client
  #socket: Socket | undefined
  #latest: CarrierHandler | undefined

  constructor(origin: string, opener: Opener) {
    this.#client = new Client(origin, {
      connect: (_, done) => {
        // After a request that was given up undici would connect again for nothing.
        if (this.#latest?.over !== false) done(new FlowError('interrupted'), null)
        else
          opener.open((error, socket) => {
            this.#socket = socket ?? undefined
            if (!socket) done(error as Error, null)
            else done(null, socket)
          })
      },
      // The deadline of a request is one for all of it, and kept by its call.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    })
  }

  get readBytes(): number {
    return this.#socket?.bytesRead ?? 0
  }

  get writtenBytes(): number {
    return this.#socket?.bytesWritten ?? 0
  }

  dispatch({ method, path, headers, body }: CarriedRequest, handler: CarrierHandler): void {
    this.#latest = handler
    this.#client.dispatch(
      { method, path, headers, body: body ?? null, reset: false },
      {
        onRequestStart: (controller) => handler.onRequestStart(controller),
        onResponseStarted: () => handler.onResponseStarted(),
        onResponseStart: (controller, status, raw) =>
          handler.onResponseStart(controller, status, new RawAnswerHeaders(raw)),
        onResponseData: (controller, chunk) => handler.onResponseData(controller, chunk),
        onResponseEnd: () => handler.onResponseEnd(),
        onResponseError: (controller, error) => handler.onResponseError(controller, named(error)),
      },
    )
  }

  async destroy(): Promise<void> {
    await this.#client.destroy()
  }
}

/** Errors of the system, and those of opening a connection, keep their names. */
function named(error: Error): Error {
  const errorClass = classOf(error)
  return errorClass === undefined ? error : new FlowError(errorClass, error.message)
}

function classOf(error: Error): string | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'UND_ERR_SOCKET' && BAD_ANSWER.test(error.message)) return 'malformed_response'
  if (error.name === PARSER_ERROR && error.message.includes('EOF')) return 'connection_closed'
  const known = CLASS_BY_CODE[code]
  if (known !== undefined) return known
  return error.name === PARSER_ERROR || code.startsWith('HPE_') ? 'malformed_response' : undefined
}

class RawAnswerHeaders implements AnswerHeaders {
  readonly #raw: RawHeaders

  constructor(raw: RawHeaders) {
    this.#raw = raw
  }

  value(name: string): string | undefined {
    const value = this.#raw[name]
    return typeof value === 'object' ? value.join(name === 'set-cookie' ? '\n' : ', ') : value
  }

  all(): Record<string, string> {
    const names = Object.keys(this.#raw)
    return Object.fromEntries(names.map((name) => [name, this.value(name) ?? '']))
  }
}
