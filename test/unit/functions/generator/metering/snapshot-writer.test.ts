import { describe, expect, it } from 'vitest'
import type { Interval } from '../../../../../functions/generator/metering/recorder.ts'
import { SnapshotWriter } from '../../../../../functions/generator/metering/snapshot-writer.ts'
import { pollStop } from '../../../../../functions/generator/stop-poll.ts'
import { ManualClock } from '../../../../../lib/adapters/clock/manual.ts'
import { MemoryStore } from '../../../../../lib/adapters/snapshot-store/memory.ts'
import type { Plan } from '../../../../../lib/core/plan/plan.ts'
import { decodeSnapshot, type Health } from '../../../../../lib/core/results/snapshot.ts'
import { stopKey } from '../../../../../lib/core/run/stop.ts'

const health: Health = {
  cpuShare: 0,
  loopShare: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
  gcMs: 0,
  heapBytes: 0,
  rssBytes: 0,
  sockets: 0,
}
const interval = (seq: number): Interval => ({
  seq,
  fromMs: seq * 1_000,
  toMs: (seq + 1) * 1_000,
  arrivals: 0,
  series: [],
  seconds: [],
  histograms: new Uint8Array(),
})

/** A memory store whose writes and reads fail while it is away. */
class MovingStore extends MemoryStore {
  away = false

  override async putOnce(key: string, body: Uint8Array | string): Promise<boolean> {
    if (this.away) throw new Error('disk full')
    return super.putOnce(key, body)
  }

  override async get(key: string): Promise<Uint8Array | undefined> {
    if (this.away) throw new Error('unreachable')
    return super.get(key)
  }
}

function writing() {
  const store = new MovingStore()
  const clock = new ManualClock(0)
  const lost: unknown[] = []
  const writer = new SnapshotWriter({
    plan: { run: 'r' } as Plan,
    invocation: { slice: 3, window: 0, attempt: 0 },
    startLateMs: 0,
    store,
    clock,
    onLost: (cause) => void lost.push(cause),
  })
  return { store, clock, writer, lost }
}

async function advance(clock: ManualClock, toMs: number): Promise<void> {
  for (let atMs = clock.now(); atMs <= toMs; atMs += 100) await clock.advanceTo(atMs)
}

describe('a snapshot writer', () => {
  it('writes under the key of its slice and cut', async () => {
    const { store, writer } = writing()
    writer.write(interval(0), health)
    writer.write(interval(1), health, 'complete')
    await writer.drained()
    const last = await store.get('runs/r/snapshots/0/3-0-1')
    expect((await decodeSnapshot(last as Uint8Array)).header).toMatchObject({
      slice: 3,
      seq: 1,
      ending: 'complete',
    })
  })

  it('tries again until the store is back, and loses nothing', async () => {
    const { store, clock, writer, lost } = writing()
    store.away = true
    writer.write(interval(0), health)
    writer.write(interval(1), health)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await advance(clock, 20_000)
    store.away = false
    await advance(clock, 30_000)
    await writer.drained()
    expect(await store.get('runs/r/snapshots/0/3-0-0')).toBeDefined()
    expect(await store.get('runs/r/snapshots/0/3-0-1')).toBeDefined()
    expect(lost).toEqual([])
  })

  it('gives up after thirty seconds and says why', async () => {
    const { store, clock, writer, lost } = writing()
    store.away = true
    writer.write(interval(0), health)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await advance(clock, 29_000)
    expect(clock.now()).toBeGreaterThan(28_000)
    await advance(clock, 40_000)
    await writer.drained()
    expect(lost).toEqual([new Error('disk full')])
  })
})

describe('looking for STOP', () => {
  const search = (store: MovingStore, clock: ManualClock, signal = new AbortController().signal) =>
    pollStop({ run: 'r', store, clock, everyMs: 200, signal })

  it('finds who asked and why', async () => {
    const store = new MovingStore()
    const clock = new ManualClock(0)
    const found = search(store, clock)
    await advance(clock, 1_000)
    await store.put(stopKey('r'), JSON.stringify({ by: 'budget', reason: 'spent' }))
    await advance(clock, 1_300)
    expect(await found).toEqual({ by: 'budget', reason: 'spent' })
  })

  it('takes an empty STOP for one too: somebody made it by hand', async () => {
    const store = new MovingStore()
    await store.put(stopKey('r'), '')
    expect(await search(store, new ManualClock(0))).toEqual({ by: 'user', reason: 'a STOP object was found' })
  })

  it('stops by itself when the store has been unreadable for thirty seconds', async () => {
    const store = new MovingStore()
    const clock = new ManualClock(0)
    store.away = true
    const found = search(store, clock)
    await advance(clock, 31_000)
    expect(await found).toMatchObject({ by: 'infrastructure' })
  })

  it('forgives a store that comes back in time', async () => {
    const store = new MovingStore()
    const clock = new ManualClock(0)
    const over = new AbortController()
    store.away = true
    const found = search(store, clock, over.signal)
    await advance(clock, 25_000)
    store.away = false
    await advance(clock, 26_000)
    store.away = true
    await advance(clock, 50_000)
    over.abort()
    await advance(clock, 51_000)
    expect(await found).toBeUndefined()
  })
})
