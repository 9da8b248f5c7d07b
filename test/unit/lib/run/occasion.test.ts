import { expect, it } from 'vitest'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { makePlan } from '../../../../lib/core/plan/make-plan.ts'
import { checkScenario } from '../../../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../../../lib/core/scenario/scenario.ts'
import { occasionOf } from '../../../../lib/run/occasion.ts'

it.each([
  [
    'an error',
    new TypeError('no seat', { cause: new Error('full house') }),
    'no seat, caused by: full house',
  ],
  ['with a secret', new Error('login with password=hunter22 failed'), 'login with password=*** failed'],
  ['no error at all', { code: 7 }, '{ code: 7 }'],
])('a setup and a teardown that throw %s are told by what they threw, and where', async (_, thrown, said) => {
  const fail = async (): Promise<void> => {
    throw thrown
  }
  const { scenario } = checkScenario({
    ...{ name: 'shop', target: {}, flows: { browse: { run: async () => undefined } } },
    profiles: { users: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },
    ...{ setup: fail, teardown: fail },
  }) as { scenario: Scenario }
  const module = import.meta.url
  const facts = { run: 'r1', module, targetUrl: 'http://127.0.0.1:1', seed: 1, generators: 1 }
  const plan = makePlan(scenario, { allow: [] }, facts)
  const store = new MemoryStore()
  const occasion = occasionOf(plan, { scenario, module }, store, new ManualClock(0))
  const place = thrown instanceof Error ? ' (occasion.test.ts:' : ''
  await expect(occasion.setup()).rejects.toMatchObject({
    code: 'SETUP_FAILED',
    message: expect.stringContaining(`setup failed: ${said}${place}`),
  })
  await store.put('runs/r1/setup.json', '{}')
  expect(await occasion.teardown()).toEqual([expect.stringContaining(`teardown failed: ${said}${place}`)])
})
