import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryFaultInjector } from '../../../../lib/adapters/fault-injector/memory.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { verdictKey } from '../../../../lib/core/results/verdict.ts'
import { startKey } from '../../../../lib/core/run/relay.ts'
import { type Experiment, experimentKey } from '../../../../lib/core/scenario/experiment.ts'
import type { FaultInjector } from '../../../../lib/ports.ts'
import { stopRun } from '../../../../lib/run/stop-run.ts'
import { findStop } from '../../../../lib/run/store/stop.ts'

let store: MemoryStore
let injector: MemoryFaultInjector
let judged: unknown[]

const START = { startAtMs: 1_000, deadlineAtMs: 90_000 }

const stop = (run: string, status: string, through: FaultInjector = injector): Promise<void> =>
  stopRun(run, status, {
    store,
    injector: through,
    judge: async (event) => void judged.push(event),
  })

const stateOf = async (id: string): Promise<string> => (await injector.state(id)).state

beforeEach(async () => {
  store = new MemoryStore()
  injector = new MemoryFaultInjector(new ManualClock(), { EXT1: 60_000 })
  await injector.start('EXT1', 'r1/peak/0')
  const planned = { name: 'kill', template: 'EXT1', stage: 'peak', actions: 1, fromMs: 0, toMs: 9 }
  const running: Experiment = { ...planned, state: 'running', id: 'EXP1', startedMs: 0 }
  await store.put(startKey('r1'), JSON.stringify(START))
  judged = []
  await store.put(experimentKey('r1', 0), JSON.stringify(running))
  await store.put(experimentKey('r1', 1), JSON.stringify({ ...planned, state: 'not-started' }))
})

describe('an execution that has ended', () => {
  it.each([
    ['ABORTED', { by: 'user', reason: 'its execution was stopped' }],
    ['FAILED', { by: 'infrastructure', reason: 'its execution ended as FAILED' }],
    ['TIMED_OUT', { by: 'infrastructure', reason: 'its execution ended as TIMED_OUT' }],
  ])('as %s leaves neither load nor experiments, and is judged', async (status, by) => {
    await stop('r1', status)
    expect(await findStop(store, 'r1')).toEqual(by)
    expect(await stateOf('EXP1')).toBe('stopped')
    expect(judged).toEqual([{ action: 'judge', run: 'r1', ...START }])
  })

  it('with a verdict gets no STOP and no other verdict, and leaves no experiments all the same', async () => {
    await store.put(verdictKey('r1'), '{}')
    await stop('r1', 'FAILED')
    expect(await findStop(store, 'r1')).toBeUndefined()
    expect(judged).toEqual([])
    expect(await stateOf('EXP1')).toBe('stopped')
  })

  it('before it had a start has nothing to stop', async () => {
    await stop('refused', 'FAILED')
    expect(await findStop(store, 'refused')).toBeUndefined()
  })

  it('has its STOP and its judgement before its experiments are stopped, and is tried again if they are not', async () => {
    const broken: FaultInjector = {
      start: (...args) => injector.start(...args),
      state: (id) => injector.state(id),
      stop: () => Promise.reject(new Error('FIS: not now')),
    }
    await expect(stop('r1', 'ABORTED', broken)).rejects.toThrow('FIS: not now')
    expect(await findStop(store, 'r1')).toMatchObject({ by: 'user' })
    expect(judged).toHaveLength(1)
  })
})
