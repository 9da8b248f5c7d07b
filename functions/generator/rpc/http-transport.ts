import { LongTimer } from '../../../lib/adapters/clock/long-timer.ts'
import { parseRpc } from '../../../lib/core/protocol/json-rpc.ts'
import { FlowError, type MessageId, type StreamItem } from '../../../lib/core/scenario/flow.ts'
import {
  type BodyReader,
  type ExchangeRecord,
  ImpossibleRequest,
  type ResponseHead,
} from '../contract/exchange-record.ts'
import type { StepContext } from '../contract/step-context.ts'
import { exchanged, type HttpClient, type HttpState } from '../http-client/http-client.ts'
import type { HttpMeter } from '../http-client/http-meter.ts'
import type { NamedRequest } from '../http-client/http-request.ts'
import { asFlowError } from '../metering/error-class.ts'
import { BodyDecoder } from '../stream/body-decoder.ts'
import { createItemReader } from '../stream/item-reader.ts'
import type { RpcTransport } from './rpc-transport.ts'

export interface HttpTransportSettings {
  client: HttpClient
  meter: HttpMeter
  connection: HttpState
  now: () => number
  maxMessageBytes: number
  /** Of the step, without its name. */
  context: Omit<StepContext, 'name'>
  /** Throws `bad_request_options`. */
  build: (method: 'POST' | 'DELETE', headers: Record<string, string>, body?: string) => NamedRequest
  /** Takes a text that came, in answer to calls of these ids. */
  take: (text: string, receivedAtMs: number, ids: readonly MessageId[]) => void
}

const ACCEPT = 'application/json, text/event-stream'
const TIMEOUTS: ReadonlySet<string> = new Set(['connect_timeout', 'timeout'])
const SERVED_WITHOUT_SESSION: ReadonlySet<number> = new Set([404, 405])

/** Each text is a POST, answered by JSON or by an event stream: MCP's streamable HTTP, with or without a session. */
export class HttpTransport implements RpcTransport {
  readonly #settings: HttpTransportSettings
  /** Revision of the protocol that was agreed on. */
  protocolVersion: string | undefined
  /** Called when the server does not know the present session any more. */
  onSessionLost: ((lost: FlowError) => void) | undefined
  #sessionId: string | undefined
  /** Why nothing is sent any more. */
  #ending: FlowError | undefined

  constructor(settings: HttpTransportSettings) {
    this.#settings = settings
  }

  get open(): boolean {
    return this.#ending === undefined
  }

  get sessionId(): string | undefined {
    return this.#sessionId
  }

