import type { LinkEvents } from '../../functions/generator/messages/link-meter.ts'

/** Everything a connection with messages told its metrics, in order. */
export class Told {
  readonly sent: number[] = []
  readonly received: number[] = []
  readonly rtts: number[] = []
  readonly pushes: number[] = []
  readonly reconnects: number[] = []
  readonly sessionMs: number[] = []
  readonly closed: (string | undefined)[] = []
  dropped = 0
  readonly events: LinkEvents = {
    onSent: (sizeBytes) => this.sent.push(sizeBytes),
    onReceived: (sizeBytes) => this.received.push(sizeBytes),
    onRtt: (rttMs) => this.rtts.push(rttMs),
    onPush: (latencyMs) => this.pushes.push(latencyMs),
    onDropped: () => this.dropped++,
    onReconnected: (lostMs) => this.reconnects.push(lostMs),
    onClosed: (sessionMs, failure) => {
      this.sessionMs.push(sessionMs)
      this.closed.push(failure?.errorClass)
    },
  }
}
