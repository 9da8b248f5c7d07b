import { expect, it } from 'vitest'
import { MemoryStore } from '../../../../../lib/adapters/snapshot-store/memory.ts'
import { expiredLease, renewLease } from '../../../../../lib/run/store/lease.ts'

const startAtMs = 1_700_000_000_000
const plan = { run: 'r1', leaseMs: 90_000 }
const OVER = { by: 'lease', reason: 'nobody has asked for it for 1m30s' }

it('a lease lasts from when somebody last asked, and from the start where nobody has', async () => {
  const store = new MemoryStore()
  const at = (elapsedMs: number) => expiredLease(plan, store, { startAtMs, nowMs: startAtMs + elapsedMs })
  expect(await at(89_999)).toBeUndefined()
  expect(await at(90_000)).toEqual(OVER)
  await renewLease(store, 'r1', 90_000, startAtMs + 60_000)
  expect(await at(149_999)).toBeUndefined()
  expect(await at(150_000)).toEqual(OVER)
})

it('a client that is gone before the start ends its run before the start', async () => {
  const store = new MemoryStore()
  await renewLease(store, 'r1', 90_000, startAtMs - 100_000)
  expect(await expiredLease(plan, store, { startAtMs, nowMs: startAtMs - 10_000 })).toEqual(OVER)
})

it('a run without a lease goes on whoever asks', async () => {
  const never = { startAtMs, nowMs: startAtMs + 1e9 }
  expect(await expiredLease({ run: 'r1' }, new MemoryStore(), never)).toBeUndefined()
})
