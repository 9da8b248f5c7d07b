import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { HttpResponse, RequestOptions } from '../../../lib/core/scenario/flow.ts'
import type { ClientOwner } from '../contract/client-owner.ts'
import { ImpossibleRequest } from '../contract/exchange-record.ts'
import type { RequestContext } from '../contract/request-context.ts'
import type { StepContext } from '../contract/step-context.ts'
import { isExpected } from '../http/expected-status.ts'
import type { Caller, ExchangeRecord } from './http-client.ts'
import type { HttpMeter } from './http-meter.ts'
import { ExchangeResponse } from './http-response.ts'

interface Step {
  name: string
  tags: Tags | undefined
  expect: RequestOptions['expect']
  within: RequestContext
}

/** The flow that waits for an answer. */
interface Waiting {
  resolve: (response: HttpResponse) => void
  reject: (reason: unknown) => void
}

/** A request of a flow: what becomes of it is recorded, and then told to the flow. */
export class MeasuredRequest implements Caller, StepContext {
  readonly name: string
  readonly flow: string
  readonly tags: Tags | undefined
  readonly lagMs: number
  readonly user: ClientOwner
  readonly #meter: HttpMeter
  readonly #expect: RequestOptions['expect']
  readonly #waiting: Waiting

  constructor(meter: HttpMeter, user: ClientOwner, { name, tags, expect, within }: Step, waiting: Waiting) {
    this.name = name
    this.flow = within.flow
    this.tags = tags
    this.lagMs = within.lagMs
    this.#meter = meter
    this.user = user
    user.lastStep = name
    this.#expect = expect
    this.#waiting = waiting
    user.calls.begin()
  }

  onRedirect(exchange: ExchangeRecord): void {
    try {
      this.#meter.record(exchange, this, true)
    } catch (error) {
      this.#waiting.reject(error)
    }
  }

  onEnd(exchange: ExchangeRecord): void {
    const { resolve, reject } = this.#waiting
    this.user.calls.end()
    try {
      if (exchange.impossible) throw new ImpossibleRequest(exchange)
      const expected = exchange.error === undefined && this.#isExpected(exchange)
      this.#meter.record(exchange, this, expected)
      this.#meter.incidents.received(this, exchange)
      // An iteration that is being cut off ends here, not at whatever its flow makes of the missing answer.
      if (this.user.interrupted) reject(this.user.signal.reason)
      else if (exchange.error === undefined) resolve(new ExchangeResponse(exchange, expected))
      // It may have failed before it was sent: a flow that tries for ever must not keep others from their turns.
      else setImmediate(resolve, new ExchangeResponse(exchange, expected))
    } catch (error) {
      setImmediate(reject, error)
    }
  }

  /** A function that fails says nothing of the answer, which was given all the same. */
  #isExpected(exchange: ExchangeRecord): boolean {
    try {
      return isExpected(exchange.status, this.#expect)
    } catch (error) {
      this.#meter.record(exchange, this, isExpected(exchange.status, undefined))
      throw error
    }
  }
}
