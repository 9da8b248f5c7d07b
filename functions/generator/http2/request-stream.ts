import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { CarriedRequest, CarrierHandler, Controller } from '../http/carrier.ts'
import { hasNoBody, SWITCHING_PROTOCOLS } from '../http1/parsed-head.ts'
import { copyOf } from '../net/read-into.ts'
import { ERROR_CODE } from './error-code.ts'
import type { RequestFields } from './request-fields.ts'
import type { ResponseHead } from './response-head.ts'

/** The connection that a stream is on. */
export interface StreamHolder {
  /** Lets go of a stream. `code` is what the server is told, where it may still be at work on it. */
  release(stream: RequestStream, code?: number): void
}

/** One request and its answer. */
export class RequestStream implements Controller {
  readonly request: CarriedRequest
  readonly fields: RequestFields
  readonly bodyBytes: number
  readonly handler: CarrierHandler
  /** 0 while it is on no connection. */
  id = 0
  /** What the server takes of the body now, and what of it is still to be sent. */
  windowBytes = 0
  unsent: Uint8Array | undefined
  /** What came since the server was last told that more may come. */
  untoldBytes = 0
  /** A server said that it did not look at it. It is sent once more, and only once. */
  wasRefused = false
  /** Answered, failed or given up. */
  over = false
  answered = false
  #holder: StreamHolder | undefined
  /** Of a body whose length is known, else -1. */
  #leftBytes = -1

  constructor(request: CarriedRequest, fields: RequestFields, bodyBytes: number, handler: CarrierHandler) {
    this.request = request
    this.fields = fields
    this.bodyBytes = bodyBytes
    this.handler = handler
  }

  /** It is given up, or will be as soon as it is told of anything. */
  get unwanted(): boolean {
    return this.over || this.handler.over
  }

  open(id: number, holder: StreamHolder): void {
    this.id = id
    this.#holder = holder
  }

  /** A server did not look at it: it may be opened once more. */
  takeBack(): void {
    this.wasRefused = true
    this.id = 0
    this.unsent = undefined
    this.untoldBytes = 0
    this.#holder = undefined
    this.handler.onTakenBack(this)
  }

  abort(): void {
    this.over = true
    this.#release(ERROR_CODE.CANCEL)
  }

  fail(error: Error): void {
    if (this.over) return
    this.over = true
    this.handler.onResponseError(this, error)
  }

  onHead(head: ResponseHead, isEnd: boolean): void {
    const { status } = head
    this.handler.onResponseStarted()
    if (head.fault !== undefined) this.#refuse(head.fault)
    else if (this.answered) this.#takeTrailers(status, isEnd)
    else if (status === 0) this.#refuse('it has no status')
    else if (status === SWITCHING_PROTOCOLS) this.#refuse('it upgrades a connection that nobody asked to')
    else if (status >= 200) this.#takeHead(head, isEnd)
    else if (isEnd) this.#refuse('it ends before it begins')
  }

  onData(bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    if (!this.answered) {
      this.#refuse('its body comes before its head')
      return
    }
    if (start < end) {
      if (this.#leftBytes !== -1) {
        this.#leftBytes -= end - start
        if (this.#leftBytes < 0) {
          this.#refuse('its body is longer than it said')
          return
        }
      }
      this.handler.onResponseData(this, copyOf(bytes, start, end))
    }
    if (isEnd && !this.over) this.#end()
  }

  /** Fails the answer, and nothing else on its connection. */
  refuse(code: number, errorClass: string, message: string): void {
    this.#release(code)
    this.fail(new FlowError(errorClass, message))
  }

  #takeHead(head: ResponseHead, isEnd: boolean): void {
    const { status, contentLength = -1 } = head
    this.#leftBytes = this.request.method === 'HEAD' || hasNoBody(status) ? 0 : contentLength
    this.answered = true
    if (head.hasRepeatedLength) this.handler.onLenient('repeated_length')
    this.handler.onResponseStart(this, status, head)
    if (isEnd && !this.over) this.#end()
  }

  #takeTrailers(status: number, isEnd: boolean): void {
    if (status !== 0) this.#refuse('it has two heads')
    else if (!isEnd) this.#refuse('it goes on behind its trailers')
    else this.#end()
  }

  #end(): void {
    if (this.#leftBytes > 0) {
      this.#refuse('its body is shorter than it said')
      return
    }
    this.over = true
    this.#release(this.unsent === undefined ? undefined : ERROR_CODE.CANCEL)
    this.handler.onResponseEnd()
  }

  #refuse(what: string): void {
    this.refuse(ERROR_CODE.PROTOCOL, 'malformed_response', `the answer is no HTTP/2: ${what}`)
  }

  #release(code: number | undefined): void {
    const holder = this.#holder
    this.#holder = undefined
    holder?.release(this, code)
  }
}
