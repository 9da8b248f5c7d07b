import { WebSocket } from 'ws'
import { parseDuration } from '../../lib/core/duration.ts'
import { FlowError, type SocketMessage, type SocketOptions, type VirtualSocket } from '../../lib/core/flow.ts'
import { endpointOf } from './endpoint.ts'
import { errorClassOf, errorMessageOf } from './error-class.ts'
import { dial } from './http/dial.ts'
import { ReceivedMessage, SocketInbox } from './socket-inbox.ts'
import type { TargetGuard } from './target-guard.ts'
import type { TlsOptions } from './tls-options.ts'

/** What the metrics of a socket are made from. */
export interface SocketEvents {
  onSent(sizeBytes: number): void
  onReceived(sizeBytes: number): void
  onRtt(rttMs: number): void
  /** A message was dropped because nobody read it. */
  onDropped(): void
  /** Called once for a socket that was open. `errorClass` where it was not closed in good order. */
  onClosed(sessionMs: number, errorClass?: string): void
}

interface OpenOptions {
  /** `ws:` or `wss:` */
  url: string
  headers: Readonly<Record<string, string>>
  protocols?: readonly string[] | undefined
  /** To open, and to wait for a message where `receive` says nothing else. */
  timeoutMs: number
  onMessage?: SocketOptions['onMessage']
  guard: TargetGuard
  tls: TlsOptions
  now: () => number
  signal?: AbortSignal
  events: SocketEvents
}

const MAX_MESSAGE_BYTES = 10_485_760
const CLOSE_WITHIN_MS = 1_000
/** Normal closure, going away, none given (RFC 6455 section 7.4.1). */
const GOOD_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005])

/**
 * Opens a WebSocket. Rejects with a `FlowError`: `ws_refused` where the server answered anything but an upgrade,
 * else the class of what failed.
 */
export function openSocket(options: OpenOptions): Promise<VirtualSocket> {
  const { url, timeoutMs, signal } = options
  return new Promise((resolve, reject) => {
    let socket: WebSocket | undefined
    const fail = (error: unknown): void => {
      stopWaiting()
      socket?.terminate()
      reject(new FlowError(openingClassOf(error), errorMessageOf(error)))
    }
    const interrupt = (): void => fail(new FlowError('interrupted'))
    const timer = setTimeout(
      () => fail(new FlowError('timeout', `no WebSocket within ${timeoutMs} ms`)),
      timeoutMs,
    )
    const stopWaiting = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
    }
    if (signal?.aborted) return interrupt()
    signal?.addEventListener('abort', interrupt, { once: true })
    try {
      options.guard.checkUrl(new URL(url))
      socket = connect(options)
    } catch (error) {
      return fail(error)
    }
    const opening = socket
    opening.on('error', fail)
    opening.on('unexpected-response', (_request, response) =>
      fail(new FlowError('ws_refused', `answered ${response.statusCode} instead of opening a WebSocket`)),
    )
    // The first messages may come with the answer to the upgrade: nothing may be read before somebody listens.
    opening.once('open', () => {
      stopWaiting()
      opening.off('error', fail)
      resolve(new UserSocket(opening, options))
    })
  })
}

/** What is wrong with an answer to the upgrade comes in words alone. */
function openingClassOf(error: unknown): string {
  const errorClass = errorClassOf(error)
  return errorClass === 'error' ? 'ws_refused' : errorClass
}

function connect({ url, headers, protocols = [], guard, tls, now }: OpenOptions): WebSocket {
  return new WebSocket(url, [...protocols], {
    headers: { ...headers },
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    // A mask of zeros leaves the bytes as they are: masking protects proxies from scripts, and there are none here.
    generateMask: () => undefined,
    createConnection: () =>
      dial(
        {
          ...endpointOf(new URL(url)),
          onSession: () => undefined,
          lookup: guard.lookup,
          now,
          tls,
        },
        () => undefined,
      ),
  })
}

