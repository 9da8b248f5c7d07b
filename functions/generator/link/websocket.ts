import type { Socket } from 'node:net'
import { type RawData, WebSocket } from 'ws'
import { FlowError } from '../../../lib/core/flow.ts'
import { endpointOf } from '../endpoint.ts'
import { asFlowError, errorClassOf, errorMessageOf } from '../error-class.ts'
import { dial } from '../http/dial.ts'
import type { TargetGuard } from '../target-guard.ts'
import type { TlsOptions } from '../tls-options.ts'
import { opening } from './opening.ts'
import type { Opened, OpenWire, Wire, WireListener } from './wire.ts'

interface WebSocketOptions {
  /** `ws:` or `wss:` */
  url: string
  /** Those of the present moment: cookies may change until the next connection. */
  headers: () => Readonly<Record<string, string>>
  protocols?: readonly string[] | undefined
  maxMessageBytes: number
  guard: TargetGuard
  tls: TlsOptions
  now: () => number
}

/** Normal closure, going away, none given (RFC 6455 section 7.4.1). */
const GOOD_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** A WebSocket that knows its wire: its listeners need no closures of their own, of which many connections would make many. */
class WiredSocket extends WebSocket {
  wire: WebSocketWire | undefined
  connection: Socket | undefined
}

/** `ws_refused` where the server answers anything but an upgrade, else the class of what failed. */
export function webSocketOpener(options: WebSocketOptions): OpenWire {
  const url = new URL(options.url)
  return (listener, timeoutMs, signal) =>
    opening<Opened>({ timeoutMs, signal, timeoutClass: 'timeout' }, (opened, failed) => {
      options.guard.checkUrl(url)
      const socket = connect(options, url)
      // Stays where the opening is given up: the socket has an error to tell then.
      socket.on('error', (error) => failed(new FlowError(openingClassOf(error), errorMessageOf(error))))
      socket.once('unexpected-response', (_request, response) =>
        failed(new FlowError('ws_refused', `answered ${response.statusCode} instead of opening a WebSocket`)),
      )
      // The first messages may come with the answer to the upgrade: somebody has to listen at once.
      socket.once('open', () => {
        socket.removeAllListeners()
        opened({ wire: new WebSocketWire(socket, listener) })
      })
      return () => socket.terminate()
    })
}

/** What is wrong with an answer to the upgrade comes in words alone. */
function openingClassOf(error: unknown): string {
  const errorClass = errorClassOf(error)
  return errorClass === 'error' ? 'ws_refused' : errorClass
}

/** A mask of zeros leaves the bytes as they are: masking protects proxies from scripts, and there are none here. */
const NO_MASK = (): undefined => undefined
const NOTHING = (): undefined => undefined

function connect(
  { headers, protocols = [], maxMessageBytes, guard, tls, now }: WebSocketOptions,
  url: URL,
): WiredSocket {
  let connection: Socket | undefined
  const socket = new WiredSocket(url, [...protocols], {
    headers: { ...headers() },
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    generateMask: NO_MASK,
    createConnection: () => {
      connection = dial({ ...endpointOf(url), onSession: NOTHING, lookup: guard.lookup, now, tls }, NOTHING)
      return connection
    },
  })
  socket.connection = connection
  return socket
}

class WebSocketWire implements Wire {
  readonly #socket: WiredSocket
  readonly #listener: WireListener
  #failure: FlowError | undefined

  constructor(socket: WiredSocket, listener: WireListener) {
    this.#socket = socket
    this.#listener = listener
    socket.wire = this
    socket.on('message', onMessage)
    socket.on('error', onError)
    socket.on('close', onClose)
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(data: string | Uint8Array): number {
    const isBinary = typeof data !== 'string'
    const bytes = isBinary ? data : Buffer.from(data)
    this.#socket.send(bytes, { binary: isBinary })
    return bytes.byteLength
  }

  end(): void {
    this.close()
  }

  close(code = 1000, reason?: string): void {
    this.#socket.close(code, reason)
  }

  destroy(): void {
    this.#socket.terminate()
  }

  took(bytes: Buffer, isBinary: boolean): void {
    this.#listener.onMessage(bytes, isBinary, bytes.byteLength)
  }

  failed(error: Error): void {
    this.#failure ??= asFlowError(error)
  }

  ended(code: number): void {
    // The WebSocket itself does not tell what went wrong below it.
    const below = this.#socket.connection?.errored
    if (below) this.failed(below)
    const reason = `the WebSocket was closed with code ${code}`
    const failure = this.#failure ?? (GOOD_CODES.has(code) ? undefined : new FlowError('ws_closed', reason))
    this.#listener.onClosed(reason, failure)
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as WiredSocket).wire?.took(data as Buffer, isBinary)
}

function onError(this: WebSocket, error: Error): void {
  ;(this as WiredSocket).wire?.failed(error)
}

function onClose(this: WebSocket, code: number): void {
  ;(this as WiredSocket).wire?.ended(code)
}
