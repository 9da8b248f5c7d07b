import type { Socket } from 'node:net'
import { LineSplitter } from '../../../lib/core/protocol/line-splitter.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { asFlowError } from '../metering/error-class.ts'
import { type Dial, type Holder, hold } from '../net/dial.ts'
import { endpointOf } from '../net/endpoint.ts'
import { READ_INTO } from '../net/read-into.ts'
import type { TargetGuard } from '../net/target-guard.ts'
import type { TlsOptions } from '../net/tls-options.ts'
import type { MessageTransport, Opened, OpenTransport, TransportListener } from './message-transport.ts'
import { opening } from './opening.ts'

interface TcpOptions {
  /** `http:` for TCP, `https:` for TLS: the schemes that the list of allowed targets and the host's form are known by. */
  url: URL
  maxMessageBytes: number
  guard: TargetGuard
  tls: TlsOptions
  dial: Dial
  now: () => number
}

const LF = 10

/** A TCP or TLS connection on which each line is a message. */
export function tcpOpener({ url, maxMessageBytes, guard, tls, dial, now }: TcpOptions): OpenTransport {
  return (listener, timeoutMs, signal) =>
    opening<Opened>({ timeoutMs, signal, timeoutClass: 'connect_timeout' }, (opened, failed) => {
      guard.checkUrl(url)
      const transport = new TcpTransport(listener, maxMessageBytes)
      const socket = dial(
        {
          ...endpointOf(url),
          ...{ onSession: () => undefined, lookup: guard.lookup, now, tls, alpn: [] },
          onread: { buffer: READ_INTO, callback: transport.read },
        },
        (error, dialled) => {
          if (!dialled) return failed(error)
          transport.carryOver(dialled.socket)
          const { connectMs, tlsMs } = dialled
          opened({ transport, connectMs, ...(tlsMs === undefined ? {} : { tlsMs }) })
        },
      )
      return () => socket.destroy()
    })
}

class TcpTransport implements MessageTransport, Holder {
  readonly #listener: TransportListener
  readonly #lines: LineSplitter
  readonly #maxMessageBytes: number
  #socket: Socket | undefined
  #failure: FlowError | undefined

  constructor(listener: TransportListener, maxMessageBytes: number) {
    this.#listener = listener
    this.#maxMessageBytes = maxMessageBytes
    this.#lines = new LineSplitter('lf', maxMessageBytes)
  }

  /** The connection is open. */
  carryOver(socket: Socket): void {
    this.#socket = socket
    hold(socket, this)
  }

  get open(): boolean {
    return this.#socket?.readyState === 'open'
  }

  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0
  }

  send(data: string | Uint8Array): number {
    if (typeof data === 'string' ? data.includes('\n') : data.includes(LF))
      throw new FlowError('bad_request_options', 'a message over TCP is one line')
    const line = typeof data === 'string' ? `${data}\n` : Buffer.concat([data, Buffer.of(LF)])
    this.#socket?.write(line)
    return Buffer.byteLength(line)
  }

  end(): void {
    this.#socket?.end()
  }

  close(): void {
    this.#socket?.end()
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  onError(_: Socket, error: Error): void {
    this.#failure ??= asFlowError(error)
  }

  onEnd(): void {}

  onClose(): void {
    const cutOff = this.#lines.heldBytes > 0
    if (cutOff) this.#failure ??= new FlowError('connection_closed', 'closed in the midst of a message')
    this.#listener.onClosed('the connection was closed by the peer', this.#failure)
  }

  /** Takes what was read out of the shared buffer. Returns whether to go on reading. */
  readonly read = (sizeBytes: number, buffer: Uint8Array): boolean => {
    const fits = this.#lines.push(buffer.subarray(0, sizeBytes), this.#line)
    if (!fits) {
      this.#failure ??= new FlowError(
        'message_too_large',
        `a message is longer than ${this.#maxMessageBytes} bytes`,
      )
      this.#socket?.destroy()
    }
    return fits
  }

  readonly #line = (line: Uint8Array): void => {
    if (this.#socket?.destroyed) return
    this.#listener.onMessage(
      Buffer.from(line.buffer, line.byteOffset, line.length).toString(),
      line.length + 1,
    )
  }
}
