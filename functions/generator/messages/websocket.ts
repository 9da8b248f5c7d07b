import type { Socket } from 'node:net'
import { badOption } from '../../../lib/core/base/refusal.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { asFlowError } from '../metering/error-class.ts'
import { type Dial, type Holder, hold } from '../net/dial.ts'
import { endpointOf } from '../net/endpoint.ts'
import { serverNameOf } from '../net/origin.ts'
import { ownCopyOf, READ_INTO } from '../net/read-into.ts'
import type { TargetGuard } from '../net/target-guard.ts'
import type { TlsOptions } from '../net/tls-options.ts'
import { OPCODE, writeFrame } from './frame.ts'
import { CLOSE_CODE, FrameError, FrameReader, type FrameSink, isCloseCode } from './frame-reader.ts'
import type { MessageTransport, Opened, OpenTransport, TransportListener } from './message-transport.ts'
import { opening } from './opening.ts'
import { Handshake } from './websocket-handshake.ts'

interface WebSocketOptions {
  /** `ws:` or `wss:` */
  url: string
  /** Those of the present moment: cookies may change until the next connection. */
  headers: () => Readonly<Record<string, string>>
  /** Gets what the answer to the upgrade sets, whether or not it opens a WebSocket: one `set-cookie` a line. */
  onSetCookie?: (setCookie: string) => void
  protocols?: readonly string[] | undefined
  maxMessageBytes: number
  guard: TargetGuard
  tls: TlsOptions
  dial: Dial
  now: () => number
}

/** Normal closure, going away, none given (RFC 6455 section 7.4.1). */
const GOOD_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005])
const MAX_REASON_BYTES = 123
/** What a server gets to end the connection after the goodbyes. */
const END_WITHIN_MS = 1_000
const NOTHING = (): undefined => undefined

/** `ws_refused` where the server answers anything but an upgrade, else the class of what failed. */
export function webSocketOpener(options: WebSocketOptions): OpenTransport {
  const url = new URL(options.url)
  const { guard, tls, dial, now, maxMessageBytes, protocols = [], onSetCookie = NOTHING } = options
  return (listener, timeoutMs, signal) =>
    opening<Opened>({ timeoutMs, signal, timeoutClass: 'timeout' }, (opened, failed) => {
      guard.checkUrl(url)
      const headers = options.headers()
      const handshake = new Handshake({ url, headers, protocols, onSetCookie })
      const transport = new WebSocketTransport(listener, maxMessageBytes, { handshake, opened, failed })
      const socket = dial(
        {
          ...endpointOf(url),
          serverName: serverNameOf({ origin: url.origin.replace(/^ws/, 'http'), headers }),
          ...{ onSession: NOTHING, lookup: guard.lookup, now, tls },
          onread: { buffer: READ_INTO, callback: transport.read },
        },
        (error, dialled) => {
          if (dialled) transport.carryOver(dialled.socket)
          else failed(error)
        },
      )
      return () => socket.destroy()
    })
}

/** What is only needed until the WebSocket is open. */
interface Opening {
  handshake: Handshake
  opened: (opened: Opened) => void
  failed: (error: unknown) => void
}

class WebSocketTransport implements MessageTransport, FrameSink, Holder {
  protocol = ''
  readonly #listener: TransportListener
  readonly #frames: FrameReader
  #opening: Opening | undefined
  #socket: Socket | undefined
  /** Said goodbye: nothing may be sent after that. */
  #closing = false
  /** What the peer said goodbye with. */
  #code = CLOSE_CODE.LOST
  #failure: FlowError | undefined

  constructor(listener: TransportListener, maxMessageBytes: number, opening: Opening) {
    this.#listener = listener
    this.#frames = new FrameReader(this, maxMessageBytes)
    this.#opening = opening
  }

  /** The connection is open. */
  carryOver(socket: Socket): void {
    this.#socket = socket
    hold(socket, this)
    socket.write(this.#opening?.handshake.request ?? '', 'latin1')
  }

  get open(): boolean {
    return this.#opening === undefined && !this.#closing && this.#socket?.readyState === 'open'
  }

  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0
  }

