import { expect, it } from 'vitest'
import { generate } from '../../functions/generator/generate.ts'
import { createServices } from '../../functions/generator/services.ts'
import { ManualClock } from '../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../lib/adapters/snapshot-store/memory.ts'
import { checkScenario } from '../../lib/core/check-scenario.ts'
import { makePlan } from '../../lib/core/make-plan.ts'
import type { Scenario } from '../../lib/core/scenario.ts'
import { decodeSnapshot, snapshotPrefix } from '../../lib/core/snapshot.ts'
import { requestStop } from '../../lib/stop.ts'

const START_AT_MS = 1_700_000_000_000

it('a run that is stopped while its generators wait for the start makes no load, and they say so at once', async () => {
  let iterations = 0
  const { scenario } = checkScenario({
    name: 'shop',
    target: {},
    flows: { browse: { run: async () => void iterations++ } },
    profiles: { users: { executors: [{ executor: 'constant-vus', users: 2, duration: '10s' }] } },
  }) as { scenario: Scenario }
  const facts = {
    run: 'r1',
    module: 'file:///shop.ts',
    targetUrl: 'http://127.0.0.1:1',
    seed: 1,
    generators: 1,
  }
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
    createServices: (recorder) =>
      createServices({ plan, scenario, data: {}, setup: undefined, recorder, clock, log: undefined }),
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
