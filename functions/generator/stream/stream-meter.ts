import type { FlowError } from '../../../lib/core/base/flow-error.ts'
import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { Clock } from '../../../lib/ports.ts'
import { recordPush } from '../messages/link-meter.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { LiveSeries } from '../metering/series.ts'

/** What the metrics of a stream are made from. */
export interface StreamEvents {
  onOpened(): void
  /** `serviceMs` from the actual send, `responseMs` from when the request was meant to be made. */
  onFirstItem(serviceMs: number, responseMs: number): void
  onItem(gapMs: number | undefined): void
  onPush(latencyMs: number): void
  onDropped(): void
  onReconnected(lostMs: number): void
  /** Called once. Without `durationMs` it never opened. `failure` where it did not end in good order. */
  onOver(durationMs: number | undefined, failure: FlowError | undefined): void
}

/** Records all streams that have the same tags. */
export class StreamMeter implements StreamEvents {
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #tags: Tags
  readonly #items: LiveSeries
  readonly #gaps: LiveSeries

  constructor(recorder: Recorder, clock: Clock, tags: Tags) {
    this.#recorder = recorder
    this.#clock = clock
    this.#tags = tags
    this.#items = recorder.series('stream_events', tags)
    this.#gaps = recorder.series('stream_event_gap', tags)
  }

  onOpened(): void {
    this.#add('stream_sessions', 1)
  }

  onFirstItem(serviceMs: number, responseMs: number): void {
    this.#add('stream_time_to_first_event', serviceMs)
    this.#add('stream_first_event_response_time', responseMs)
  }

  onItem(gapMs: number | undefined): void {
    this.#recorder.advance(this.#clock.now())
    this.#items.add(1)
    if (gapMs !== undefined) this.#gaps.add(gapMs)
  }

  onPush(latencyMs: number): void {
    recordPush(this.#recorder, this.#clock, this.#tags, latencyMs)
  }

  onDropped(): void {
    this.#add('stream_events_dropped', 1)
  }

  onReconnected(lostMs: number): void {
    this.#add('stream_reconnects', 1)
    this.#add('stream_reconnecting', lostMs)
  }

  onOver(durationMs: number | undefined, failure: FlowError | undefined): void {
    if (durationMs !== undefined) this.#add('stream_duration', durationMs)
    if (failure === undefined) this.#add('stream_failed', 0)
    else if (failure.errorClass !== 'interrupted') {
      if (durationMs === undefined) this.#add('stream_sessions', 1)
      this.#recorder.series('stream_failed', { ...this.#tags, error: failure.errorClass }).add(1)
      this.#recorder.incidents.countFailure('session', failure, this.#tags)
    }
  }

  #add(metric: string, value: number): void {
    this.#recorder.advance(this.#clock.now())
    this.#recorder.series(metric, this.#tags).add(value)
  }
}
