import type { OnReadOpts, Socket } from 'node:net'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { Leniency } from '../contract/exchange-record.ts'

/** A request as a carrier takes it. Header names are in lower case. */
export interface CarriedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** Carries requests over one connection, and opens it again when it is gone. */
export interface Carrier {
  /** `idleMs`: how long the connection has carried nothing. */
  dispatch(request: CarriedRequest, handler: CarrierHandler, idleMs: number): void
  destroy(): Promise<void>
  /** One of its connections failed, or is closed. Those that listen for themselves have no need of it. */
  lost?(socket: Socket, error: Error): void
  /** The peer has closed its side of one of its connections. */
  ended?(socket: Socket): void
  /** Where its sockets read to; they emit no data then. */
  readonly reader?: OnReadOpts
  /** Bytes that passed over the present connection, before TLS. */
  readonly readBytes: number
  readonly writtenBytes: number
}

/** What a carrier tells about the request it carries. After an end or an error nothing more comes. */
export interface CarrierHandler {
  /** It has had its answer, or wants none any more. */
  readonly over: boolean
  /** The request is about to be handed to the socket. */
  onRequestStart(controller: Controller): void
  /** The peer has closed the connection before it answered. A failure ended at this moment, whatever is still found out. */
  onPeerClosed(): void
  /**
   * The request never reached the application, and is made once more. `controller`: of a request that waits to be sent
   * again; nothing where a connection is opened for it.
   */
  onTakenBack(controller: Controller | undefined): void
  /** First byte of an answer, informational ones included. */
  onResponseStarted(): void
  onResponseStart(controller: Controller, status: number, headers: ResponseHeaders): void
  /** The chunk is the handler's to keep. */
  onResponseData(controller: Controller, chunk: Uint8Array): void
  /** The answer breaks a rule, and is read nevertheless. It may be told more than once. */
  onLenient(leniency: Leniency): void
  onResponseEnd(): void
  onResponseError(controller: Controller | null, error: Error): void
}

/** The headers of an answer. Repeated ones are joined with `, ` (`set-cookie` with a line break). */
export interface ResponseHeaders {
  /** By its name in lower case. */
  value(name: string): string | undefined
  /** Names in lower case. */
  all(): Readonly<Record<string, string>>
}

export interface Controller {
  /** Closes the connection. */
  abort(reason: Error): void
}

/** Opens the connections of a carrier. */
export interface Opener {
  /** How long the connection that was opened last took to come about: no less than its round trip. */
  readonly connectMs: number
  open(done: (error: Error | null, socket: Socket | null) => void): void
}

export type CreateCarrier = (origin: string, opener: Opener) => Carrier

export function closedByPeer(): FlowError {
  return new FlowError('connection_closed', 'the peer closed the connection')
}

/** A way to carry requests. */
export interface CarrierKind {
  /** Protocols to offer in the TLS handshake, the best first. */
  alpn: readonly string[]
  /** Requests that one connection carries at a time. */
  streams: number
  /** It writes requests without TLS in the form in which a proxy passes them on. */
  forwards?: boolean
  /** Called once for each client. */
  maker(): CreateCarrier
}
