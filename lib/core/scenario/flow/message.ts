import type { FlowTags } from './http.ts'

/** A message as it came: over a WebSocket, over TCP, or as a part of a stream. */
export interface SocketMessage {
  readonly data: string | Uint8Array
  /** When the message was read from the socket, on the generator's clock (epoch milliseconds). */
  readonly receivedAtMs: number
  /** Parsed data. Throws a `FlowError` of class `invalid_json` where it is not JSON. */
  json<T = unknown>(): T
}

/** How to come back when a connection is lost. Times are written as `250ms`, `30s`. */
export interface ReconnectOptions {
  /** Tries in a row before the connection is given up. Default 10. */
  attempts?: number
  /** Pause before the first try, doubled before each later one. Default 500ms. */
  backoff?: string
  /** No pause is longer. Default 30s. */
  maxBackoff?: string
  /** Share of each pause that seeded chance takes away, 0 to 1. Default 0.5. */
  jitter?: number
}

/** What every kind of connection with messages understands. */
export interface MessageOptions {
  /** Name of the step in every report. */
  name?: string
  tags?: FlowTags
  /** Time to open, and to wait for a message where the wait says nothing else. Default: the scenario's `http.timeout`. */
  timeout?: string
  /** A longer message ends the connection as `message_too_large`. Default 10,485,760. */
  maxMessageBytes?: number
  /** Come back when the connection is lost. Default: it stays lost. */
  reconnect?: boolean | ReconnectOptions
  /**
   * When the sender sent a message it was not asked for, epoch milliseconds on a clock like the generator's. The time
   * until it was read goes into `msg_push_latency`; of other messages, for which nothing is returned, it does not.
   */
  pushedAt?: (message: SocketMessage) => number | undefined
}
