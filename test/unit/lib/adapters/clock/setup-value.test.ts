import { expect, it } from 'vitest'
import { systemClock } from '../../../../../lib/adapters/clock/system.ts'
import { MemoryStore } from '../../../../../lib/adapters/snapshot-store/memory.ts'
import { setupKey } from '../../../../../lib/core/run/setup.ts'
import { occasionOf } from '../../../../../lib/run/occasion.ts'
import { planFor } from '../../../../fixtures/plan-for.ts'

function settingUp(setup: () => unknown) {
  const { plan, loaded } = planFor({
    name: 'prepared',
    target: { url: 'http://127.0.0.1:9' },
    setup,
    flows: { f: { run: async () => undefined } },
    profiles: { p: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },
  })
  const store = new MemoryStore()
  return { store, occasion: occasionOf(plan, loaded, store, systemClock) }
}

it('gives generators what setup returns', async () => {
  const { store, occasion } = settingUp(async () => ({ token: 'x', users: [1, null] }))
  await occasion.setup()
  const kept = await store.get(setupKey('r'))
  expect(JSON.parse(new TextDecoder().decode(kept))).toEqual({ value: { token: 'x', users: [1, null] } })
})

it('lets setup return nothing', async () => {
  const { store, occasion } = settingUp(async () => undefined)
  await occasion.setup()
  expect(new TextDecoder().decode(await store.get(setupKey('r')))).toBe('{}')
})

it.each([
  [{ login: Promise.resolve('x') }, 'setup.login', 'a Promise: await it'],
  [{ users: new Map() }, 'setup.users', 'a Map'],
  [5n, 'setup', 'a BigInt'],
  [{ rate: Number.NaN }, 'setup.rate', 'NaN'],
])('refuses what would not reach generators: %o', async (value, field, what) => {
  const { store, occasion } = settingUp(async () => value)
  await expect(occasion.setup()).rejects.toMatchObject({
    code: 'SETUP_FAILED',
    mistakes: [{ field, value: what }],
  })
  expect(await store.get(setupKey('r'))).toBe(undefined)
})
