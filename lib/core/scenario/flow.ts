import type { Random } from '../base/random.ts'
import type { FlowTags, HttpResponse, RequestOptions } from './flow/http.ts'
import type { JsonRpcOptions, McpOptions, VirtualMcp, VirtualRpc } from './flow/json-rpc.ts'
import type { SocketOptions, TcpOptions, VirtualSocket, VirtualTcp } from './flow/link.ts'
import type { StreamItem, StreamKind, StreamOptions, VirtualStream } from './flow/stream.ts'

export { FlowError } from '../base/flow-error.ts'
export type { MessageId } from '../protocol/message-id.ts'
export type * from './flow/http.ts'
export type * from './flow/json-rpc.ts'
export type * from './flow/link.ts'
export type * from './flow/message.ts'
export type * from './flow/stream.ts'

export interface RetryOptions<T> {
  /** All tries, the first included. */
  attempts: number
  /** Pause before the second try, doubled before each later one. Default 100ms. */
  backoff?: string
  /** Whether the outcome is good. Default: a response is good when its status was expected. */
  until?: (outcome: T) => boolean
}

/** A declared metric in a flow's hands. */
export interface MetricHandle {
  /**
   * Counter: adds. Gauge: sets. Trend: records, in the metric's unit. Rate: takes a boolean, 0 or 1. Throws a `FlowError` of class
   * `bad_value` for what is no number within ±(2^53 − 1) and no boolean.
   */
  add(value: number | boolean, tags?: FlowTags): void
}

/** A column-named row of a data file. */
export type DataRow = Readonly<Record<string, string>>

/** What a flow sees of its virtual user. */
export interface VirtualUser<Data = unknown, Metrics = unknown, Setup = unknown> {
  /** Number of this user in the whole run, from 0. */
  readonly id: number
  /** Number of this user's iteration, from 0. For arrival rates: of the run's iteration. */
  readonly iteration: number
  /** What `setup` returned. */
  readonly setup: Setup
  /** Survives the user's iterations. */
  readonly vars: Record<string, unknown>
  /** A call draws a row: the user's own (`unique`) or a seeded one (`shared`). */
  readonly data: { readonly [K in keyof Data]: () => DataRow }
  readonly metrics: { readonly [K in keyof Metrics]: MetricHandle }
  readonly cookies: CookieJar
  /** Seeded by run, user and iteration. */
  readonly random: Random
  /** Set when the iteration is being interrupted. */
  readonly signal: AbortSignal
  /** The generator's clock, epoch milliseconds with a fraction. */
  now(): number

  request(method: string, path: string, options?: RequestOptions): Promise<HttpResponse>
  get(path: string, options?: RequestOptions): Promise<HttpResponse>
  post(path: string, options?: RequestOptions): Promise<HttpResponse>
  put(path: string, options?: RequestOptions): Promise<HttpResponse>
  patch(path: string, options?: RequestOptions): Promise<HttpResponse>
  delete(path: string, options?: RequestOptions): Promise<HttpResponse>
  /** Makes a request whose answer is read while it comes: server-sent events, lines, or pieces. */
  stream<Kind extends StreamKind = 'events'>(
    method: string,
    path: string,
    options?: StreamOptions<Kind>,
  ): Promise<VirtualStream<StreamItem<Kind>>>
  websocket(path: string, options?: SocketOptions): Promise<VirtualSocket>
  /** Opens `tcp://host:port` or `tls://host:port`; `:9001` is a port of the target's host, `tcp:` and `tls:` are the target itself. */
  tcp(address: string, options?: TcpOptions): Promise<VirtualTcp>
  /** Opens a JSON-RPC 2.0 connection over TCP, a WebSocket or HTTP. */
  jsonRpc(address: string, options?: JsonRpcOptions): Promise<VirtualRpc>
  /** The same, and initialises a Model Context Protocol session on it. */
  mcp(address: string, options?: McpOptions): Promise<VirtualMcp>

  /** Think time: a fixed length, or one drawn evenly between two. Rejects with `bad_value` for what is no length of time. */
  think(duration: string, upTo?: string): Promise<void>
  /** Counts a named check and says whether it held. Throws `bad_value` where that is a promise or a function. */
  check(name: string, holds: boolean): boolean
  /** Names a group of requests and records its length in `step_duration`. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Records the length of several requests in a declared trend, in its unit of ms. A failed span records nothing. */
  span<T>(metric: keyof Metrics & string, work: () => Promise<T>): Promise<T>
  /** Repeats until good. Every further try counts in `http_retries`, the final outcome in `retry_success`. */
  retry<T>(options: RetryOptions<T>, attempt: (attempt: number) => Promise<T>): Promise<T>
  /** Ends the iteration as failed, counted under the given class. */
  fail(errorClass: string, message?: string): never
}

export interface CookieJar {
  get(name: string): string | undefined
  set(name: string, value: string): void
  clear(): void
}
