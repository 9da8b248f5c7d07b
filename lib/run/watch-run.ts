import { live, reasonToStop } from '../../aggregator/live/watch.ts'
import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import { Merge } from '../../aggregator/merge/merge.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Live } from '../core/results/live.ts'
import type { GeneratorEnd } from '../core/results/observed.ts'
import { snapshotPrefix } from '../core/results/snapshot.ts'
import type { OutsideSeries } from '../core/scenario/source.ts'
import type { Clock, Crew, MetricsSource, SnapshotStore } from '../ports.ts'
import { joinSeries } from './sampled.ts'
import { expiredLease } from './store/lease.ts'
import { findStop, requestStop } from './store/stop.ts'

const LOOK_EVERY_MS = 1_000
/** How long generators have from STOP until they are ended without asking. */
const STOP_PATIENCE_MS = 1_800

interface WatchPorts {
  store: SnapshotStore
  clock: Clock
  onProgress: (live: Live) => void
  /** Metrics from outside; those that are sampled can stop the run. */
  sources?: readonly MetricsSource[]
}

/** How a watch goes about it where it differs from a run on one machine. */
interface WatchSettings {
  lookEveryMs: number
  /** What was merged before this watch began. */
  merge: Merge
  /** Where new snapshots may be now; by default anywhere. */
  prefixes: () => readonly string[]
  /** What earlier watches of the run have sampled. */
  sampledBefore: readonly OutsideSeries[]
  /** Called after every look. */
  onLook: () => Promise<void>
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
      sampledBefore: [],
      onLook: async () => undefined,
      ...settings,
    }
    this.#merge = this.#settings.merge
  }

  /** Resolves when no generator is left. */
  async untilEnded(): Promise<GeneratorEnd[]> {
    const { clock, onProgress } = this.#ports
    const gone = new AbortController()
    const ended = this.#crew.ended.finally(() => gone.abort())
    const { lookEveryMs, prefixes, onLook } = this.#settings
    while (!gone.signal.aborted) {
      await foldSnapshots(this.#merge, this.#ports.store, { prefixes: prefixes() })
      await this.#stopIfAsked()
      onProgress(this.#live())
      await onLook()
      await clock.sleepUntil(clock.now() + lookEveryMs, gone.signal)
    }
    return ended
  }

  /** Every snapshot in the store, merged. */
  async finalMerge(): Promise<Merge> {
    await foldSnapshots(this.#merge, this.#ports.store)
    return this.#merge
  }

  async #stopIfAsked(): Promise<void> {
    const { store, clock } = this.#ports
    const run = this.#plan.run
    if (this.#stoppedAtMs === undefined) {
      const nowMs = clock.now()
      const stop =
        reasonToStop(this.#plan, this.#merge, nowMs, this.#sampled()) ??
        (await expiredLease(this.#plan, store, { startAtMs: this.#merge.startAtMs, nowMs }))
      if (stop) await requestStop(store, run, stop)
      if (stop || (await findStop(store, run))) this.#stoppedAtMs = clock.now()
    } else if (clock.now() > this.#stoppedAtMs + STOP_PATIENCE_MS) await this.#crew.kill()
  }

  #sampled(): OutsideSeries[] {
    const { sources = [] } = this.#ports
    const now = sources.flatMap((source) => source.sampled?.(this.#merge.startAtMs) ?? [])
    return joinSeries([...this.#settings.sampledBefore, ...now])
  }

  #live(): Live {
    return {
      ...live(this.#plan, this.#merge, this.#ports.clock.now(), this.#sampled()),
      generatorsUp: this.#crew.up(),
      stopping: this.#stoppedAtMs !== undefined,
    }
  }
}
