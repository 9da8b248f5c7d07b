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
  const habitsAt = (clock: { ms: number }) => new ClosingHabits(() => clock.ms)

  it('that has closed a connection behind a response may do so again for ten seconds, soon after the next', () => {
    const clock = { ms: 1_000 }
    const habits = habitsAt(clock)
    expect(habits.mayClose(0)).toBe(false)
    habits.noteMissed(false)
    expect([habits.mayClose(0), habits.mayClose(50), habits.mayClose(50.1)]).toEqual([true, true, false])
    clock.ms = 10_999
    expect(habits.mayClose(0)).toBe(true)
    habits.noteInTime()
    clock.ms = 20_998
    expect(habits.mayClose(0)).toBe(true)
    clock.ms = 20_999
    expect(habits.mayClose(0)).toBe(false)
  })

  it('that closes connections only under requests drops them, and is not waited for', () => {
    const habits = habitsAt({ ms: 0 })
    for (let user = 0; user < 50; user++) habits.noteMissed(false)
    for (let i = 0; i < 2; i++) habits.noteMissed(true)
    expect([habits.mayClose(0), habits.waitMs]).toEqual([true, 0.2])
    habits.noteMissed(true)
    expect(habits.mayClose(0)).toBe(false)
    habits.noteMissed(false)
    expect(habits.mayClose(0)).toBe(false)
  })

  it('whose closes come late is waited for longer, up to two milliseconds', () => {
    const habits = habitsAt({ ms: 0 })
    habits.noteInTime()
    const waits = [1, 2, 3, 4, 5].map(() => {
      habits.noteMissed(true)
      return habits.waitMs
    })
    expect([waits, habits.mayClose(0)]).toEqual([[0.4, 0.8, 1.6, 2, 2], true])
  })
})
