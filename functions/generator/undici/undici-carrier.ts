import type { Socket } from 'node:net'
import type { Client } from 'undici'
import { FlowError } from '../../../lib/core/base/flow-error.ts'
import type {
  CarriedRequest,
  Carrier,
  CarrierHandler,
  CarrierKind,
  Opener,
  ResponseHeaders,
} from '../http/carrier.ts'
import { named } from './error-name.ts'
import type { HttpProxy } from './proxy.ts'

/** A server that says how long it keeps idle connections is believed, less this. */
const KEEP_ALIVE_MARGIN_MS = 1_000
const KEEP_ALIVE_MS = 60_000
const MAX_HEADER_BYTES = 65_536

type RawHeaders = Record<string, string | string[] | undefined>

/** HTTP/1.1 as undici reads and writes it, and with it Node's own `fetch`. */
export function undiciKind(MakeClient: typeof Client, proxy?: HttpProxy): CarrierKind {
  return {
    alpn: ['http/1.1'],
    streams: 1,
    forwards: proxy !== undefined,
    maker: () => (origin, opener) => {
      const forwards = proxy !== undefined && origin.startsWith('http:')
      return new UndiciCarrier(MakeClient, origin, opener, forwards ? proxy : undefined)
    },
  }
}

/** A connection kept by undici. */
class UndiciCarrier implements Carrier {
  readonly #client: Client
  /** What stands before a path: the whole origin where a proxy forwards the request. */
  readonly #before: string
  readonly #proxyHeaders: HttpProxy['headers'] | undefined
  #socket: Socket | undefined
  #latest: CarrierHandler | undefined

  constructor(MakeClient: typeof Client, origin: string, opener: Opener, forwardedBy: HttpProxy | undefined) {
    this.#before = forwardedBy ? origin : ''
    this.#proxyHeaders = forwardedBy?.headers
    this.#client = new MakeClient(origin, {
      connect: (_, done) => {
        // After a request that was given up undici would connect again for nothing.
        if (this.#latest?.over !== false) queueMicrotask(() => done(new FlowError('interrupted'), null))
        else
          opener.open((error, socket) => {
            this.#socket = socket ?? undefined
            if (socket) done(null, socket)
            else done(error as Error, null)
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
      {
        method,
        path: this.#before + path,
        headers: this.#proxyHeaders ? { ...headers, ...this.#proxyHeaders } : headers,
        body: body ?? null,
        reset: false,
      },
      {
        onRequestStart: (controller) => handler.onRequestStart(controller),
        onResponseStarted: () => handler.onResponseStarted(),
        onResponseStart: (controller, status, raw) =>
          handler.onResponseStart(controller, status, new RawResponseHeaders(raw)),
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

class RawResponseHeaders implements ResponseHeaders {
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
