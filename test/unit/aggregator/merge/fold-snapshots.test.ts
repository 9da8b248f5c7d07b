import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../aggregator/judge/evaluate.ts'
import { foldSnapshots } from '../../../../aggregator/merge/fold-snapshots.ts'
import { Merge } from '../../../../aggregator/merge/merge.ts'
import { summarise } from '../../../../aggregator/summary/summarise.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { VolleyError } from '../../../../lib/core/base/errors.ts'
import { encodeSnapshot, snapshotKey } from '../../../../lib/core/results/snapshot.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

const plan = planOf()
const BAD = 'runs/synthetic/snapshots/0/1-0-2'

/** Two slices of six intervals, one of whose snapshots has a wrong byte. */
async function damagedRun(): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (const slice of [0, 1])
    for (let seq = 0; seq < 6; seq++) {
      const samples = [{ metric: 'http_reqs', sum: 10 }]
      const { snapshot, key } = snapshotOf(plan, { seq, slice, samples })
      const bytes = await encodeSnapshot(snapshot)
      await store.put(key, key === BAD ? bytes.with(20, (bytes[20] as number) ^ 1) : bytes)
    }
  return store
}

async function verdictOn(store: MemoryStore, merge = new Merge(plan, START_AT_MS)): Promise<Verdict> {
  await foldSnapshots(merge, store)
  const summary = summarise(merge, { endedAtMs: START_AT_MS + 60_000, server: [] })
  return evaluate({ plan, merge, summary })
}

describe('a damaged snapshot', () => {
  it('is named in the verdict, and what it covers is missing from the coverage and the counts', async () => {
    const verdict = await verdictOn(await damagedRun())
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.coverage.time).toBeCloseTo(11 / 12, 10)
    expect(verdict.requests.count).toBe(110)
    expect(verdict.reasons).toContain(
      `1 snapshot cannot be read, and what was in it counts as not observed: ${BAD} (checksum: another one than its bytes have)`,
    )
  })

  it('is not fetched again', async () => {
    const store = await damagedRun()
    const merge = new Merge(plan, START_AT_MS)
    await foldSnapshots(merge, store)
    store.get = () => Promise.reject(new Error('everything is folded'))
    await foldSnapshots(merge, store)
  })

  it('is one of another plan too', async () => {
    const store = new MemoryStore()
    const { snapshot } = snapshotOf(planOf({ slices: 9 }), { seq: 0, slice: 8 })
    await store.put(snapshotKey(snapshot.header), await encodeSnapshot(snapshot))
    expect((await verdictOn(store)).reasons.at(-1)).toContain('0/8-0-0 (slice: 8)')
  })
})

it('does not take an unreadable store for damaged snapshots', async () => {
  const store = await damagedRun()
  store.get = () => Promise.reject(new VolleyError('STORE_UNREADABLE', 'gone'))
  await expect(verdictOn(store)).rejects.toMatchObject({ code: 'STORE_UNREADABLE' })
})
