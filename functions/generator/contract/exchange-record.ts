import { FlowError } from '../../../lib/core/scenario/flow.ts'

/** What is meant for one origin alone. */
export interface CredentialsByOrigin {
  /** Headers in lower case that a request to this origin carries, also one that a redirect leads there. */
  credentialsFor(origin: string): Readonly<Record<string, string>> | undefined
}

/** A request ready for the wire. */
export interface WireRequest {
  method: string
  /** Scheme, host and port: `http://127.0.0.1:8080`. */
  origin: string
  /** Path and query, encoded. */
  path: string
  /**
   * Lower-case names; a line break stands between the values of a header that is repeated. The host, the length of the body and the
   * user's cookies are added by the client.
   */
  headers: Readonly<Record<string, string>>
  /** Of the scenario, for where redirects lead; those for `origin` are in the headers already. */
  credentials?: CredentialsByOrigin
  body?: string | Uint8Array
  /** From the call to the last byte of the last redirect. */
  timeoutMs: number
  /** Redirects followed at most; with 0 a redirect is an answer like any other. */
  redirects: number
  /**
   * Asked with the head of each answer that is not redirected: where it returns somebody to read the body as it comes, the
   * timeout is over with the head, and the exchange has no body.
   */
  readBody?: (head: ResponseHead) => BodyReader | undefined
}

/** An answer whose body is still to come. */
export interface ResponseHead {
  readonly status: number
  header(name: string): string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly calledAtMs: number
  readonly sentAtMs: number
  /** Ends the exchange from this side. */
  cut(reason: Error): void
}

export interface BodyReader {
  /** The bytes are valid during the call only. Content encodings are not undone. */
  read(chunk: Uint8Array): void
}

/**
 * How an answer may break the rules and still be read, as curl and Go read it: lines that end in LF alone, a
 * `content-length` that is told more than once and always the same, a header that goes on in the next line.
 */
export type Leniency = 'bare_lf' | 'repeated_length' | 'folded_header'

/** One request on the wire, a redirect being one of its own. Times are epoch milliseconds with a fraction. */
export interface ExchangeRecord {
  readonly method: string
  readonly url: string
  /** 0 where there was no whole answer: then `error` says why, and only then. */
  readonly status: number
  /** Class of the failure, see `errorClassOf`. */
  readonly error?: string
  /** It cannot be made as it is, which is the flow's fault: it was not sent, and is no request. */
  readonly impossible?: boolean
  /** What failed, in words. */
  readonly errorMessage?: string
  /** Lower-case names; repeated headers are joined with `, ` (`set-cookie` with a line break). */
  readonly headers: Readonly<Record<string, string>>
  /** One header, without the cost of all. */
  header(name: string): string | undefined
  /** Content encodings undone. Empty where there was no whole answer. */
  readonly body: Uint8Array
  /** How the answer broke the rules and was read nevertheless, where it did. */
  readonly leniencies?: readonly Leniency[]
  /** It was made twice, since the first try never reached the application. Times and bytes are those of the second. */
  readonly retriedStale?: boolean
  /** The request was made: entered for the first hop, redirected to for a later one. */
  readonly calledAtMs: number
  /** Its bytes were handed to the socket. False where no connection came about. */
  readonly sent: boolean
  /** When it was sent, `calledAtMs` where it never was. */
  readonly sentAtMs: number
  /** First byte of the answer, `endedAtMs` where none came. */
  readonly firstByteAtMs: number
  readonly endedAtMs: number
  /** Name look-up and TCP connect, where this request opened the connection. */
  readonly connectMs?: number
  readonly tlsMs?: number
  /** Head and body as handed to the socket, before TLS. */
  readonly sentBytes: number
  /** Head and body as read from the socket, after TLS, before content encodings are undone. */
  readonly receivedBytes: number
}

/** Why a request was not sent: it cannot be made as it is. */
export class ImpossibleRequest extends FlowError {
  constructor({ error = 'bad_request_options', errorMessage }: ExchangeRecord) {
    super(error, errorMessage)
  }
}
