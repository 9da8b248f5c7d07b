import { expect, it } from 'vitest'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { noneSource } from '../../../../lib/adapters/metrics-source/none.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import type { Plan } from '../../../../lib/core/plan/plan.ts'
import { encodeSnapshot } from '../../../../lib/core/results/snapshot.ts'
import type { Stop } from '../../../../lib/core/run/stop.ts'
import { type OutsideSeries, sourceSchema } from '../../../../lib/core/scenario/source.ts'
import type { Crew, MetricsSource } from '../../../../lib/ports.ts'
import { findStop } from '../../../../lib/run/store/stop.ts'
import { Watch } from '../../../../lib/run/watch-run.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

/** Why a watch has stopped a run within its first minute, if it has, and when. */
async function stoppedBy(
  plan: Plan,
  sources: readonly MetricsSource[] = [],
): Promise<{ stop: Stop; afterMs: number } | undefined> {
  const [store, clock] = [new MemoryStore(), new ManualClock(START_AT_MS)]
  for (const slice of [0, 1]) {
    const { snapshot, key } = snapshotOf(plan, { seq: 0, slice })
    await store.put(key, await encodeSnapshot(snapshot))
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<[]>()
  const crew: Crew = { startAtMs: START_AT_MS, ended, up: () => 2, kill: async () => undefined }
  const watching = new Watch(plan, crew, { store, clock, onProgress: () => undefined, sources }).untilEnded()
  let found: { stop: Stop; afterMs: number } | undefined
  for (let elapsedMs = 0; elapsedMs <= 60_000 && !found; elapsedMs += 1_000) {
    await clock.advanceTo(START_AT_MS + elapsedMs)
    // Inflating the snapshots takes a turn of a thread.
    await new Promise((resolve) => setTimeout(resolve, 2))
    const stop = await findStop(store, plan.run)
    if (stop) found = { stop, afterMs: elapsedMs }
  }
  end([])
  await watching
  return found
}

it('a watch stops a run that nobody has asked for as long as its lease', async () => {
  expect(await stoppedBy(planOf({ leaseMs: 30_000 }))).toEqual({
    stop: { by: 'lease', reason: 'nobody has asked for it for 30s' },
    afterMs: 30_000,
  })
  expect(await stoppedBy(planOf())).toBeUndefined()
})

it('a watch stops a run by what a source has sampled', async () => {
  const app = sourceSchema.parse({ kind: 'scrape', url: '/', metrics: { cpu: { name: 'cpu', unit: '%' } } })
  const plan = planOf({
    sources: { app },
    thresholds: [{ title: 'CPU', metric: 'cpu', limit: 'max<=80', abortOnFail: { after: '12s' } }],
  })
  const hot: OutsideSeries = { metric: 'cpu', source: 'app', unit: '%', points: [[START_AT_MS + 4_000, 99]] }
  const source = { ...noneSource(app, 'app', 'nobody reads it'), sampled: () => [hot] }
  expect(await stoppedBy(plan, [source])).toEqual({
    stop: { by: 'threshold', reason: 'CPU: max 99 %, limit ≤ 80 %' },
    afterMs: 12_000,
  })
})
