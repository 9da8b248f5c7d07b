import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { FlowError } from '../../../lib/core/flow.ts'
import { endpointOf } from '../endpoint.ts'
import { errorClassOf, errorMessageOf } from '../error-class.ts'
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

/** `ws_refused` where the server answers anything but an upgrade, else the class of what failed. */
export function webSocketOpener(options: WebSocketOptions): OpenWire {
  return (listener, timeoutMs, signal) =>
    opening<Opened>({ timeoutMs, signal, timeoutClass: 'timeout' }, (opened, failed) => {
      options.guard.checkUrl(new URL(options.url))
      const { socket, connection } = connect(options)
      const refused = (error: Error): void =>
        failed(new FlowError(openingClassOf(error), errorMessageOf(error)))
      // Stays where the opening is given up: the socket has an error to tell then.
      socket.on('error', refused)
      socket.once('unexpected-response', (_request, response) =>
        failed(new FlowError('ws_refused', `answered ${response.statusCode} instead of opening a WebSocket`)),
      )
      // The first messages may come with the answer to the upgrade: somebody has to listen at once.
      socket.once('open', () => {
        socket.removeAllListeners()
        opened({ wire: new WebSocketWire(socket, connection(), listener) })
      })
      return () => socket.terminate()
    })
}

/** What is wrong with an answer to the upgrade comes in words alone. */
function openingClassOf(error: unknown): string {
  const errorClass = errorClassOf(error)
  return errorClass === 'error' ? 'ws_refused' : errorClass
}

function connect({ url, headers, protocols = [], maxMessageBytes, guard, tls, now }: WebSocketOptions): {
  socket: WebSocket
  connection: () => Socket | undefined
} {
  let connection: Socket | undefined
  const socket = new WebSocket(url, [...protocols], {
    headers: { ...headers() },
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    // A mask of zeros leaves the bytes as they are: masking protects proxies from scripts, and there are none here.
    generateMask: () => undefined,
    createConnection: () => {
      connection = dial(
        { ...endpointOf(new URL(url)), onSession: () => undefined, lookup: guard.lookup, now, tls },
        () => undefined,
      )
      return connection
    },
  })
  return { socket, connection: () => connection }
}

class WebSocketWire implements Wire {
  readonly #socket: WebSocket
  readonly #listener: WireListener
  #failure: FlowError | undefined

  constructor(socket: WebSocket, connection: Socket | undefined, listener: WireListener) {
    this.#socket = socket
    this.#listener = listener
    socket.on('message', (data: Buffer, isBinary) => listener.onMessage(data, isBinary, data.byteLength))
    const fail = (error: Error): void => {
      this.#failure ??= new FlowError(errorClassOf(error), errorMessageOf(error))
    }
    socket.on('error', fail)
    // The WebSocket itself does not tell what went wrong below it.
    connection?.on('error', fail)
    socket.once('close', (code) => this.#end(code))
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

  #end(code: number): void {
    const reason = `the WebSocket was closed with code ${code}`
    const failure = this.#failure ?? (GOOD_CODES.has(code) ? undefined : new FlowError('ws_closed', reason))
    this.#listener.onClosed(reason, failure)
  }
}
