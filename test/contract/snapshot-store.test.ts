import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FileSystemStore } from '../../lib/adapters/snapshot-store/file-system.ts'
import { MemoryStore } from '../../lib/adapters/snapshot-store/memory.ts'
import { snapshotStoreContract } from './snapshot-store.contract.ts'

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'volley-store-'))

snapshotStoreContract('memory', async () => new MemoryStore())
snapshotStoreContract('file-system', async () => new FileSystemStore(await temporary()))

it('says which directory cannot be written and what to do about it', async () => {
  const directory = await temporary()
  await writeFile(join(directory, 'runs'), 'a file where a folder is wanted')
  await expect(new FileSystemStore(directory).put('runs/a/plan.json', '{}')).rejects.toMatchObject({
    code: 'STORE_UNWRITABLE',
    mistakes: [{ field: '--out', value: directory }],
  })
})

it('leaves no unfinished file behind when two writers meet', async () => {
  const directory = await temporary()
  const store = new FileSystemStore(directory)
  await Promise.all([store.putOnce('k', 'a'), store.putOnce('k', 'b')])
  expect(await readdir(directory)).toEqual(['k'])
})

it('keeps the files of one run in its directory itself', async () => {
  const directory = await temporary()
  const store = new FileSystemStore(directory, 'runs/a/')
  await store.put('runs/a/plan.json', '{}')
  expect(await readdir(directory)).toEqual(['plan.json'])
  await expect(store.get('runs/b/plan.json')).rejects.toThrow('runs/b/plan.json is not under runs/a/')
})