  send(data: string | Uint8Array): number {
    const opcode = typeof data === 'string' ? OPCODE.TEXT : OPCODE.BINARY
    return writeFrame(this.#socket as Socket, opcode, data)
  }

  end(): void {
    this.close()
  }

  close(code = CLOSE_CODE.NORMAL, reason = ''): void {
    if (!Number.isInteger(code) || !isCloseCode(code))
      throw badOption(
        'the code of close',
        code,
        'a whole number that RFC 6455 lets clients send, such as 1000 or 3000 to 4999',
      )
    if (typeof reason !== 'string') throw badOption('the reason of close', reason, 'text')
    if (Buffer.byteLength(reason) > MAX_REASON_BYTES)
      throw new FlowError('bad_request_options', `a reason has at most ${MAX_REASON_BYTES} bytes`)
    this.#sayGoodbye(code, reason)
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  /** Takes what was read out of the shared buffer. Returns whether to go on reading. */
  readonly read = (sizeBytes: number): boolean => {
    try {
      const start = this.#opening ? this.#readAnswer(this.#opening, sizeBytes) : 0
      // Once something was wrong, the rest means nothing.
      if (start !== undefined && this.#failure === undefined) this.#frames.read(READ_INTO, start, sizeBytes)
    } catch (error) {
      this.#fail(error)
    }
    return true
  }

  onText(text: string, sizeBytes: number): void {
    if (this.#socket?.destroyed === false) this.#listener.onMessage(text, sizeBytes)
  }

  onBinary(bytes: Buffer): void {
    if (this.#socket?.destroyed === false) this.#listener.onMessage(ownCopyOf(bytes), bytes.length)
  }

  onPing(payload: Buffer): void {
    // A peer that does not read has no use for an answer to each.
    if (this.open && this.#socket?.writableNeedDrain === false)
      writeFrame(this.#socket, OPCODE.PONG, Buffer.from(payload))
  }

  onGoodbye(code: number): void {
    this.#code = code
    this.#sayGoodbye(code === CLOSE_CODE.NONE ? undefined : code)
    this.#leave()
  }

  onError(_: Socket, error: Error): void {
    this.#failure ??= asFlowError(error)
  }

  onEnd(): void {}

  onClose(): void {
    if (this.#opening) {
      this.#opening.failed(this.#failure ?? cutOff(this.#opening.handshake.answering))
      return
    }
    const reason = `the WebSocket was closed with code ${this.#code}`
    const failure =
      this.#failure ?? (GOOD_CODES.has(this.#code) ? undefined : new FlowError('ws_closed', reason))
    this.#listener.onClosed(reason, failure)
  }

  /** The first messages may come with the answer. */
  #readAnswer({ handshake, opened }: Opening, sizeBytes: number): number | undefined {
    const end = handshake.read(READ_INTO, sizeBytes)
    if (end === undefined) return undefined
    this.#opening = undefined
    this.protocol = handshake.protocol
    opened({ transport: this })
    return end
  }

  #fail(error: unknown): void {
    if (this.#opening) {
      this.#opening.failed(error)
      return
    }
    this.#failure ??= asFlowError(error)
    if (error instanceof FrameError) this.#sayGoodbye(error.closeCode)
    this.#leave()
  }

  /** Once; without a code where there is none to give. */
  #sayGoodbye(code: number | undefined, reason = ''): void {
    const socket = this.#socket
    if (this.#closing || !socket?.writable) return
    const payload = Buffer.alloc(code === undefined ? 0 : 2)
    if (code !== undefined) payload.writeUInt16BE(code)
    writeFrame(socket, OPCODE.CLOSE, Buffer.concat([payload, Buffer.from(reason)]))
    this.#closing = true
  }

  /** The server is the one to end the connection; it gets some time for that. */
  #leave(): void {
    const socket = this.#socket
    socket?.end()
    setTimeout(() => socket?.destroy(), END_WITHIN_MS).unref()
  }
}

function cutOff(answering: boolean): FlowError {
  return answering
    ? new FlowError('connection_closed', 'closed in the midst of the answer to the upgrade')
    : new FlowError('connection_reset', 'closed before the answer to the upgrade')
}
