import { describe, expect, it } from 'vitest'
import type { SnapshotStore } from '../../lib/ports.ts'

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

async function keysOf(store: SnapshotStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of store.list(prefix)) keys.push(key)
  return keys.sort()
}

/** What every store does, whatever holds its objects. */
export function snapshotStoreContract(name: string, create: () => Promise<SnapshotStore>): void {
  describe(`${name} as a snapshot store`, () => {
    it('gives back the bytes it was given', async () => {
      const store = await create()
      const body = Uint8Array.from({ length: 256 }, (_, i) => i)
      await store.put('runs/a/plan.json', body)
      expect(new Uint8Array((await store.get('runs/a/plan.json')) ?? [])).toEqual(body)
    })

    it('knows no object that was never written', async () => {
      const store = await create()
      expect(await store.get('runs/a/plan.json')).toBeUndefined()
      expect(await keysOf(store, 'runs/')).toEqual([])
    })

    it('replaces an object on put', async () => {
      const store = await create()
      await store.put('k', 'first')
      await store.put('k', 'second')
      expect(text(await store.get('k'))).toBe('second')
    })

    it('keeps the first object on putOnce and says so', async () => {
      const store = await create()
      expect(await store.putOnce('runs/a/snapshots/0/1-0-2', 'first')).toBe(true)
      expect(await store.putOnce('runs/a/snapshots/0/1-0-2', 'second')).toBe(false)
      expect(text(await store.get('runs/a/snapshots/0/1-0-2'))).toBe('first')
    })

    it('lets exactly one of many simultaneous writers win', async () => {
      const store = await create()
      const wrote = await Promise.all(Array.from({ length: 20 }, (_, i) => store.putOnce('k', `writer ${i}`)))
      expect(wrote.filter(Boolean)).toHaveLength(1)
      expect(text(await store.get('k'))).toBe(`writer ${wrote.indexOf(true)}`)
    })

    it('lists the keys under a prefix, and no others', async () => {
      const store = await create()
      for (const key of [
        'runs/a/snapshots/0/0-0-0',
        'runs/a/snapshots/1/0-0-9',
        'runs/a/plan.json',
        'runs/b/plan.json',
      ])
        await store.put(key, key)
      expect(await keysOf(store, 'runs/a/snapshots/')).toEqual([
        'runs/a/snapshots/0/0-0-0',
        'runs/a/snapshots/1/0-0-9',
      ])
      expect(await keysOf(store, 'runs/a/')).toHaveLength(3)
    })

    it('keeps an object apart from the buffer it was written from', async () => {
      const store = await create()
      const body = new Uint8Array([1, 2, 3])
      await store.put('k', body)
      body[0] = 9
      expect([...((await store.get('k')) ?? [])]).toEqual([1, 2, 3])
    })
  })
}
