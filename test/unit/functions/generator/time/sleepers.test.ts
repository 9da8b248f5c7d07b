import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sleepers } from '../../../../../functions/generator/time/sleepers.ts'
import { ManualClock } from '../../../../../lib/adapters/clock/manual.ts'

function bedroom() {
  const clock = new ManualClock(1_000)
  let timers = 0
  const counted = {
    now: () => clock.now(),
    sleepUntil(atMs: number, signal?: AbortSignal) {
      timers++
      return clock.sleepUntil(atMs, signal)
    },
  }
  const sleepers = new Sleepers(counted)
  const woken: [due: number, at: number][] = []
  const sleep = (wakesAtMs: number): void =>
    sleepers.add({ wakesAtMs, wake: () => woken.push([wakesAtMs, clock.now()]) })
  return { clock, sleepers, sleep, woken, timers: () => timers }
}

describe('sleepers', () => {
  it('wake in the order of their times, none early and none more than a millisecond late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 1_000, max: 2_000, noNaN: true }), { maxLength: 200 }),
        async (times) => {
          const { clock, sleep, woken } = bedroom()
          for (const time of times) sleep(time)
          await clock.advanceTo(1_000)
          await clock.advanceTo(2_001)
          const due = woken.map(([dueMs]) => dueMs)
          expect(due).toEqual([...times].sort((a, b) => a - b))
          for (const [dueMs, atMs] of woken) {
            expect(atMs).toBeGreaterThanOrEqual(dueMs)
            expect(atMs - dueMs).toBeLessThanOrEqual(1)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('take one timer for all who are due together', async () => {
    const { clock, sleep, woken, timers } = bedroom()
    for (let i = 0; i < 10_000; i++) sleep(2_000 + (i % 3) * 100)
    expect(timers()).toBe(1)
    await clock.advanceTo(3_000)
    expect([woken.length, timers()]).toEqual([10_000, 3])
  })

  it('wake for one who came later and is due earlier', async () => {
    const { clock, sleep, woken } = bedroom()
    sleep(5_000)
    sleep(1_500)
    await clock.advanceTo(1_500)
    expect(woken).toEqual([[1_500, 1_500]])
    sleep(4_000)
    await clock.advanceTo(6_000)
    expect(woken).toEqual([
      [1_500, 1_500],
      [4_000, 4_000],
      [5_000, 5_000],
    ])
  })

  it('sleep on when their bedroom is closed', async () => {
    const { clock, sleepers, sleep, woken } = bedroom()
    sleep(1_500)
    sleepers.close()
    await clock.advanceTo(2_000)
    expect(woken).toEqual([])
  })
})
