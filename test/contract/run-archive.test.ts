import { mkdir, mkdtemp, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FolderArchive } from '../../lib/adapters/run-archive/folder.ts'
import { StoreArchive } from '../../lib/adapters/run-archive/store.ts'
import { MemoryStore } from '../../lib/adapters/snapshot-store/memory.ts'
import { FREE } from '../../lib/core/plan/quote.ts'
import { RUN_ENTRY_SCHEMA } from '../../lib/core/run/run-entry.ts'
import { recordRun } from '../../lib/run/store/run-entry.ts'
import { runArchiveContract } from './run-archive.contract.ts'

runArchiveContract('store', async (runs) => {
  const store = new MemoryStore()
  for (const { run, scenario, profile, atMs: requestedAtMs, files } of runs) {
    await recordRun(store, {
      ...{ schema: RUN_ENTRY_SCHEMA, run, requestedAtMs, scenario, profile },
      ...{ request: { scenario }, target: 'http://127.0.0.1', quote: FREE },
    })
    for (const [file, body] of Object.entries(files)) await store.put(`runs/${run}/${file}`, body)
  }
  return new StoreArchive(store)
})

runArchiveContract('folder', async (runs) => {
  const folder = await mkdtemp(join(tmpdir(), 'volley-archive-'))
  for (const { run, atMs, files } of runs) {
    const directory = join(folder, `at-${run}`)
    await mkdir(directory)
    for (const [file, body] of Object.entries(files)) await writeFile(join(directory, file), body)
    await utimes(join(directory, 'plan.json'), atMs / 1_000, atMs / 1_000)
  }
  return new FolderArchive(folder)
})

it('looks at the index of a scenario alone where its runs are wanted', async () => {
  const prefixes: string[] = []
  const store = new MemoryStore()
  const archive = new StoreArchive(
    Object.assign(store, {
      list: async function* (prefix: string) {
        prefixes.push(prefix)
        yield* []
      },
    }),
  )
  await archive.list({ limit: 1 })
  await archive.list({ scenario: 'shop', limit: 1 })
  await archive.list({ scenario: 'shop', profile: 'light', limit: 1 })
  await archive.list({ profile: 'light', limit: 1 })
  expect(prefixes).toEqual(['run-index/', 'run-index/shop/', 'run-index/shop/light/', 'run-index/'])
})
