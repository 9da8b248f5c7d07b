import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { Clock } from '../../../lib/ports.ts'
import { errorClassOf } from '../metering/error-class.ts'
import type { Recorder } from '../metering/recorder.ts'
import { TaggedMeters } from '../metering/tagged-meters.ts'
import { Deadlines } from '../time/deadlines.ts'
import { LinkMeter } from './link-meter.ts'
import { type LinkSettings, MessageLink } from './message-link.ts'
import type { OpenTransport } from './message-transport.ts'

interface LinkTools {
  recorder: Recorder
  clock: Clock
  /** Connections with messages that are open now. */
  sockets: { open: number }
}

/** Cut off by the end of the run, or not to be opened as it is: that says nothing about the target. */
const NOT_ATTEMPTED: ReadonlySet<string> = new Set(['interrupted', 'bad_request_options'])

/** Opens connections with messages and measures them. */
export class LinkOpener {
  /** Of everybody who waits for a message, over whatever wire. */
  readonly deadlines: Deadlines
  readonly #clock: Clock
  readonly #meters: Record<LinkSettings['kind'], TaggedMeters<LinkMeter>>

  constructor({ recorder, clock, sockets }: LinkTools) {
    this.#clock = clock
    this.deadlines = new Deadlines(clock.now)
    this.#meters = {
      ws: new TaggedMeters((tags) => new LinkMeter(recorder, clock, 'ws', tags, sockets)),
      tcp: new TaggedMeters((tags) => new LinkMeter(recorder, clock, 'tcp', tags, sockets)),
    }
  }

  /** Rejects with a `FlowError`. */
  async open(
    tags: Tags,
    openTransport: OpenTransport,
    settings: Omit<LinkSettings, 'events' | 'now' | 'deadlines'>,
  ): Promise<MessageLink> {
    const { now } = this.#clock
    const { deadlines } = this
    const meter = this.#meters[settings.kind].meterOf(tags)
    const link = new MessageLink({ ...settings, now, deadlines, events: meter })
    const calledAtMs = now()
    try {
      const opened = await link.begin(openTransport)
      meter.opened(opened, now() - calledAtMs)
      return link
    } catch (error) {
      if (!NOT_ATTEMPTED.has(errorClassOf(error))) meter.refused(error)
      throw error
    }
  }
}
