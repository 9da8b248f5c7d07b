import type { Random } from './random.ts'

/** What a request may say about itself. Times are written as `250ms`, `30s`. */
export interface RequestOptions {
  /** Name of the step in every report; by default the method and the path before its parameters are filled in. */
  name?: string
  /** Values for `{placeholders}` in the path: they never become part of the step's name. */
  params?: Record<string, string | number>
  query?: Record<string, string | number | boolean>
  headers?: Record<string, string>
  /** Body as JSON, with its content type. */
  json?: unknown
  /** Body as a form, `application/x-www-form-urlencoded`. */
  form?: Record<string, string | number>
  /** Body as `multipart/form-data`; a file part carries its bytes. */
  multipart?: Record<string, string | FilePart>
  body?: string | Uint8Array
  /** Statuses that count as served. Default: 200 to 399. */
  expect?: number | readonly number[] | ((status: number) => boolean)
  /** Whole request, from the call to the last byte. Default: the scenario's `http.timeout`. */
  timeout?: string
  /** Redirects followed at most; each is a request of its own. Default: the scenario's `http.redirects`. */
  redirects?: number
  tags?: Record<string, string>
}

export interface FilePart {
  filename: string
  content: string | Uint8Array
  contentType?: string
}

/** The answer to one request. A request that got no answer has status 0 and names its error class. */
export interface HttpResponse {
  readonly status: number
  /** Lower-case names; repeated headers are joined with `, ` (`set-cookie` with a line break). */
  readonly headers: Readonly<Record<string, string>>
  /** Body after gzip, br or deflate are undone. */
  readonly body: Uint8Array
  readonly url: string
  /** Service time of the last request made (after redirects). */
  readonly durationMs: number
  /** The status was an expected one. */
  readonly ok: boolean
  /** `timeout`, `connection_refused`, `connection_reset` … where there was no answer. */
  readonly error?: string
  text(): string
  /** Parsed body. Throws a `FlowError` of class `invalid_json` where it is not JSON. */
  json<T = unknown>(): T
}

export interface SocketOptions {
  name?: string
  params?: Record<string, string | number>
  query?: Record<string, string | number | boolean>
  headers?: Record<string, string>
  protocols?: string[]
  /** Time to connect. Default: the scenario's `http.timeout`. */
  timeout?: string
  tags?: Record<string, string>
  onMessage?: (message: SocketMessage) => void
}

export interface SocketMessage {
  readonly data: string | Uint8Array
  /** When the message was read from the socket, on the generator's clock (epoch milliseconds). */
  readonly receivedAtMs: number
  json<T = unknown>(): T
}

/** One WebSocket connection of one user. It is closed with its iteration at the latest. */
export interface VirtualSocket {
  readonly open: boolean
  /** Sends text or bytes; anything else is sent as JSON. */
  send(data: string | Uint8Array | object): void
  /** The next message that matches. Throws a `FlowError` of class `ws_timeout` or `ws_closed`. */
  receive(options?: { match?: (message: SocketMessage) => boolean; timeout?: string }): Promise<SocketMessage>
  /** Sends and waits for the matching answer; the round trip goes into `msg_rtt`. */
  request(
    data: string | Uint8Array | object,
    options: { match: (message: SocketMessage) => boolean; timeout?: string },
  ): Promise<SocketMessage>
  close(code?: number, reason?: string): Promise<void>
}

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
  /** Counter: adds. Gauge: sets. Trend: records, in the metric's unit. Rate: any non-zero value is true. */
  add(value: number | boolean, tags?: Record<string, string>): void
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
  websocket(path: string, options?: SocketOptions): Promise<VirtualSocket>

  /** Think time: a fixed length, or one drawn evenly between two. */
  think(duration: string, upTo?: string): Promise<void>
  /** Counts a named check and says whether it held. */
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

/** A failure of one iteration, counted by its class. */
export class FlowError extends Error {
  override readonly name = 'FlowError'
  readonly errorClass: string

  constructor(errorClass: string, message: string = errorClass) {
    super(message)
    this.errorClass = errorClass
  }
}
