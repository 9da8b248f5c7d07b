import { FlowError } from '../../../lib/core/flow.ts'
import { errorClassOf, errorMessageOf } from '../error-class.ts'
import type { AnswerHead, BodyReader, Exchange, WireRequest } from '../exchange.ts'
import type { CarrierHandler, Controller } from './carrier.ts'
import { decodeBody } from './content-encoding.ts'
import type { Lane } from './lane.ts'

/** What a flight reports to. */
export interface FlightOwner {
  now(): number
  readonly maxBodyBytes: number
  /** Somebody who reads the body as it comes, if anybody does. */
  readerOf(head: AnswerHead): BodyReader | undefined
  /** Called once, when the flight is over. */
  landed(flight: Flight): void
}

type RawHeaders = Record<string, string | string[] | undefined>

const NO_BODY = new Uint8Array(0)

/** One request on the wire: what the carrier calls while it flies, and the record of it when it has landed. */
export class Flight implements Exchange, AnswerHead, CarrierHandler {
  readonly request: WireRequest
  readonly calledAtMs: number
  status = 0
  error?: string
  errorMessage?: string
  body: Uint8Array = NO_BODY
  sent = false
  sentAtMs: number
  firstByteAtMs = 0
  endedAtMs = 0
  connectMs?: number
  tlsMs?: number
  sentBytes = 0
  receivedBytes = 0
  /** Answered or failed. */
  over = false
  readonly #owner: FlightOwner
  #lane: Lane | undefined
  #controller: Controller | undefined
  #rawHeaders: RawHeaders = {}
  #headers: Readonly<Record<string, string>> | undefined
  #answeredStatus = 0
  #sizeBytes = 0
  #chunks: Uint8Array[] = []
  #reader: BodyReader | undefined

  constructor(owner: FlightOwner, request: WireRequest, calledAtMs: number) {
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
    this.#headers ??= joined(this.#rawHeaders)
    return this.#headers
  }

  /** One header of the answer, without the cost of all. */
  header(name: string): string | undefined {
    return joinedValue(name, this.#rawHeaders[name])
  }

  /** The connection it waits for is being opened. */
  get connecting(): boolean {
    return this.#lane?.dialling ?? false
  }

  board(lane: Lane): void {
    this.#lane = lane
  }

  /** Ends the flight from this side; what is on the wire is lost with its connection. */
  cut(reason: Error): void {
    if (this.over) return
    const lane = this.#lane
    const controller = this.#controller
    this.#end(reason)
    if (controller) controller.abort(reason)
    else lane?.abandon()
    this.#land(lane)
  }

  /** Turns an answer into a failure. */
  fail(reason: Error): void {
    this.status = 0
    this.body = NO_BODY
    this.error = this.#classOf(reason)
    this.errorMessage = errorMessageOf(reason)
  }

  onRequestStart(controller: Controller): void {
    if (this.over) {
      controller.abort(new FlowError('interrupted'))
      return
    }
    this.#controller = controller
    this.sent = true
    this.sentAtMs = this.#owner.now()
    this.#lane?.tellOpening(this)
  }

  onResponseStarted(): void {
    if (this.firstByteAtMs === 0) this.firstByteAtMs = this.#owner.now()
  }

  onResponseStart(_controller: Controller, status: number, headers: RawHeaders): void {
    this.#answeredStatus = status
    this.#rawHeaders = headers
    this.status = status
    this.#reader = this.#owner.readerOf(this)
  }

  onResponseData(_controller: Controller, chunk: Uint8Array): void {
    if (this.#reader) {
      this.#reader.read(chunk)
      return
    }
    this.#sizeBytes += chunk.byteLength
    const { maxBodyBytes } = this.#owner
    if (this.#sizeBytes <= maxBodyBytes) this.#chunks.push(chunk)
    else this.cut(new FlowError('body_too_large', `the body is longer than ${maxBodyBytes} bytes`))
  }

  onResponseEnd(): void {
    if (this.over) return
    const lane = this.#lane
    const chunks = this.#chunks
    this.#end(undefined)
    const body = chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? NO_BODY)
    const encoding = this.#rawHeaders['content-encoding']
    if (encoding === undefined || this.#sizeBytes === 0) {
      this.body = body
      this.#land(lane)
    } else
      decodeBody(String(encoding), body, this.#owner.maxBodyBytes, (error, decoded) =>
        this.#decoded(lane, error, decoded),
      )
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.over) return
    const lane = this.#lane
    this.#end(error)
    this.#land(lane)
  }

  #decoded(lane: Lane | undefined, error: Error | undefined, body: Uint8Array): void {
    if (error) this.fail(error)
    else this.body = body
    this.#land(lane)
  }

  #end(failure: Error | undefined): void {
    this.over = true
    this.endedAtMs = this.#owner.now()
    if (this.sent) this.#lane?.tally(this)
    if (failure) this.fail(failure)
    else this.status = this.#answeredStatus
    if (this.firstByteAtMs === 0) this.firstByteAtMs = this.endedAtMs
    this.#lane = undefined
    this.#controller = undefined
    this.#chunks = []
  }

  #land(lane: Lane | undefined): void {
    lane?.release(this.error === undefined)
    this.#owner.landed(this)
  }

  /** A connection that ends before the first byte of an answer is a reset, however politely it was closed. */
  #classOf(reason: Error): string {
    const errorClass = errorClassOf(reason)
    return errorClass === 'connection_closed' && this.firstByteAtMs === 0 ? 'connection_reset' : errorClass
  }
}

function joined(raw: RawHeaders): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(raw)) headers[name] = joinedValue(name, raw[name]) ?? ''
  return headers
}

/** A repeated header as one: set-cookie by lines, for its values hold commas. */
function joinedValue(name: string, value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(name === 'set-cookie' ? '\n' : ', ') : value
}
