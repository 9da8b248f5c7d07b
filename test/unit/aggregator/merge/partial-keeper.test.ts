import { describe, expect, it } from 'vitest'
import { foldSnapshots } from '../../../../aggregator/merge/fold-snapshots.ts'
import type { Merge } from '../../../../aggregator/merge/merge.ts'
import { partialKey } from '../../../../aggregator/merge/partial.ts'
import { PartialKeeper } from '../../../../aggregator/merge/partial-keeper.ts'
import { summarise } from '../../../../aggregator/summary/summarise.ts'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { VolleyError } from '../../../../lib/core/base/errors.ts'
import { encodeSnapshot } from '../../../../lib/core/results/snapshot.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

const plan = planOf({ thresholds: [{ metric: 'http_req_duration', limit: 'p(95)<250', over: '30s' }] })

/** Counts what is read of it. */
class CountingStore extends MemoryStore {
  snapshotsRead = 0

  override get(key: string): Promise<Uint8Array | undefined> {
    if (key.includes('/snapshots/')) this.snapshotsRead++
    return super.get(key)
  }
}

async function write(store: MemoryStore, seq: number, slice = 0): Promise<void> {
  const { snapshot, key } = snapshotOf(plan, {
    seq,
    slice,
    arrivals: 2,
    samples: [{ metric: 'http_req_duration', values: [100 * (seq + 1), 7 + slice] }],
  })
  await store.put(key, await encodeSnapshot(snapshot))
}

interface Scene {
  store: CountingStore
  clock: ManualClock
}

const scene = (): Scene => ({ store: new CountingStore(), clock: new ManualClock(START_AT_MS) })
const resume = (ports: Scene): Promise<PartialKeeper> => PartialKeeper.resume(plan, START_AT_MS, ports)
const summaryOf = (merge: Merge): unknown => summarise(merge, { endedAtMs: START_AT_MS + 60_000, server: [] })

/** An invocation that folds what there is and puts it down; returns how many snapshots it read. */
async function shift(ports: Scene): Promise<number> {
  const before = ports.store.snapshotsRead
  const keeper = await resume(ports)
  await foldSnapshots(keeper.merge, ports.store)
  await keeper.keep()
  return ports.store.snapshotsRead - before
}

async function mergedAtOnce({ store }: Scene): Promise<unknown> {
  const { merge } = await PartialKeeper.resume(plan, START_AT_MS, {
    store: new MemoryStore(),
    clock: new ManualClock(),
  })
  await foldSnapshots(merge, store)
  return summaryOf(merge)
}

describe('an invocation of the aggregator', () => {
  it('folds only what came after the one before put its merge down, a late snapshot too', async () => {
    const ports = scene()
    await write(ports.store, 0)
    await write(ports.store, 2)
    expect(await shift(ports)).toBe(2)
    await write(ports.store, 1)
    expect(await shift(ports)).toBe(1)
    await write(ports.store, 3, 1)
    expect(await shift(ports)).toBe(1)
    expect(await shift(ports)).toBe(0)
    expect(summaryOf((await resume(ports)).merge)).toStrictEqual(await mergedAtOnce(ports))
  })

  it('goes on from the partial before the latest where the latest is damaged, and begins again where both are', async () => {
    const ports = scene()
    await write(ports.store, 0)
    await shift(ports)
    await write(ports.store, 1)
    await shift(ports)
    const latest = (await ports.store.get(partialKey('synthetic', 1))) as Uint8Array
    await ports.store.put(partialKey('synthetic', 1), latest.with(latest.length >> 1, 77))
    expect((await resume(ports)).merge.snapshots).toBe(1)
    await ports.store.put(partialKey('synthetic', 0), latest.slice(0, 60))
    expect((await resume(ports)).merge.snapshots).toBe(0)
    expect(await shift(ports)).toBe(2)
    expect(summaryOf((await resume(ports)).merge)).toStrictEqual(await mergedAtOnce(ports))
  })

  it('does not take up what another start of the run has put down', async () => {
    const ports = scene()
    await write(ports.store, 0)
    await shift(ports)
    expect((await PartialKeeper.resume(plan, START_AT_MS + 1, ports)).merge.snapshots).toBe(0)
  })

  it('puts its merge down once a minute while it goes on, if anything is new', async () => {
    const ports = scene()
    const keeper = await resume(ports)
    const kept = async (): Promise<number> => (await resume(ports)).merge.snapshots
    await write(ports.store, 0)
    await foldSnapshots(keeper.merge, ports.store)
    await ports.clock.advanceTo(START_AT_MS + 59_999)
    await keeper.keepIfDue()
    expect(await kept()).toBe(0)
    await ports.clock.advanceTo(START_AT_MS + 60_000)
    await keeper.keepIfDue()
    expect(await kept()).toBe(1)
    await ports.clock.advanceTo(START_AT_MS + 120_000)
    await keeper.keepIfDue()
    expect(await ports.store.get(partialKey('synthetic', 1))).toBeUndefined()
  })

  it('loses nothing where a partial cannot be written', async () => {
    const ports = scene()
    await write(ports.store, 0)
    const keeper = await resume(ports)
    await foldSnapshots(keeper.merge, ports.store)
    ports.store.put = () => Promise.reject(new VolleyError('STORE_UNWRITABLE', 'full'))
    await keeper.keep()
    expect(keeper.merge.snapshots).toBe(1)
  })
})
