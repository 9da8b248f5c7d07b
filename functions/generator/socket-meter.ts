import type { Tags } from '../../lib/core/metric.ts'
import type { Clock } from '../../lib/ports.ts'
import { errorClassOf } from './error-class.ts'
import type { Recorder } from './recorder.ts'
import type { LiveSeries } from './series.ts'
import type { SocketEvents } from './websocket.ts'

/** Records one WebSocket from its first try to its end. */
export class SocketMeter implements SocketEvents {
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #tags: Tags
  readonly #sockets: { open: number }
  readonly #sent: LiveSeries
  readonly #received: LiveSeries
  #startedAtMs = 0

  constructor(recorder: Recorder, clock: Clock, tags: Tags, sockets: { open: number }) {
    this.#recorder = recorder
    this.#clock = clock
    this.#tags = tags
    this.#sockets = sockets
    this.#sent = recorder.series('ws_msgs_sent', tags)
    this.#received = recorder.series('ws_msgs_received', tags)
  }

  connecting(): void {
    this.#startedAtMs = this.#clock.now()
  }

  opened(): void {
    this.#sockets.open++
    this.#add('ws_sessions', 1)
    this.#add('ws_connecting', this.#clock.now() - this.#startedAtMs)
  }

  /** It never opened: the session is over before it began. */
  refused(error: unknown): void {
    this.#add('ws_sessions', 1)
    this.#recorder.series('ws_session_failed', { ...this.#tags, error: errorClassOf(error) }).add(1)
  }

  onSent(sizeBytes: number): void {
    this.#count(this.#sent, 'data_sent', sizeBytes)
    this.#recorder.second.sentBytes += sizeBytes
  }

  onReceived(sizeBytes: number): void {
    this.#count(this.#received, 'data_received', sizeBytes)
    this.#recorder.second.receivedBytes += sizeBytes
  }

  onRtt(rttMs: number): void {
    this.#add('msg_rtt', rttMs)
  }

  onDropped(): void {
    this.#add('ws_msgs_unread', 1)
  }

  onClosed(sessionMs: number, errorClass?: string): void {
    this.#sockets.open--
    this.#add('ws_session_duration', sessionMs)
    if (errorClass === 'interrupted') return
    const tags = errorClass === undefined ? this.#tags : { ...this.#tags, error: errorClass }
    this.#recorder.series('ws_session_failed', tags).add(errorClass === undefined ? 0 : 1)
  }

  #count(messages: LiveSeries, bytes: string, sizeBytes: number): void {
    this.#recorder.advance(this.#clock.now())
    messages.add(1)
    this.#recorder.series(bytes).add(sizeBytes)
  }

  #add(metric: string, value: number): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series(metric, this.#tags).add(value)
  }
}
