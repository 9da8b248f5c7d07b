import { expect, it } from 'vitest'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { setupKey } from '../../../../lib/core/run/setup.ts'
import { occasionOf } from '../../../../lib/run/occasion.ts'
import { planFor } from '../../../fixtures/plan-for.ts'

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
  const definition = {
    ...{
      name: 'shop',
      target: { url: 'http://127.0.0.1:1' },
      flows: { browse: { run: async () => undefined } },
    },
    profiles: { users: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },
    ...{ setup: fail, teardown: fail },
  }
  const { plan, loaded } = planFor(definition, { module: import.meta.url })
  const store = new MemoryStore()
  const occasion = occasionOf(plan, loaded, store, new ManualClock(0))
  const place = thrown instanceof Error ? ' (occasion.test.ts:' : ''
  await expect(occasion.setup()).rejects.toMatchObject({
    code: 'SETUP_FAILED',
    message: expect.stringContaining(`setup failed: ${said}${place}`),
  })
  await store.put(setupKey(plan.run), '{}')
  expect(await occasion.teardown()).toEqual([expect.stringContaining(`teardown failed: ${said}${place}`)])
})
