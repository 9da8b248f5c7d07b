import type { FlowError } from '../../../lib/core/base/flow-error.ts'
import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { Clock } from '../../../lib/ports.ts'
import { asFlowError } from '../metering/error-class.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { LiveSeries } from '../metering/series.ts'
import type { Opened } from './message-transport.ts'

/** What the metrics of a connection with messages are made from. */
export interface LinkEvents {
  onSent(sizeBytes: number, atMs: number): void
  onReceived(sizeBytes: number, atMs: number): void
  onRtt(rttMs: number, atMs: number): void
  /** A message that was not asked for came this long after it was sent. */
  onPush(latencyMs: number): void
  /** A message was dropped because nobody read it. */
  onDropped(): void
  /** It is open again, this long after it was lost. */
  onReconnected(lostMs: number): void
  /** Called once for a connection that was open. `failure` where it did not end in good order. */
  onClosed(sessionMs: number, failure?: FlowError): void
}

/** Records all connections of one kind that have the same tags. */
export class LinkMeter implements LinkEvents {
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #kind: 'ws' | 'tcp'
  readonly #tags: Tags
  readonly #sockets: { open: number }
  readonly #sent: LiveSeries
  readonly #received: LiveSeries
  readonly #sentBytes: LiveSeries
  readonly #receivedBytes: LiveSeries
  readonly #rtt: LiveSeries

  constructor(recorder: Recorder, clock: Clock, kind: 'ws' | 'tcp', tags: Tags, sockets: { open: number }) {
    this.#recorder = recorder
    this.#clock = clock
    this.#kind = kind
    this.#tags = tags
    this.#sockets = sockets
    this.#sent = recorder.series(`${kind}_msgs_sent`, tags)
    this.#received = recorder.series(`${kind}_msgs_received`, tags)
    this.#sentBytes = recorder.series('data_sent')
    this.#receivedBytes = recorder.series('data_received')
    this.#rtt = recorder.series('msg_rtt', tags)
  }

  opened({ connectMs, tlsMs }: Opened, openingMs: number): void {
    this.#sockets.open++
    this.#add('sessions', 1)
    this.#add('connecting', connectMs ?? openingMs)
    if (tlsMs !== undefined) this.#add('tls_handshaking', tlsMs)
  }

  /** It never opened: the session is over before it began. */
  refused(error: unknown): void {
    this.#add('sessions', 1)
    this.#fail(asFlowError(error))
  }

  onSent(sizeBytes: number, atMs: number): void {
    this.#recorder.advance(atMs)
    this.#sent.add(1)
    this.#sentBytes.add(sizeBytes)
    this.#recorder.second.sentBytes += sizeBytes
  }

  onReceived(sizeBytes: number, atMs: number): void {
    this.#recorder.advance(atMs)
    this.#received.add(1)
    this.#receivedBytes.add(sizeBytes)
    this.#recorder.second.receivedBytes += sizeBytes
  }

  onRtt(rttMs: number, atMs: number): void {
    this.#recorder.advance(atMs)
    this.#rtt.add(rttMs)
  }

  onPush(latencyMs: number): void {
    recordPush(this.#recorder, this.#clock, this.#tags, latencyMs)
  }

  onDropped(): void {
    this.#add('msgs_unread', 1)
  }

  onReconnected(lostMs: number): void {
    this.#add('reconnects', 1)
    this.#add('reconnecting', lostMs)
  }

  onClosed(sessionMs: number, failure?: FlowError): void {
    this.#sockets.open--
    this.#add('session_duration', sessionMs)
    if (failure === undefined) this.#add('session_failed', 0)
    else if (failure.errorClass !== 'interrupted') this.#fail(failure)
  }

  #fail(failure: FlowError): void {
    this.#recorder.advance(this.#clock.now())
    const error = failure.errorClass
    this.#recorder.series(`${this.#kind}_session_failed`, { ...this.#tags, error }).add(1)
    this.#recorder.incidents.countFailure('session', failure, this.#tags)
  }

  #add(metric: string, value: number): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series(`${this.#kind}_${metric}`, this.#tags).add(value)
  }
}

/** Clocks may differ: a message that seems to come before it was sent took no time, and is counted. */
export function recordPush(recorder: Recorder, clock: Clock, tags: Tags, latencyMs: number): void {
  recorder.advance(clock.now())
  if (latencyMs < 0) recorder.series('negative_values', { metric: 'msg_push_latency' }).add(1)
  recorder.series('msg_push_latency', tags).add(Math.max(0, latencyMs))
}
