import type { MessageId } from '../../protocol/message-id.ts'
import type { MessageOptions, SocketMessage } from './message.ts'
import type { TextValue, TextValues } from './texts.ts'

/** What a connection that carries messages both ways understands. */
export interface LinkOptions extends MessageOptions {
  /**
   * The id that a request and its answer share. With it `request` needs no `match`, and a message that is no JSON ends the
   * connection as `malformed_message`.
   */
  idOf?: (message: unknown) => MessageId | undefined
  /** Sees every message. Then only what a reader waits for is kept for it. */
  onMessage?: (message: SocketMessage) => void
  /** Called each time the connection is open again, before anything else is sent on it. */
  onReconnected?: () => void | Promise<void>
  /** When it is closed at the latest: with its iteration (the default), or with its user, as HTTP connections are. */
  lifetime?: 'iteration' | 'user'
}

export interface SocketOptions extends LinkOptions {
  params?: Readonly<Record<string, TextValue>>
  query?: TextValues
  headers?: TextValues
  /** Subprotocols to offer. The server has to choose one of them. */
  protocols?: string[]
}

export interface TcpOptions extends LinkOptions {}

export interface ReceiveOptions {
  match?: (message: SocketMessage) => boolean
  timeout?: string
}

/** A connection of one user that carries messages both ways. */
export interface MessageLink {
  /** False while it is being opened again, and for good once it is lost or closed. */
  readonly open: boolean
  /** Sends text or bytes; anything else is sent as JSON. Throws while the connection is not open. */
  send(data: string | Uint8Array | object): void
  /** The oldest unread message that matches, else the next to come. */
  receive(options?: ReceiveOptions): Promise<SocketMessage>
  /**
   * Sends and waits for the answer; the round trip goes into `msg_rtt`. The answer is the message that matches, or that has
   * the request's id by `idOf`, else the next that nobody else waits for. Waits for a connection that is being opened again.
   */
  request(data: string | Uint8Array | object, options?: ReceiveOptions): Promise<SocketMessage>
}

/** One WebSocket of one user. Errors are of class `ws_timeout`, `ws_closed`, or why the connection was lost. */
export interface VirtualSocket extends MessageLink {
  /** Which of `protocols` the server chose; empty where none were offered. */
  readonly protocol: string
  close(code?: number, reason?: string): Promise<void>
}

/**
 * One TCP or TLS connection of one user; each line is a message. Errors are of class `tcp_timeout`, `tcp_closed`, or why the
 * connection was lost.
 */
export interface VirtualTcp extends MessageLink {
  /** Says that nothing more will be sent. What the peer still sends can be read. */
  end(): void
  /** Ends it, and waits at most a second for the peer to end it too. */
  close(): Promise<void>
}
