import type { TextValue, TextValues } from './texts.ts'

/** What a request may say about itself. Times are written as `250ms`, `30s`. */
export interface RequestOptions {
  /** Name of the step in every report; by default the method and the path before its parameters are filled in. */
  name?: string
  /** Values for `{placeholders}` in the path: they never become part of the step's name. */
  params?: Readonly<Record<string, TextValue>>
  query?: TextValues
  headers?: TextValues
  /** Body as JSON, with its content type. */
  json?: unknown
  /** Body as a form, `application/x-www-form-urlencoded`. */
  form?: TextValues
  /** Body as `multipart/form-data`; a file part carries its bytes. */
  multipart?: Readonly<Record<string, Part | readonly Part[] | undefined>>
  /** Text, or bytes as they are when the request is made. */
  body?: string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer
  /** Statuses that count as served. Default: 200 to 399. */
  expect?: number | readonly number[] | ((status: number) => boolean)
  /** Whole request, from the call to the last byte. Default: the scenario's `http.timeout`. */
  timeout?: string
  /** Redirects followed at most; each is a request of its own. Default: the scenario's `http.redirects`. */
  redirects?: number
  tags?: FlowTags
}

/** Numbers and booleans become text; what is `undefined` is left out. */
export type FlowTags = Readonly<Record<string, string | number | boolean | undefined>>

type Part = TextValue | FilePart

export interface FilePart {
  filename: string
  content: string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer
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
  /**
   * The body in the character set of its byte order mark, or else of its content type (`charset=iso-8859-1`). It is read as
   * UTF-8 where neither names one, or one that the Encoding standard does not know.
   */
  text(): string
  /** Parsed body, which is UTF-8 by the rules of JSON. Throws a `FlowError` of class `invalid_json` where it is not JSON. */
  json<T = unknown>(): T
}
