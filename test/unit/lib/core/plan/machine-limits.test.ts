import { describe, expect, it } from 'vitest'
import { type Machine, machineMistakes, needOf } from '../../../../../lib/core/plan/machine-limits.ts'
import { startAheadMs, usersAtStart } from '../../../../../lib/core/plan/start-ahead.ts'
import { executorSchema } from '../../../../../lib/core/schedule/executors.ts'

const machine: Machine = { socketsPerProcess: 20_000, localPorts: 28_232, memoryBytes: 25e9 }
const LIMITLESS: Machine = {
  socketsPerProcess: Number.POSITIVE_INFINITY,
  localPorts: Number.POSITIVE_INFINITY,
  memoryBytes: Number.POSITIVE_INFINITY,
}

const users = (count: number, more: object = {}) =>
  executorSchema.parse({ executor: 'constant-vus', users: count, duration: '1m', ...more })

function need(
  executors: ReturnType<typeof users>[],
  changes: object = {},
  connections: 'per-user' | 'pooled' = 'per-user',
) {
  return needOf({ executors, slices: 2, connectionsPerUser: 1, ...changes }, connections)
}

const found = (...args: Parameters<typeof need>) =>
  machineMistakes(need(...args), machine).map(({ field, value, next }) => [field, value, next.split(',')[0]])

describe('what a run needs of one machine', () => {
  it('is a connection for each user who is alive at once, and no more for those who come later', () => {
    expect(need([users(100), users(50)])).toEqual({ generators: 2, users: 150, connections: 150 })
    expect(need([users(100), users(50, { startTime: '1m' })]).users).toBe(100)
    expect(need([users(100)], { connectionsPerUser: 3 }).connections).toBe(300)
  })

  it('is not the pool of an arrival rate, which may stay empty', () => {
    const arrivals = executorSchema.parse({ executor: 'constant-arrival-rate', rate: 9_000, duration: '1m' })
    expect(need([arrivals])).toMatchObject({ users: 0, connections: 0 })
  })

  it('is at most 900 connections a generator where users share them', () => {
    expect(need([users(50_000)], {}, 'pooled')).toMatchObject({ users: 50_000, connections: 1_800 })
  })
})

describe('a run that this machine cannot make', () => {
  it('is not one that just fits', () => {
    expect(found([users(28_232)])).toEqual([])
    expect(machineMistakes(need([users(10_000_000)]), LIMITLESS)).toEqual([])
  })

  it('is refused by descriptors, with as many generators as would do', () => {
    expect(found([users(28_000)], { slices: 1 })).toEqual([
      ['--generators', '1: 28,000 connections for each of them', '--generators 2'],
    ])
  })

  it('is refused by local ports, whatever the number of generators', () => {
    expect(found([users(28_233)], { slices: 10 })).toEqual([
      ['--users', '28,233 connections from this machine to one address', 'fewer --users'],
    ])
  })

  it('is refused by all that is too much at once', () => {
    expect(found([users(10_000_000)]).map(([field]) => field)).toEqual(['--generators', '--users', '--users'])
  })

  it('is refused by the memory of its processes alone', () => {
    expect(found([users(1)], { slices: 10_000 })).toEqual([
      ['--generators', '1 users in 10,000 generators, about 600.0 GB of memory', 'fewer of them here'],
    ])
  })
})

describe('the start', () => {
  const plan = (count: number, slices: number) => ({ executors: [users(count)], slices })

  it('is so far ahead that the first users of each generator can connect, and ten seconds at most', () => {
    expect(startAheadMs(plan(1, 1))).toBeCloseTo(300.5, 6)
    expect(startAheadMs(plan(4_000, 2))).toBe(1_300)
    expect(startAheadMs(plan(1_000_000, 2))).toBe(10_000)
  })

  it('waits for nobody who comes later', () => {
    const ramp = executorSchema.parse({ executor: 'ramping-vus', stages: [{ duration: '1m', users: 9_000 }] })
    expect(
      usersAtStart({ executors: [ramp, users(500, { startTime: '1s' }), users(40)] }),
    ).toBeLessThanOrEqual(41)
  })
})
