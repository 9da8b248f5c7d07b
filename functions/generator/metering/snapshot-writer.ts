import type { Plan } from '../../../lib/core/plan/plan.ts'
import {
  type Ending,
  encodeSnapshot,
  type Health,
  SNAPSHOT_SCHEMA,
  type Snapshot,
  snapshotKey,
} from '../../../lib/core/results/snapshot.ts'
import type { Clock, Invocation, SnapshotStore } from '../../../lib/ports.ts'
import type { Interval } from './recorder.ts'

/** A store that takes nothing for this long ends the generator: it would make load that nobody can see. */
export const STORE_PATIENCE_MS = 30_000
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

interface WriterOptions {
  plan: Plan
  invocation: Invocation
  startLateMs: number
  store: SnapshotStore
  clock: Clock
  /** Called once, when the store has taken nothing for `STORE_PATIENCE_MS`. */
  onLost: (cause: unknown) => void
}

/** Writes the intervals of one generator to the store, in order, once each, trying again while the store is away. */
export class SnapshotWriter {
  readonly #options: WriterOptions
  #queue: Promise<void> = Promise.resolve()
  #lost = false

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** Takes an interval; returns at once. */
  write(interval: Interval, health: Health, ending?: Ending): void {
    const { plan, invocation, startLateMs } = this.#options
    const { histograms, ...rest } = interval
    const snapshot: Snapshot = {
      header: {
        schema: SNAPSHOT_SCHEMA,
        run: plan.run,
        ...invocation,
        ...rest,
        startLateMs,
        health,
        ...(ending && { ending }),
      },
      histograms,
    }
    this.#queue = this.#queue.then(() => this.#put(snapshot))
  }

  /** Resolves when everything taken has been written or given up. */
  drained(): Promise<void> {
    return this.#queue
  }

  async #put(snapshot: Snapshot): Promise<void> {
    if (this.#lost) return
    const { store, clock, onLost } = this.#options
    const body = await encodeSnapshot(snapshot)
    const giveUpAtMs = clock.now() + STORE_PATIENCE_MS
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        await store.putOnce(snapshotKey(snapshot.header), body)
        return
      } catch (cause) {
        if (clock.now() + pauseMs > giveUpAtMs) {
          this.#lost = true
          onLost(cause)
          return
        }
        await clock.sleepUntil(clock.now() + pauseMs)
      }
    }
  }
}
