import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Deadlines, type Expiring } from '../../../../../functions/generator/time/deadlines.ts'

class Item implements Expiring {
  deadlineAtMs = 0
  earlier: Expiring | undefined
  later: Expiring | undefined
  readonly #expired: () => void

  constructor(expired: () => void) {
    this.#expired = expired
  }

  expire(): void {
    this.#expired()
  }
}

let expired: string[]
let deadlines: Deadlines

const named = (name: string): Item => new Item(() => expired.push(`${name} at ${Date.now()}`))

function add(name: string, withinMs: number): Item {
  const item = named(name)
  deadlines.add(item, Date.now(), withinMs)
  return item
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  expired = []
  deadlines = new Deadlines(() => Date.now())
})
afterEach(() => vi.useRealTimers())

describe('deadlines', () => {
  it('expire each at its time, whatever the order they were set in', () => {
    add('slow', 500)
    add('fast', 20)
    vi.advanceTimersByTime(10)
    add('fast again', 20)
    add('slow again', 500)
    vi.advanceTimersByTime(1_000)
    expect(expired).toEqual(['fast at 20', 'fast again at 30', 'slow at 500', 'slow again at 510'])
  })

  it('that are removed never expire, first, last or in the midst of others', () => {
    const [first, , middle, , last] = ['a', 'b', 'c', 'd', 'e'].map((name) => add(name, 100))
    for (const item of [middle, first, last]) deadlines.remove(item as Item, 100)
    vi.advanceTimersByTime(200)
    expect(expired).toEqual(['b at 100', 'd at 100'])
  })

  it('may be removed twice, and after they expired', () => {
    const gone = add('gone', 10)
    deadlines.remove(gone, 10)
    const other = add('other', 10)
    deadlines.remove(gone, 10)
    vi.advanceTimersByTime(10)
    deadlines.remove(other, 10)
    add('later', 10)
    vi.advanceTimersByTime(10)
    expect(expired).toEqual(['other at 10', 'later at 20'])
  })

  it('take one timer for thousands, and none when nothing is under way', () => {
    const items = Array.from({ length: 5_000 }, (_, i) => add(`${i}`, 30_000))
    expect(vi.getTimerCount()).toBe(1)
    for (const item of items) deadlines.remove(item, 30_000)
    vi.advanceTimersByTime(30_000)
    expect([expired.length, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('may be set while others expire', () => {
    deadlines.add(
      new Item(() => {
        expired.push('first')
        add('second', 10)
      }),
      0,
      10,
    )
    vi.advanceTimersByTime(20)
    expect(expired).toEqual(['first', 'second at 20'])
  })
})
