import { describe, expect, it } from 'vitest'
import { ClosingHabits, isRepeatable, resetWaitMs } from '../../../../../functions/generator/http/stale.ts'

const request = (method: string) => ({ method, path: '/', headers: {} })

describe('a second try', () => {
  it.each([
    ['GET', 1_186, true],
    ['GET', 1_187, false],
    ['DELETE', 100, true],
    ['POST', 100, false],
    ['get', 100, false],
  ])('of a %s of %i bytes: %s', (method, bytes, expected) => {
    expect(isRepeatable(request(method), bytes)).toBe(expected)
  })

  it('waits for a reset as long as connecting took and a little longer, half a second at most', () => {
    expect([resetWaitMs(0), resetWaitMs(20), resetWaitMs(60_000)]).toEqual([5, 25, 505])
  })
})

describe('an origin', () => {
  it('that has closed a connection behind a response may do so again for ten seconds, right behind the next', () => {
    const clock = { ms: 1_000 }
    const habits = new ClosingHabits(() => clock.ms)
    expect(habits.mayClose(0)).toBe(false)
    habits.note()
    expect([habits.mayClose(0), habits.mayClose(1), habits.mayClose(1.1)]).toEqual([true, true, false])
    clock.ms = 10_999
    expect(habits.mayClose(0)).toBe(true)
    habits.note()
    clock.ms = 20_998
    expect(habits.mayClose(0)).toBe(true)
    clock.ms = 20_999
    expect(habits.mayClose(0)).toBe(false)
  })
})
