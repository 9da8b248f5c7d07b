import type { FlowError } from '../../../lib/core/base/flow-error.ts'
import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { Clock } from '../../../lib/ports.ts'
import { recordPush } from '../messages/link-meter.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { LiveSeries } from '../metering/series.ts'

/** What the metrics of a JSON-RPC peer are made from; `name` is the method, or what the flow calls it. */
export interface RpcEvents {
  onCall(name: string, atMs: number): void
  /** An answer came. `failure` where it says the call failed. */
  onAnswer(name: string, rttMs: number, atMs: number, failure: FlowError | undefined): void
  /** No answer came, for this reason. */
  onFailed(name: string, reason: FlowError): void
  onNotification(method: string): void
  onPush(method: string, latencyMs: number): void
  /** A notification was dropped because nobody read it. */
  onDropped(): void
  /** There is a session again, this long after it was lost. */
  onReconnected(lostMs: number): void
}

/** Calls may be named without bounds. */
const MAX_METHODS = 10_000

interface MethodSeries {
  calls: LiveSeries
  failed: LiveSeries
  rtt: LiveSeries
}

/** Records all peers that have the same tags. */
export class RpcMeter implements RpcEvents {
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #tags: Tags
  readonly #methods = new Map<string, MethodSeries>()

  constructor(recorder: Recorder, clock: Clock, tags: Tags) {
    this.#recorder = recorder
    this.#clock = clock
    this.#tags = tags
  }

  onCall(name: string, atMs: number): void {
    this.#recorder.advance(atMs)
    this.#of(name).calls.add(1)
  }

  onAnswer(name: string, rttMs: number, atMs: number, failure: FlowError | undefined): void {
    this.#recorder.advance(atMs)
    const { rtt, failed } = this.#of(name)
    rtt.add(rttMs)
    if (failure === undefined) failed.add(0)
    else this.#fail(name, failure)
  }

  onFailed(name: string, reason: FlowError): void {
    // A call that was cut off by the end of the run says nothing about the target.
    if (reason.errorClass !== 'interrupted') this.#fail(name, reason)
  }

  onNotification(name: string): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series('rpc_notifications', { ...this.#tags, name }).add(1)
  }

  onPush(name: string, latencyMs: number): void {
    recordPush(this.#recorder, this.#clock, { ...this.#tags, name }, latencyMs)
  }

  onDropped(): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series('rpc_notifications_dropped', this.#tags).add(1)
  }

  onReconnected(lostMs: number): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series('mcp_reconnects', this.#tags).add(1)
    this.#recorder.series('mcp_reconnecting', this.#tags).add(lostMs)
  }

  #fail(name: string, failure: FlowError): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series('rpc_failed', { ...this.#tags, name, error: failure.errorClass }).add(1)
    this.#recorder.incidents.countFailure('call', failure, { ...this.#tags, name })
  }

  #of(name: string): MethodSeries {
    const known = this.#methods.get(name)
    if (known) return known
    const tags = { ...this.#tags, name }
    const created = {
      calls: this.#recorder.series('rpc_calls', tags),
      failed: this.#recorder.series('rpc_failed', tags),
      rtt: this.#recorder.series('msg_rtt', tags),
    }
    if (this.#methods.size < MAX_METHODS) this.#methods.set(name, created)
    return created
  }
}
