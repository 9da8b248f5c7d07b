import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type {
  BodyReader,
  ExchangeRecord,
  Leniency,
  ResponseHead,
  WireRequest,
} from '../contract/exchange-record.ts'
import { BodyBuffer } from '../http/body-buffer.ts'
import type { CarrierHandler, Controller, ResponseHeaders } from '../http/carrier.ts'
import { decodeBody } from '../http/content-encoding.ts'
import { asFlowError, errorClassOf, errorMessageOf } from '../metering/error-class.ts'

/** The connection that a exchange is on, or waits for. */
export interface ExchangeConnection {
  readonly dialling: boolean
  tellOpening(exchange: Exchange): void
  tally(exchange: Exchange): void
  release(served: boolean): void
  abandon(): void
}

/** What a exchange reports to. */
export interface ExchangeOwner {
  now(): number
  readonly maxBodyBytes: number
  /** Somebody who reads the body as it comes, if anybody does. */
  readerOf(head: ResponseHead): BodyReader | undefined
  /** Called once, when the exchange is over. */
  exchangeEnded(exchange: Exchange): void
}

/** The class of what the options of a flow can ask for and nobody can send. */
const IMPOSSIBLE = 'bad_request_options'
const NO_BODY = new Uint8Array(0)
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/** One request on the wire: what the carrier calls while it flies, and the record of it when it has exchangeEnded. */
export class Exchange implements ExchangeRecord, ResponseHead, CarrierHandler {
  readonly request: WireRequest
  readonly calledAtMs: number
  status = 0
  error?: string
  errorMessage?: string
  impossible?: boolean
  body: Uint8Array = NO_BODY
  sent = false
  sentAtMs: number
  firstByteAtMs = 0
  endedAtMs = 0
  connectMs?: number
  tlsMs?: number
  sentBytes = 0
  receivedBytes = 0
  leniencies?: Leniency[]
  retriedStale?: boolean
  /** Answered or failed. */
  over = false
  readonly #owner: ExchangeOwner
  #connection: ExchangeConnection | undefined
  #controller: Controller | undefined
  #headers: ResponseHeaders | undefined
  #responseStatus = 0
  /** Of a connection on which nothing came. */
  #peerClosedAtMs: number | undefined
  /** Of a body that comes in more than one chunk. */
  #chunks: BodyBuffer | undefined
  #body: Uint8Array = NO_BODY
  #reader: BodyReader | undefined

  constructor(owner: ExchangeOwner, request: WireRequest, calledAtMs: number) {
    this.#owner = owner
    this.request = request
    this.calledAtMs = calledAtMs
    this.sentAtMs = calledAtMs
  }

  get method(): string {
    return this.request.method
  }

  get url(): string {
    return this.request.origin + this.request.path
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers?.all() ?? NO_HEADERS
  }

  /** One header of the answer, without the cost of all. */
  header(name: string): string | undefined {
    return this.#headers?.value(name)
  }

  /** The connection it waits for is being opened. */
  get connecting(): boolean {
    return this.#connection?.dialling ?? false
  }

  assign(connection: ExchangeConnection): void {
    this.#connection = connection
  }

  /** Ends the exchange from this side; what is on the wire is lost with its connection. */
  cut(reason: Error): void {
    if (this.over) return
    const connection = this.#connection
    const controller = this.#controller
    this.#end(reason)
    if (controller) controller.abort(reason)
    else connection?.abandon()
    this.#finish(connection)
  }

  /** Ends a exchange that nothing was done for: it cannot be made as it is. */
  refuse(reason: Error): void {
    if (!this.over) this.impossible = true
    this.cut(reason)
  }

  /** Turns an answer into a failure. */
  fail(reason: Error): void {
    this.status = 0
    this.body = NO_BODY
    this.error = this.#classOf(reason)
    this.errorMessage = errorMessageOf(reason)
    if (!this.sent && this.error === IMPOSSIBLE) this.impossible = true
  }

