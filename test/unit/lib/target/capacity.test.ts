import { expect, test } from 'vitest'
import { Capacity, type Served } from '../../../../lib/target/capacity.ts'
import { ManualTimers } from './manual-timers.ts'

function capacityOf(options: { tasks: number; slotsPerTask: number; queueLimit: number }) {
  const timers = new ManualTimers()
  const served: (Served & { name: string })[] = []
  const capacity = new Capacity({ ...options, timers })
  const offer = (name: string, serviceMs: number) =>
    capacity.offer(serviceMs, (measured) => served.push({ name, ...measured }))
  return { timers, served, capacity, offer }
}

test('work that finds a free slot is served at once', () => {
  const { timers, served, offer } = capacityOf({ tasks: 1, slotsPerTask: 1, queueLimit: 0 })
  expect(offer('a', 30)).toBe(true)
  timers.advance(29)
  expect(served).toEqual([])
  timers.advance(1)
  expect(served).toEqual([{ name: 'a', waitMs: 0, serviceMs: 30 }])
})

test('work beyond the slots waits its turn, first come, first served', () => {
  const { timers, served, offer } = capacityOf({ tasks: 1, slotsPerTask: 2, queueLimit: 10 })
  for (const name of ['a', 'b', 'c', 'd']) offer(name, 100)
  timers.advance(200)
  expect(served.map(({ name, waitMs }) => [name, waitMs])).toEqual([
    ['a', 0],
    ['b', 0],
    ['c', 100],
    ['d', 100],
  ])
})

test('a full queue turns work away and forgets it', () => {
  const { timers, served, capacity, offer } = capacityOf({ tasks: 1, slotsPerTask: 1, queueLimit: 1 })
  expect([offer('served', 10), offer('waits', 10), offer('rejected', 10)]).toEqual([true, true, false])
  timers.advance(1_000)
  expect(served.map(({ name }) => name)).toEqual(['served', 'waits'])
  expect(capacity.usage()).toMatchObject({ offered: 3, rejected: 1 })
})

test('work is spread over the tasks, to the one with the fewest slots busy', () => {
  const { timers, capacity, offer } = capacityOf({ tasks: 3, slotsPerTask: 4, queueLimit: 0 })
  for (let i = 0; i < 9; i++) offer('any', 100)
  timers.advance(100)
  expect(capacity.usage().busyMsByTask).toEqual([300, 300, 300])
})

test('a quiet fleet does not wear out its first task', () => {
  const { timers, capacity, offer } = capacityOf({ tasks: 3, slotsPerTask: 4, queueLimit: 0 })
  for (let i = 0; i < 6; i++) {
    offer('any', 100)
    timers.advance(100)
  }
  expect(capacity.usage().busyMsByTask).toEqual([200, 200, 200])
})

test('added tasks take waiting work at once', () => {
  const { timers, served, capacity, offer } = capacityOf({ tasks: 1, slotsPerTask: 1, queueLimit: 10 })
  for (const name of ['a', 'b', 'c']) offer(name, 100)
  timers.advance(40)
  capacity.resize(3)
  expect({ busy: capacity.busy, waiting: capacity.waiting }).toEqual({ busy: 3, waiting: 0 })
  timers.advance(100)
  expect(served.map(({ name, waitMs }) => [name, waitMs])).toEqual([
    ['a', 0],
    ['b', 40],
    ['c', 40],
  ])
})

test('a task that goes finishes what it has and takes nothing new', () => {
  const { timers, served, capacity, offer } = capacityOf({ tasks: 2, slotsPerTask: 1, queueLimit: 10 })
  offer('a', 100)
  offer('b', 100)
  capacity.resize(1)
  offer('c', 100)
  timers.advance(100)
  expect(served.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(capacity.busy).toBe(1)
  timers.advance(100)
  expect(capacity.usage().busyMsByTask).toEqual([200, 100])
})

test('usage integrates what waited', () => {
  const { timers, capacity, offer } = capacityOf({ tasks: 1, slotsPerTask: 1, queueLimit: 10 })
  for (const name of ['a', 'b', 'c']) offer(name, 100)
  timers.advance(150)
  expect(capacity.usage()).toEqual({
    atMs: 150,
    busyMsByTask: [150],
    waitingMs: 250,
    offered: 3,
    rejected: 0,
  })
})
