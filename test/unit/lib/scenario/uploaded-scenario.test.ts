import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { bundleKey, encodeBundle } from '../../../../lib/core/run/scenario-bundle.ts'
import { loadData } from '../../../../lib/scenario/data-file.ts'
import { loadDeployedScenario } from '../../../../lib/scenario/deployed-scenario.ts'
import { loadUploadedScenario, sha256Of } from '../../../../lib/scenario/uploaded-scenario.ts'

const codeOf = (name: string, extra = ''): string => `${extra}
export default {
  name: '${name}',
  target: {},
  data: { accounts: { path: './data/accounts.csv', format: 'csv', access: 'shared' } },
  flows: { browse: { run: async () => {} } },
  profiles: { light: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },
}`

const bundleOf = (code: string): Uint8Array =>
  encodeBundle({ 'scenario.mjs': code, 'data/accounts.csv': 'name\nada\n' })

async function uploaded(code: string): Promise<{ store: MemoryStore; sha256: string }> {
  const store = new MemoryStore()
  const bundle = bundleOf(code)
  const sha256 = sha256Of(bundle)
  await store.put(bundleKey(sha256), bundle)
  return { store, sha256 }
}

describe('an uploaded scenario', () => {
  it('is loaded by its hash, with the data beside it', async () => {
    const { store, sha256 } = await uploaded(codeOf('mine'))
    const loaded = await loadUploadedScenario(sha256, store)
    expect(loaded.scenario.name).toBe('mine')
    expect(await loadData(loaded, 0)).toEqual({ accounts: [{ name: 'ada' }] })
  })

  it('is what a plan means by its name', async () => {
    const { store, sha256 } = await uploaded(codeOf('planned'))
    expect((await loadDeployedScenario(`sha256:${sha256}`, store)).scenario.name).toBe('planned')
  })

  it('is fetched once by a process, whoever asks', async () => {
    const { store, sha256 } = await uploaded(codeOf('once'))
    const [one, other] = await Promise.all([
      loadUploadedScenario(sha256, store),
      loadUploadedScenario(sha256, store),
    ])
    expect(other).toBe(one)
    expect(await loadUploadedScenario(sha256, new MemoryStore())).toBe(one)
  })

  it('does not run when its bytes are not those of its name', async () => {
    const store = new MemoryStore()
    const sha256 = sha256Of(bundleOf(codeOf('good')))
    await store.put(bundleKey(sha256), bundleOf(codeOf('bad', 'globalThis.tamperedScenarioRan = true')))
    await expect(loadUploadedScenario(sha256, store)).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: `sha256:${sha256} is not what its name says`,
    })
    expect(globalThis).not.toHaveProperty('tamperedScenarioRan')
  })

  it('is asked for from its file where it is not there, and found once it is', async () => {
    const store = new MemoryStore()
    const bundle = bundleOf(codeOf('late'))
    const sha256 = sha256Of(bundle)
    await expect(loadUploadedScenario(sha256, store)).rejects.toMatchObject({
      code: 'SCENARIO_NOT_FOUND',
      mistakes: [{ field: 'scenario', next: expect.stringContaining('volley start ./mine.ts') }],
    })
    await store.put(bundleKey(sha256), bundle)
    expect((await loadUploadedScenario(sha256, store)).scenario.name).toBe('late')
  })
})
