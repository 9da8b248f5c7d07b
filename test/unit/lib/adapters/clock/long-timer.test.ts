import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { opening } from '../../../../../functions/generator/messages/opening.ts'
import { reopen } from '../../../../../functions/generator/net/reopen.ts'
import { LongTimer } from '../../../../../lib/adapters/clock/long-timer.ts'
import { systemClock } from '../../../../../lib/adapters/clock/system.ts'

const DAY_MS = 86_400_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it.each([1, 25 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS])('fires once, after %i ms', async (lengthMs) => {
  const call = vi.fn()
  new LongTimer(lengthMs, call)
  await vi.advanceTimersByTimeAsync(lengthMs - 1)
  expect(call).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(2)
  await vi.advanceTimersByTimeAsync(50 * DAY_MS)
  expect(call).toHaveBeenCalledOnce()
})

it('does not fire where it is cleared, in whatever part of it', async () => {
  const call = vi.fn()
  const timer = new LongTimer(60 * DAY_MS, call)
  await vi.advanceTimersByTimeAsync(55 * DAY_MS)
  timer.clear()
  await vi.advanceTimersByTimeAsync(60 * DAY_MS)
  expect(call).not.toHaveBeenCalled()
})

it.each([
  [
    'opening a connection',
    () =>
      opening({ timeoutMs: 30 * DAY_MS, signal: undefined, timeoutClass: 'timeout' }, () => () => undefined),
  ],
  ['the clock', () => systemClock.sleepUntil(systemClock.now() + 30 * DAY_MS)],
  [
    'a pause before coming back',
    () =>
      reopen(
        { attempts: 1, firstMs: 30 * DAY_MS, longestMs: 30 * DAY_MS, jitter: 0 },
        { lost: new Error(), seed: 1, now: Date.now, isOver: () => false },
        async () => 'open',
      ),
  ],
])('%s waits for thirty days', async (_, wait) => {
  let over = false
  const end = (): void => {
    over = true
  }
  wait().then(end, end)
  await vi.advanceTimersByTimeAsync(29.9 * DAY_MS)
  expect(over).toBe(false)
  await vi.advanceTimersByTimeAsync(0.2 * DAY_MS)
  expect(over).toBe(true)
})
