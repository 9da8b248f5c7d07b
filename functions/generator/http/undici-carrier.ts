import type { Socket } from 'node:net'
import { Client } from 'undici'
import type {
  AnswerHeaders,
  CarriedRequest,
  Carrier,
  CarrierHandler,
  CarrierKind,
  Opener,
} from './carrier.ts'

/** A server that says how long it keeps idle connections is believed, less this. */
const KEEP_ALIVE_MARGIN_MS = 1_000
const KEEP_ALIVE_MS = 60_000
const MAX_HEADER_BYTES = 65_536

/** Streams of one connection, and what a server may have sent on all of them, or on one, before anybody has read it. */
const STREAMS = 100
const WINDOW_BYTES = 1_048_576

type RawHeaders = Record<string, string | string[] | undefined>

/** HTTP/1.1 as undici reads and writes it. */
export const UNDICI: CarrierKind = {
  alpn: ['http/1.1'],
  streams: 1,
  maker: () => (origin, opener) => new UndiciCarrier(origin, opener, false),
}

/** HTTP/2, or HTTP/1.1 where a TLS server knows nothing better. Without TLS the server has to know HTTP/2. */
export const HTTP2: CarrierKind = {
  alpn: ['h2', 'http/1.1'],
  streams: STREAMS,
  maker: () => (origin, opener) => new UndiciCarrier(origin, opener, true),
}

/** A connection kept by undici. */
class UndiciCarrier implements Carrier {
  readonly #client: Client
  #socket: Socket | undefined

  constructor(origin: string, opener: Opener, allowH2: boolean) {
    this.#client = new Client(origin, {
      connect: ({ servername }, done) =>
        opener.open(servername || undefined, (error, socket) => {
          this.#socket = socket ?? undefined
          if (!socket) done(error as Error, null)
          else done(null, allowH2 ? speaking(socket) : socket)
        }),
      allowH2,
      ...(allowH2 && { h2Options: { maxConcurrentStreams: STREAMS, connectionWindowSize: WINDOW_BYTES } }),
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
    this.#client.dispatch(
      { method, path, headers, body: body ?? null, reset: false },
      {
        onRequestStart: (controller) => handler.onRequestStart(controller),
        onResponseStarted: () => handler.onResponseStarted(),
        onResponseStart: (controller, status, raw) =>
          handler.onResponseStart(controller, status, new RawAnswerHeaders(raw)),
        onResponseData: (controller, chunk) => handler.onResponseData(controller, chunk),
        onResponseEnd: () => handler.onResponseEnd(),
        onResponseError: (controller, error) => handler.onResponseError(controller, error),
      },
    )
  }

  async destroy(): Promise<void> {
    await this.#client.destroy()
  }
}

/** Undici asks a socket what it speaks; one without TLS has agreed on nothing, and speaks HTTP/2 from its first byte. */
function speaking(socket: Socket): Socket {
  return 'alpnProtocol' in socket ? socket : Object.assign(socket, { alpnProtocol: 'h2' })
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