  async send(text: string, ids: readonly MessageId[], timeoutMs: number): Promise<void> {
    if (this.#ending) throw this.#ending
    const { build, take, now } = this.#settings
    const sessionId = this.#sessionId
    const headers = { accept: ACCEPT, 'content-type': 'application/json', ...this.sessionHeaders() }
    const exchange = await this.#exchange({ ...build('POST', headers, text), timeoutMs }, ids)
    this.#adopt(exchange.headers['mcp-session-id'], sessionId)
    if (exchange.error !== undefined) throw failureOf(exchange.error, exchange.errorMessage, ids)
    if (exchange.status === 404 && sessionId !== undefined) throw this.#lose(sessionId)
    const answer = Buffer.from(exchange.body).toString()
    const served = exchange.status >= 200 && exchange.status < 300
    if (answer !== '' && (served ? ids.length > 0 : isRpc(answer))) take(answer, now(), ids)
    if (!served) throw new FlowError('rpc_refused', `answered ${exchange.status}`)
    if (ids.length > 0) throw new FlowError('rpc_no_answer', 'the answer ended without one to each call')
  }

  whenOpen(): undefined {
    return undefined
  }

  /** Ends the session, if there is one. */
  async close(): Promise<void> {
    if (this.#ending) return
    this.end(new FlowError('rpc_closed', 'the peer was closed'))
    if (this.#sessionId === undefined) return
    const { client, connection, meter, build, context } = this.#settings
    const request = build('DELETE', this.sessionHeaders())
    const exchange = await exchanged(client, connection, request)
    // A server need not let clients end sessions.
    const served = exchange.status < 300 || SERVED_WITHOUT_SESSION.has(exchange.status)
    meter.record(exchange, { ...context, name: request.name }, exchange.error === undefined && served)
  }

  /** Sends nothing more, for this reason. */
  end(reason: FlowError): void {
    this.#ending ??= reason
  }

  /** The next request starts a session of its own. */
  forgetSession(): void {
    this.#sessionId = undefined
    this.protocolVersion = undefined
  }

  sessionHeaders(): Record<string, string> {
    return {
      ...(this.#sessionId !== undefined && { 'mcp-session-id': this.#sessionId }),
      ...(this.protocolVersion !== undefined && { 'mcp-protocol-version': this.protocolVersion }),
    }
  }

  /** A session is given in answer to a request that had none; an answer that comes late may name one that is lost. */
  #adopt(given: string | undefined, asked: string | undefined): void {
    if (asked === undefined) this.#sessionId ??= given
  }

  #lose(sessionId: string): FlowError {
    const lost = new FlowError('mcp_session_lost', 'answered 404: the session is not known any more')
    if (sessionId === this.#sessionId) this.onSessionLost?.(lost)
    return lost
  }

  /** Makes the request; an event stream is read while it comes, until the time for the calls is over. */
  async #exchange(request: NamedRequest, ids: readonly MessageId[]): Promise<ExchangeRecord> {
    const { client, connection, meter, context } = this.#settings
    const sessionId = this.#sessionId
    let stream: PostStream | undefined
    const exchange = await exchanged(client, connection, {
      ...request,
      readBody: (head) => {
        if (!/^text\/event-stream\b/i.test(head.header('content-type') ?? '')) return undefined
        // The exchange tells its headers only when it is over, and fails with no body if it is cut.
        this.#adopt(head.header('mcp-session-id'), sessionId)
        stream = new PostStream(head, ids, request.timeoutMs, this.#settings)
        return stream
      },
    })
    const broken = await stream?.end()
    if (exchange.impossible) throw new ImpossibleRequest(exchange)
    const step = { ...context, name: request.name }
    const expected = exchange.status >= 200 && exchange.status < 400
    if (stream) meter.recordStream(exchange, step, expected)
    else meter.record(exchange, step, expected)
    if (broken) throw broken
    return exchange
  }
}

/** The event stream that answers a POST. */
class PostStream implements BodyReader {
  readonly #head: ResponseHead
  readonly #decoder: BodyDecoder
  readonly #timer: LongTimer
  #broken: FlowError | undefined

  constructor(
    head: ResponseHead,
    ids: readonly MessageId[],
    timeoutMs: number,
    { now, maxMessageBytes, take }: HttpTransportSettings,
  ) {
    this.#head = head
    const onItem = ({ data, receivedAtMs }: StreamItem): void => {
      try {
        if (data !== '') take(String(data), receivedAtMs, ids)
      } catch (error) {
        this.#break(error)
      }
    }
    const items = createItemReader({ kind: 'events', maxItemBytes: maxMessageBytes, now, onItem })
    const tooLarge = new FlowError('message_too_large', `a message is longer than ${maxMessageBytes} bytes`)
    this.#decoder = new BodyDecoder(
      head.header('content-encoding'),
      (bytes) => {
        if (!this.#broken && !items.push(bytes)) this.#break(tooLarge)
      },
      (failure) => this.#break(failure),
    )
    const late = new FlowError('rpc_timeout', `no answer within ${timeoutMs} ms`)
    this.#timer = new LongTimer(timeoutMs, () => this.#break(late))
  }

  read(bytes: Uint8Array): void {
    this.#decoder.write(bytes)
  }

  /** Resolves when all of it was taken, with why it could not be. */
  async end(): Promise<FlowError | undefined> {
    this.#timer.clear()
    await this.#decoder.end()
    return this.#broken
  }

  #break(failure: unknown): void {
    this.#broken ??= asFlowError(failure)
    this.#head.cut(this.#broken)
    this.#decoder.destroy()
  }
}

/** A call and its request run out of time together: whichever is noticed first, the call has one name for it. */
function failureOf(error: string, message: string | undefined, ids: readonly MessageId[]): FlowError {
  return new FlowError(ids.length > 0 && TIMEOUTS.has(error) ? 'rpc_timeout' : error, message)
}

function isRpc(text: string): boolean {
  try {
    return parseRpc(text).length > 0
  } catch {
    return false
  }
}