  onRequestStart(controller: Controller): void {
    if (this.over) {
      controller.abort(new FlowError('interrupted'))
      return
    }
    this.#controller = controller
    this.sent = true
    this.sentAtMs = this.#owner.now()
    this.#connection?.tellOpening(this)
  }

  onPeerClosed(): void {
    this.#peerClosedAtMs = this.#owner.now()
  }

  onTakenBack(controller: Controller | undefined): void {
    this.#controller = controller
    this.#peerClosedAtMs = undefined
    this.retriedStale = true
    this.sent = false
    this.sentAtMs = this.calledAtMs
  }

  onResponseStarted(): void {
    if (this.firstByteAtMs === 0) this.firstByteAtMs = this.#owner.now()
  }

  onResponseStart(_controller: Controller, status: number, headers: ResponseHeaders): void {
    this.#responseStatus = status
    this.#headers = headers
    this.status = status
    try {
      this.#reader = this.#owner.readerOf(this)
    } catch (error) {
      this.cut(asFlowError(error))
    }
  }

  onResponseData(_controller: Controller, chunk: Uint8Array): void {
    if (this.#reader) {
      this.#readBy(this.#reader, chunk)
      return
    }
    const { maxBodyBytes } = this.#owner
    const sizeBytes = (this.#chunks?.size ?? this.#body.byteLength) + chunk.byteLength
    if (sizeBytes > maxBodyBytes)
      this.cut(new FlowError('body_too_large', `the body is longer than ${maxBodyBytes} bytes`))
    else if (this.#body === NO_BODY) this.#body = chunk
    else {
      if (!this.#chunks) {
        this.#chunks = new BodyBuffer()
        this.#chunks.add(this.#body)
      }
      this.#chunks.add(chunk)
    }
  }

  onLenient(leniency: Leniency): void {
    if (this.leniencies?.includes(leniency)) return
    this.leniencies ??= []
    this.leniencies.push(leniency)
  }

  onResponseEnd(): void {
    if (this.over) return
    const connection = this.#connection
    const body = this.#chunks?.take() ?? this.#body
    this.#end(undefined)
    const encoding = body.byteLength === 0 ? undefined : this.header('content-encoding')
    if (encoding === undefined) {
      this.body = body
      this.#finish(connection)
    } else
      decodeBody(encoding, body, this.#owner.maxBodyBytes, (error, decoded) =>
        this.#decoded(connection, error, decoded),
      )
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.over) return
    const connection = this.#connection
    this.#end(error)
    this.#finish(connection)
  }

  /** A reader that fails ends its own request, and nothing else on the connection. */
  #readBy(reader: BodyReader, chunk: Uint8Array): void {
    try {
      reader.read(chunk)
    } catch (error) {
      this.cut(asFlowError(error))
    }
  }

  #decoded(connection: ExchangeConnection | undefined, error: Error | undefined, body: Uint8Array): void {
    if (error) this.fail(error)
    else this.body = body
    this.#finish(connection)
  }

  #end(failure: Error | undefined): void {
    this.over = true
    this.endedAtMs = this.#peerClosedAtMs ?? this.#owner.now()
    if (this.sent) this.#connection?.tally(this)
    if (failure) this.fail(failure)
    else this.status = this.#responseStatus
    if (this.firstByteAtMs === 0) this.firstByteAtMs = this.endedAtMs
    this.#connection = undefined
    this.#controller = undefined
    this.#chunks = undefined
    this.#body = NO_BODY
  }

  #finish(connection: ExchangeConnection | undefined): void {
    connection?.release(this.error === undefined)
    this.#owner.exchangeEnded(this)
  }

  /** A connection that ends before the first byte of an answer is a reset, however politely it was closed. */
  #classOf(reason: Error): string {
    const errorClass = errorClassOf(reason)
    return errorClass === 'connection_closed' && this.firstByteAtMs === 0 ? 'connection_reset' : errorClass
  }
}
