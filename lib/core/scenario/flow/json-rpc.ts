import type { FlowError } from '../../base/flow-error.ts'
import type { MessageOptions } from './message.ts'
import type { StreamOptions } from './stream.ts'

/** Something the peer told without being asked. */
export interface RpcNotification {
  readonly method: string
  readonly params: unknown
  /** When it was read from the socket, on the generator's clock (epoch milliseconds). */
  readonly receivedAtMs: number
}

export interface JsonRpcOptions
  extends Omit<MessageOptions, 'pushedAt'>,
    Pick<StreamOptions, 'params' | 'query' | 'headers'> {
  /**
   * What carries the messages. By default what the address says: `tcp:` and `tls:` addresses and `:port` are TCP, `ws:` and
   * `wss:` are a WebSocket, paths and `http:` are POST requests, each answered by JSON or by an event stream.
   */
  over?: 'tcp' | 'websocket' | 'http'
  protocols?: string[]
  /** When it is closed at the latest: with its iteration (the default), or with its user. */
  lifetime?: 'iteration' | 'user'
  /** Sees every notification. Then only what a reader waits for is kept for it. */
  onNotification?: (notification: RpcNotification) => void
  /** Answers the peer's own requests. What it returns is the result; without it, and where it throws, an error is. */
  onRequest?: (method: string, params: unknown) => unknown
  /** Called each time the connection is open again, before anything else is sent on it; over HTTP when there is an MCP session again. */
  onReconnected?: () => void | Promise<void>
  /** When the peer sent a notification, epoch milliseconds: the time until it was read goes into `msg_push_latency`. */
  pushedAt?: (notification: RpcNotification) => number | undefined
}

export interface RpcCallOptions {
  timeout?: string
  /** Name of the step in every report. Default: the method. */
  name?: string
}

/** How a call of a batch went; `error` is an `RpcError` where the peer answered with one. */
export type RpcOutcome =
  | { readonly ok: true; readonly result: unknown; readonly error?: undefined }
  | { readonly ok: false; readonly error: FlowError; readonly result?: undefined }

/** One call of a batch, or a notification in it. */
export interface RpcBatchEntry {
  method: string
  params?: unknown
  /** Expects no answer. */
  notify?: boolean
}

/** A JSON-RPC 2.0 peer. Its calls are counted in `rpc_calls`; their round trips are in `msg_rtt`, named by method. */
export interface VirtualRpc {
  readonly open: boolean
  /**
   * Calls a method and returns its result; answers may come in any order. Throws an `RpcError` where the peer answers with an
   * error, a `FlowError` of class `rpc_timeout` where it does not answer, or why the connection was lost.
   */
  call<Result = unknown>(method: string, params?: unknown, options?: RpcCallOptions): Promise<Result>
  /** Tells, and expects no answer. Resolves when it is sent. */
  notify(method: string, params?: unknown): Promise<void>
  /** Sends several at once. Outcomes come in the order of the calls, without the notifications. */
  batch(entries: readonly RpcBatchEntry[], options?: { timeout?: string }): Promise<RpcOutcome[]>
  /** The oldest unread notification, of this method if one is named, else the next to come. */
  receive(options?: { method?: string; timeout?: string }): Promise<RpcNotification>
  close(): Promise<void>
}

export interface McpOptions extends JsonRpcOptions {
  /** Revision of the protocol to ask for. Default `2025-06-18`. */
  protocolVersion?: string
  clientInfo?: { name: string; version: string }
  capabilities?: Record<string, unknown>
  /** Over HTTP: open the GET stream for what the server sends by itself. Default false. */
  listen?: boolean
}

/** A Model Context Protocol session: a JSON-RPC peer that has been initialised. */
export interface VirtualMcp extends VirtualRpc {
  /** What the server answered to `initialize`. */
  readonly server: Readonly<Record<string, unknown>>
  /** The session's id, where the server gave one. */
  readonly sessionId: string | undefined
}
