import { describe, expect, it } from 'vitest'
import { Merge } from '../../../../aggregator/merge/merge.ts'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { encodeSnapshot } from '../../../../lib/core/results/snapshot.ts'
import { claimKey, failureKey } from '../../../../lib/core/run/relay.ts'
import { endLoad } from '../../../../lib/run/end-load.ts'
import { judgeOnce } from '../../../../lib/run/judged-once.ts'
import { findStop, requestStop } from '../../../../lib/run/store/stop.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'
import { codepalRun } from '../../../fixtures/verdict.ts'

const plan = planOf()

async function claimed(...slices: number[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (const slice of slices) await store.put(claimKey(plan.run, { slice, window: 0 }), 'an invocation')
  return store
}

async function endOf(store: MemoryStore, slice: number): Promise<void> {
  const { snapshot, key } = snapshotOf(plan, { seq: 0, slice, ending: 'stopped' })
  await store.put(key, await encodeSnapshot(snapshot))
}

/** When the load is taken for ended, by a clock that goes on for half a minute; what happens meanwhile is given. */
async function endedAfterMs(
  store: MemoryStore,
  meanwhile: Record<number, () => Promise<void>> = {},
): Promise<number> {
  const clock = new ManualClock(START_AT_MS)
  let atMs = Number.NaN
  const ended = endLoad(new Merge(plan, START_AT_MS), { store, clock }).then(() => {
    atMs = clock.now() - START_AT_MS
  })
  for (let elapsedMs = 0; elapsedMs <= 30_000; elapsedMs += 500) {
    await meanwhile[elapsedMs]?.()
    await clock.advanceTo(START_AT_MS + elapsedMs)
    // Inflating a snapshot takes a turn of a thread.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await ended
  return atMs
}

describe('the load of a run whose execution has ended', () => {
  it('is over at once where nobody has begun', async () => {
    expect(await endedAfterMs(await claimed())).toBe(0)
  })

  it('is over when every generator that began has said so', async () => {
    const store = await claimed(0, 1)
    await endOf(store, 0)
    expect(await endedAfterMs(store, { 3500: () => endOf(store, 1) })).toBe(4_000)
  })

  it('does not wait for a generator that is known to have failed', async () => {
    const store = await claimed(0)
    const failure = { slice: 0, window: 0, error: 'Lambda.Unknown' }
    await store.put(failureKey(plan.run, failure), JSON.stringify(failure))
    expect(await endedAfterMs(store)).toBe(0)
  })

  it('is given up after fifteen seconds where a generator says nothing', async () => {
    expect(await endedAfterMs(await claimed(0))).toBe(15_000)
  })

  it('is stopped, for the reason of whoever asked for that first', async () => {
    const store = await claimed()
    await endedAfterMs(store)
    expect(await findStop(store, plan.run)).toMatchObject({ by: 'infrastructure' })
    const asked = await claimed()
    await requestStop(asked, plan.run, { by: 'user', reason: 'enough' })
    await endedAfterMs(asked)
    expect(await findStop(asked, plan.run)).toEqual({ by: 'user', reason: 'enough' })
  })
})

it('a run is judged once: the first judgement counts for all that come later', async () => {
  const store = new MemoryStore()
  const [first, second] = [codepalRun('pass'), codepalRun('fail')]
  expect(await judgeOnce(store, first)).toEqual(first)
  expect(await judgeOnce(store, second)).toEqual(JSON.parse(JSON.stringify(first)))
})
