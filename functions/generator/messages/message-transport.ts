import type { FlowError } from '../../../lib/core/scenario/flow.ts'

/** One connection that carries whole messages. Nothing is told to its listener after `onClosed`. */
export interface MessageTransport {
  readonly open: boolean
  /** The subprotocol that was agreed on; none where the protocol has no such thing. */
  readonly protocol?: string
  /** Bytes waiting to be taken by the peer. */
  readonly unsentBytes: number
  /** Hands a message over and returns its size as sent. */
  send(data: string | Uint8Array): number
  /** Says that nothing more will be sent, where the protocol can. */
  end(): void
  /** Says goodbye; `onClosed` follows when the peer does, too. */
  close(code?: number, reason?: string): void
  destroy(): void
}

/** Whom a transport tells. */
export interface TransportListener {
  /** Text as a string; bytes stay as they are. `sizeBytes` is what the message took on the wire. */
  onMessage(data: string | Uint8Array, sizeBytes: number): void
  /** The connection is over. `failure` where it was not ended in good order. */
  onClosed(reason: string, failure: FlowError | undefined): void
}

/** How long opening took, in parts where they are known. */
export interface Opened {
  transport: MessageTransport
  connectMs?: number
  tlsMs?: number
}

/** Opens a connection. Rejects with a `FlowError` of the class of what failed. */
export type OpenTransport = (
  listener: TransportListener,
  timeoutMs: number,
  signal: AbortSignal | undefined,
) => Promise<Opened>
