import type { Plan } from '../../lib/core/plan/plan.ts'
import type { Clock, SnapshotStore } from '../../lib/ports.ts'
import { Merge } from './merge.ts'
import { decodePartial, encodePartial, PARTIAL_TURNS, partialKey } from './partial.ts'

const KEEP_EVERY_MS = 60_000
/** Of the time, at most this share goes into putting partials down. */
const KEEPING_SHARE = 0.05

/**
 * Puts a run's merge down from time to time, and takes it up where an earlier invocation left it. Snapshots are a
 * set: whatever a partial lacks is folded again, and no partial at all costs time and changes nothing.
 */
export class PartialKeeper {
  readonly merge: Merge
  readonly #store: SnapshotStore
  readonly #clock: Clock
  #kept: number
  #turn: number
  #dueAtMs: number

  /** With the fullest partial that is intact, or with an empty merge. */
  static async resume(
    plan: Plan,
    startAtMs: number,
    { store, clock }: { store: SnapshotStore; clock: Clock },
  ): Promise<PartialKeeper> {
    const found = await Promise.all(PARTIAL_TURNS.map((turn) => readMerge(plan, startAtMs, store, turn)))
    const fullest = found.reduce((best, merge, turn) => (fuller(merge, found[best]) ? turn : best), 0)
    const merge = found[fullest]
    return new PartialKeeper(merge ?? new Merge(plan, startAtMs), merge ? 1 - fullest : 0, store, clock)
  }

  private constructor(merge: Merge, turn: number, store: SnapshotStore, clock: Clock) {
    this.merge = merge
    this.#kept = merge.snapshots
    this.#turn = turn
    this.#store = store
    this.#clock = clock
    this.#dueAtMs = clock.now() + KEEP_EVERY_MS
  }

  async keepIfDue(): Promise<void> {
    if (this.#clock.now() >= this.#dueAtMs) await this.keep()
  }

  /** Puts the merge down, unless it is. */
  async keep(): Promise<void> {
    const { snapshots, plan } = this.merge
    this.#dueAtMs = Number.POSITIVE_INFINITY
    const beganAtMs = this.#clock.now()
    if (snapshots > this.#kept)
      // A partial that can't be written saves nobody time, and nothing is lost with it.
      await encodePartial(this.merge.partial())
        .then((bytes) => this.#store.put(partialKey(plan.run, this.#turn), bytes))
        .then(
          () => {
            this.#kept = snapshots
            this.#turn = 1 - this.#turn
          },
          () => undefined,
        )
    const tookMs = this.#clock.now() - beganAtMs
    this.#dueAtMs = this.#clock.now() + Math.max(KEEP_EVERY_MS, tookMs / KEEPING_SHARE)
  }
}

/** `undefined` where there is none, or none that this version can use. */
async function readMerge(
  plan: Plan,
  startAtMs: number,
  store: SnapshotStore,
  turn: number,
): Promise<Merge | undefined> {
  const bytes = await store.get(partialKey(plan.run, turn))
  if (!bytes) return undefined
  try {
    const partial = await decodePartial(bytes)
    return partial.startAtMs === startAtMs ? Merge.from(partial, plan) : undefined
  } catch {
    return undefined
  }
}

function fuller(merge: Merge | undefined, than: Merge | undefined): boolean {
  return (merge?.snapshots ?? 0) > (than?.snapshots ?? 0)
}
