import type { Leniency } from '../contract/exchange-record.ts'
import type { CarrierHandler, Controller, Opener, ResponseHeaders } from '../http/carrier.ts'
import type { RequestHeads } from '../http1/request-head.ts'
import { SocketCarrier } from '../http1/socket-carrier.ts'
import type { RequestStream } from './request-stream.ts'

/** Carries the requests of a connection one after the other: HTTP/1.1, for servers that know nothing better. */
export class Http1Fallback implements CarrierHandler, Controller {
  readonly over = false
  readonly carrier: SocketCarrier
  #current: RequestStream | undefined
  readonly #queue: RequestStream[] = []

  constructor(heads: RequestHeads, opener: Opener) {
    this.carrier = new SocketCarrier(heads, opener)
  }

  add(stream: RequestStream, idleMs: number): void {
    this.#queue.push(stream)
    if (this.#current === undefined) this.#next(idleMs)
  }

  /** Gives back what it has not sent. */
  takeBack(): RequestStream[] {
    const current = this.#current
    this.#current = undefined
    this.carrier.abort()
    return [...(current ? [current] : []), ...this.#queue.splice(0)]
  }

  abort(): void {
    this.#current = undefined
    this.carrier.abort()
    this.#next(0)
  }

  onRequestStart(): void {
    this.#current?.handler.onRequestStart(this)
  }

  onPeerClosed(): void {
    this.#current?.handler.onPeerClosed()
  }

  onTakenBack(controller: Controller | undefined): void {
    this.#current?.handler.onTakenBack(controller)
  }

  onResponseStarted(): void {
    this.#current?.handler.onResponseStarted()
  }

  onResponseStart(_: Controller, status: number, headers: ResponseHeaders): void {
    this.#current?.handler.onResponseStart(this, status, headers)
  }

  onResponseData(_: Controller, chunk: Uint8Array): void {
    this.#current?.handler.onResponseData(this, chunk)
  }

  onLenient(leniency: Leniency): void {
    this.#current?.handler.onLenient(leniency)
  }

  onResponseEnd(): void {
    const done = this.#current
    this.#current = undefined
    done?.handler.onResponseEnd()
    this.#next(0)
  }

  onResponseError(_: Controller | null, error: Error): void {
    const failed = this.#current
    this.#current = undefined
    failed?.handler.onResponseError(this, error)
    this.#next(0)
  }

  #next(idleMs: number): void {
    while (this.#current === undefined) {
      const next = this.#queue.shift()
      if (next === undefined) return
      if (next.unwanted) continue
      this.#current = next
      this.carrier.dispatch(next.request, this, idleMs)
    }
  }
}