/** An open WebSocket of one user. */
class UserSocket implements VirtualSocket {
  readonly #socket: WebSocket
  readonly #options: OpenOptions
  readonly #inbox: SocketInbox
  readonly #openedAtMs: number
  readonly #closed: Promise<void>
  #closing = false
  #errorClass: string | undefined

  constructor(socket: WebSocket, options: OpenOptions) {
    const { events, now, onMessage, signal } = options
    this.#socket = socket
    this.#options = options
    this.#inbox = new SocketInbox(onMessage === undefined, events.onDropped)
    this.#openedAtMs = now()
    socket.on('message', (data, isBinary) => this.#read(data as Buffer, isBinary))
    socket.on('error', (error) => {
      this.#errorClass = errorClassOf(error)
    })
    const interrupt = (): void => this.#interrupt()
    signal?.addEventListener('abort', interrupt, { once: true })
    this.#closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        signal?.removeEventListener('abort', interrupt)
        this.#end(code)
        resolve()
      })
    })
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  send(data: string | Uint8Array | object): void {
    if (!this.open) throw new FlowError('ws_closed', 'the WebSocket is closed')
    const bytes =
      data instanceof Uint8Array ? data : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data))
    this.#socket.send(bytes, { binary: data instanceof Uint8Array })
    this.#options.events.onSent(bytes.byteLength)
  }

  async receive({
    match = any,
    timeout,
  }: {
    match?: (message: SocketMessage) => boolean
    timeout?: string
  } = {}): Promise<SocketMessage> {
    return this.#inbox.next(match, this.#timeoutMs(timeout))
  }

  async request(
    data: string | Uint8Array | object,
    { match, timeout }: { match: (message: SocketMessage) => boolean; timeout?: string },
  ): Promise<SocketMessage> {
    const timeoutMs = this.#timeoutMs(timeout)
    const sentAtMs = this.#options.now()
    this.send(data)
    const answer = await this.#inbox.wait(match, timeoutMs)
    this.#options.events.onRtt(answer.receivedAtMs - sentAtMs)
    return answer
  }

  async close(code = 1000, reason?: string): Promise<void> {
    this.#socket.close(code, reason)
    this.#closing = true
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_WITHIN_MS)
    await this.#closed
    clearTimeout(timer)
  }

  #read(bytes: Buffer, isBinary: boolean): void {
    const { now, events, onMessage } = this.#options
    const message = new ReceivedMessage(bytes, isBinary, now())
    events.onReceived(bytes.byteLength)
    if (onMessage) void this.#handle(message, onMessage)
    this.#inbox.deliver(message)
  }

  /** A handler that fails ends its socket, and nothing else. */
  async #handle(message: SocketMessage, onMessage: NonNullable<SocketOptions['onMessage']>): Promise<void> {
    try {
      await onMessage(message)
    } catch (error) {
      this.#errorClass = errorClassOf(error)
      this.#inbox.close(new FlowError(this.#errorClass, errorMessageOf(error)))
      this.#socket.terminate()
    }
  }

  #interrupt(): void {
    this.#closing = true
    this.#inbox.close(new FlowError('interrupted'))
    this.#socket.terminate()
  }

  #end(code: number): void {
    const inOrder = this.#closing || (this.#errorClass === undefined && GOOD_CODES.has(code))
    this.#inbox.close(new FlowError('ws_closed', `the WebSocket was closed with code ${code}`))
    const { now, events } = this.#options
    events.onClosed(now() - this.#openedAtMs, inOrder ? undefined : (this.#errorClass ?? 'ws_closed'))
  }

  #timeoutMs(timeout: string | undefined): number {
    const timeoutMs = timeout === undefined ? this.#options.timeoutMs : parseDuration(timeout)
    if (timeoutMs === undefined)
      throw new FlowError('bad_request_options', `timeout ${timeout} is no length of time`)
    return timeoutMs
  }
}

function any(): boolean {
  return true
}
