import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../aggregator/judge/evaluate.ts'
import { foldSnapshots } from '../../../../aggregator/merge/fold-snapshots.ts'
import { Merge } from '../../../../aggregator/merge/merge.ts'
import { summarise } from '../../../../aggregator/summary/summarise.ts'
import { generate } from '../../../../functions/generator/generate.ts'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { makePlan } from '../../../../lib/core/plan/make-plan.ts'
import { decodeSnapshot, snapshotPrefix } from '../../../../lib/core/results/snapshot.ts'
import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { checkScenario } from '../../../../lib/core/scenario/check-scenario.ts'
import type { VirtualUser } from '../../../../lib/core/scenario/flow.ts'
import type { Scenario } from '../../../../lib/core/scenario/scenario.ts'
import { requestStop } from '../../../../lib/run/store/stop.ts'
import { servicesFor } from '../../../fixtures/services-for.ts'

const START_AT_MS = 1_700_000_000_000
const facts = {
  run: 'r1',
  module: 'file:///shop.ts',
  targetUrl: 'http://127.0.0.1:1',
  seed: 1,
  generators: 1,
}

it('a run that is stopped while its generators wait for the start makes no load, and they say so at once', async () => {
  let iterations = 0
  const { scenario } = checkScenario({
    name: 'shop',
    target: {},
    flows: { browse: { run: async () => void iterations++ } },
    profiles: { users: { executors: [{ executor: 'constant-vus', users: 2, duration: '10s' }] } },
  }) as { scenario: Scenario }
  const plan = makePlan(scenario, { allow: [] }, facts)
  const store = new MemoryStore()
  const clock = new ManualClock(START_AT_MS - 12_000)
  const ended = generate({
    plan,
    scenario,
    invocation: { slice: 0, window: 0, attempt: 0 },
    startAtMs: START_AT_MS,
    store,
    clock,
    stopPollMs: 1_500,
    createServices: (recorder) => servicesFor({ plan, scenario, clock }, recorder),
  })
  await clock.advanceTo(START_AT_MS - 10_000)
  await requestStop(store, 'r1', { by: 'user', reason: 'not today' })
  await clock.advanceTo(START_AT_MS - 8_500)
  expect(await ended).toBe('stopped')
  expect(iterations).toBe(0)
  const keys: string[] = []
  for await (const key of store.list(snapshotPrefix('r1'))) keys.push(key)
  expect(keys).toEqual(['runs/r1/snapshots/0/0-0-0'])
  const { header } = await decodeSnapshot((await store.get(keys[0] as string)) as Uint8Array)
  expect(header).toMatchObject({ fromMs: 0, toMs: 0, ending: 'stopped', startLateMs: 0 })
})

describe('ten users whose iterations take 4 s, in a profile of one second', () => {
  async function runWith(gracefulStop: '30s' | '0s'): Promise<{ summary: Summary; verdict: Verdict }> {
    const { scenario } = checkScenario({
      name: 'shop',
      target: {},
      flows: { browse: { run: (vu: VirtualUser) => vu.think('4s') } },
      profiles: {
        short: { executors: [{ executor: 'constant-vus', users: 10, duration: '1s', gracefulStop }] },
      },
      thresholds: [{ metric: 'iterations', limit: 'rate>=5', noData: 'fail' }],
    }) as { scenario: Scenario }
    const plan = makePlan(scenario, { allow: [] }, { ...facts, generators: 2 })
    const store = new MemoryStore()
    const clock = new ManualClock(START_AT_MS - 1_000)
    const ended = Promise.all(
      [0, 1].map((slice) =>
        generate({
          plan,
          scenario,
          invocation: { slice, window: 0, attempt: 0 },
          startAtMs: START_AT_MS,
          store,
          clock,
          stopPollMs: 1_500,
          createServices: (recorder) => servicesFor({ plan, scenario, clock }, recorder),
        }),
      ),
    )
    for (let atMs = -1_000; atMs <= 5_000; atMs += 50) await clock.advanceTo(START_AT_MS + atMs)
    expect(await ended).toEqual(['complete', 'complete'])
    const merge = new Merge(plan, START_AT_MS)
    await foldSnapshots(merge, store)
    const summary = summarise(merge, { endedAtMs: clock.now(), server: [] })
    return { summary, verdict: evaluate({ plan, merge, summary }) }
  }

  it('make none of them per second: all end while the run drains', async () => {
    const { summary, verdict } = await runWith('30s')
    expect(summary.metrics.iterations?.values).toEqual({
      kind: 'counter',
      count: 10,
      drained: 10,
      perSecond: 0,
    })
    expect(verdict).toMatchObject({
      spans: { loadMs: 1_000, drainMs: 3_000 },
      coverage: { generators: { planned: 2, seen: 2 }, time: 1, arrivals: 1 },
      thresholds: [{ metric: 'iterations', value: 0, state: 'fail' }, expect.anything()],
    })
  })

  it('are interrupted after the load where nothing may drain', async () => {
    const { summary, verdict } = await runWith('0s')
    const values = { kind: 'counter', count: 10, drained: 10, perSecond: 0 }
    expect(summary.metrics.interrupted_iterations?.values).toEqual(values)
    expect(verdict).toMatchObject({ spans: { loadMs: 1_000 }, coverage: { time: 1 } })
  })
})
