import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { warmUp, warmUpMs } from '../../../../functions/generator/warm-up.ts'
import { systemClock } from '../../../../lib/adapters/clock/system.ts'

/** Counts the connections that servers of this process take. */
function countConnections(): () => number {
  let connections = 0
  const count = (): void => void connections++
  subscribe('net.server.socket', count)
  onTestFinished(() => void unsubscribe('net.server.socket', count))
  return () => connections
}

const openSockets = (): string[] => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'))

describe('how long a generator rehearses', () => {
  it.each([
    [{ peakUsers: 1, slices: 1 }, 100],
    [{ peakUsers: 600, slices: 2 }, 300],
    [{ peakUsers: 20_000, slices: 4 }, 1_000],
  ])('follows from the users it is to carry: %o, %i ms', (plan, expected) => {
    expect(warmUpMs(plan, Number.POSITIVE_INFINITY)).toBe(expected)
  })

  it('is no longer than there is time, and nothing where there is hardly any', () => {
    const plan = { peakUsers: 5_000, slices: 1 }
    expect([600.5, 100, 99, -5_000].map((freeMs) => warmUpMs(plan, freeMs))).toEqual([600, 100, 0, 0])
  })
})

describe('a rehearsal', () => {
  it('makes requests to a server of its own, and leaves no connection behind', async () => {
    const connections = countConnections()
    await warmUp(100, systemClock)
    expect(connections()).toBeGreaterThanOrEqual(32)
    await expect.poll(openSockets).toEqual([])
  })

  it('does nothing where there is no time for it', async () => {
    const connections = countConnections()
    await warmUp(0, systemClock)
    expect(connections()).toBe(0)
  })
})
