import type { Live } from '../lib/core/live.ts'
import type { GeneratorEnd } from '../lib/core/observed.ts'
import type { Plan } from '../lib/core/plan.ts'
import { snapshotPrefix } from '../lib/core/snapshot.ts'
import type { Clock, Crew, SnapshotStore } from '../lib/ports.ts'
import { findStop, requestStop } from '../lib/stop.ts'
import { foldSnapshots } from './judge.ts'
import { Merge } from './merge.ts'
import { live, reasonToStop } from './watch.ts'

const LOOK_EVERY_MS = 1_000
/** How long generators have from STOP until they are ended without asking. */
const STOP_PATIENCE_MS = 1_800

interface WatchPorts {
  store: SnapshotStore
  clock: Clock
  onProgress: (live: Live) => void
}

/** How a watch goes about it where it differs from a run on one machine. */
interface WatchSettings {
  lookEveryMs: number
  /** What was merged before this watch began. */
  merge: Merge
  /** Where new snapshots may be now; by default anywhere. */
  prefixes: () => readonly string[]
}

/** Follows a run: folds its snapshots as they come, tells how it goes, and stops it when a threshold or its budget says so. */
export class Watch {
  readonly #plan: Plan
  readonly #crew: Crew
  readonly #ports: WatchPorts
  readonly #settings: WatchSettings
  readonly #merge: Merge
  #stoppedAtMs: number | undefined

  constructor(plan: Plan, crew: Crew, ports: WatchPorts, settings: Partial<WatchSettings> = {}) {
    this.#plan = plan
    this.#crew = crew
    this.#ports = ports
    this.#settings = {
      lookEveryMs: LOOK_EVERY_MS,
      merge: new Merge(plan, crew.startAtMs),
      prefixes: () => [snapshotPrefix(plan.run)],
      ...settings,
    }
    this.#merge = this.#settings.merge
  }

  /** Resolves when no generator is left. */
  async untilEnded(): Promise<GeneratorEnd[]> {
    const { clock, onProgress } = this.#ports
    const gone = new AbortController()
    const ended = this.#crew.ended.finally(() => gone.abort())
    const { lookEveryMs, prefixes } = this.#settings
    while (!gone.signal.aborted) {
      await foldSnapshots(this.#merge, this.#ports.store, this.#plan.run, prefixes())
      await this.#stopIfAsked()
      onProgress(this.#live())
      await clock.sleepUntil(clock.now() + lookEveryMs, gone.signal)
    }
    return ended
  }

  /** Every snapshot in the store, merged. */
  async finalMerge(): Promise<Merge> {
    await foldSnapshots(this.#merge, this.#ports.store, this.#plan.run)
    return this.#merge
  }

  async #stopIfAsked(): Promise<void> {
    const { store, clock } = this.#ports
    const run = this.#plan.run
    if (this.#stoppedAtMs === undefined) {
      const stop = reasonToStop(this.#plan, this.#merge, clock.now())
      if (stop) await requestStop(store, run, stop)
      if (stop || (await findStop(store, run))) this.#stoppedAtMs = clock.now()
    } else if (clock.now() > this.#stoppedAtMs + STOP_PATIENCE_MS) await this.#crew.kill()
  }

  #live(): Live {
    return {
      ...live(this.#plan, this.#merge, this.#ports.clock.now()),
      generatorsUp: this.#crew.up(),
      stopping: this.#stoppedAtMs !== undefined,
    }
  }
}
