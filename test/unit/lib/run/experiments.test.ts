import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryFaultInjector } from '../../../../lib/adapters/fault-injector/memory.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { experimentKey, type PlannedExperiment } from '../../../../lib/core/scenario/experiment.ts'
import type { FaultInjector } from '../../../../lib/ports.ts'
import { Experiments, stopExperiments } from '../../../../lib/run/experiments.ts'
import { requestStop } from '../../../../lib/run/store/stop.ts'

const START_AT_MS = 1_000_000
const KILL: PlannedExperiment = {
  name: 'kill a task',
  template: 'EXT1',
  stage: 'peak',
  actions: 1,
  fromMs: 30_000,
  toMs: 90_000,
}
const DELAY: PlannedExperiment = { ...KILL, name: 'delay', template: 'EXT2', fromMs: 60_500, toMs: 120_000 }

let clock: ManualClock
let store: MemoryStore
let memory: MemoryFaultInjector
let over: AbortController

beforeEach(() => {
  clock = new ManualClock(START_AT_MS)
  store = new MemoryStore()
  memory = new MemoryFaultInjector(clock, { EXT1: 3_600_000, EXT2: 10_000 })
  over = new AbortController()
})

const open = (planned: PlannedExperiment[], injector: FaultInjector = memory): Promise<Experiments> =>
  Experiments.open({
    plan: { run: 'r1', experiments: planned },
    startAtMs: START_AT_MS,
    store,
    clock,
    injector,
  })

/** Conducts up to a moment of the run, and leaves. */
async function conductUntil(experiments: Experiments, atMs: number): Promise<void> {
  const conducting = experiments.conduct(over.signal)
  await nextTurn()
  await clock.advanceTo(START_AT_MS + atMs)
  await nextTurn()
  over.abort()
  over = new AbortController()
  await conducting
}

/** Ends them, the clock going on meanwhile. */
async function end(experiments: Experiments): Promise<void> {
  const ending = experiments.end()
  await nextTurn()
  await clock.advanceTo(clock.now() + 30_000)
  await ending
}

const recorded = async (i: number): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode(await store.get(experimentKey('r1', i))))

/** An injector whose methods fail as long as they are said to. */
function failing(which: Partial<Record<keyof FaultInjector, boolean>>): FaultInjector {
  const may = (method: keyof FaultInjector): MemoryFaultInjector => {
    if (which[method]) throw new Error(`no ${method} now`)
    return memory
  }
  return {
    start: async (...args) => may('start').start(...args),
    stop: async (id) => may('stop').stop(id),
    state: async (id) => may('state').state(id),
  }
}

describe('the experiments of a run', () => {
  it('start at their moments, and end with their stages', async () => {
    const experiments = await open([KILL])
    await conductUntil(experiments, 29_999)
    expect(memory.ids).toEqual([])
    await conductUntil(experiments, 30_000)
    expect(memory.ids).toEqual(['EXP1'])
    expect(await recorded(0)).toEqual({ ...KILL, state: 'running', id: 'EXP1', startedMs: 30_000 })
    await conductUntil(experiments, 95_000)
    const ended = { ...KILL, state: 'stopped', id: 'EXP1', startedMs: 30_000, endedMs: 90_000 }
    expect(experiments.all).toEqual([ended])
    expect(await recorded(0)).toEqual(ended)
  })

  it('may come to an end of their own before, and go on beside each other', async () => {
    const experiments = await open([KILL, DELAY])
    await conductUntil(experiments, 65_000)
    expect(experiments.all.map(({ state }) => state)).toEqual(['running', 'running'])
    await conductUntil(experiments, 72_000)
    expect(experiments.all[1]).toMatchObject({ state: 'completed', startedMs: 60_500, endedMs: 70_500 })
  })

  it('end within two seconds of a STOP, and none starts after it', async () => {
    const experiments = await open([KILL, DELAY])
    await conductUntil(experiments, 40_000)
    await requestStop(store, 'r1', { by: 'user', reason: 'enough' })
    await conductUntil(experiments, 120_000)
    expect(experiments.all).toMatchObject([
      { state: 'stopped', endedMs: 40_000, reason: 'the run was stopped' },
      { state: 'not-started', reason: 'the run was over before it was due' },
    ])
    expect(memory.ids).toHaveLength(1)
  })

  it('are taken over by another process, and start once', async () => {
    await conductUntil(await open([KILL]), 50_000)
    const next = await open([KILL])
    expect(next.all).toMatchObject([{ state: 'running', id: 'EXP1' }])
    await conductUntil(next, 95_000)
    expect(memory.ids).toEqual(['EXP1'])
    expect(next.all).toEqual([{ ...KILL, state: 'stopped', id: 'EXP1', startedMs: 30_000, endedMs: 90_000 }])
  })

  it('start once though the process that started them ended before it wrote that down', async () => {
    const readOnly = Object.assign(new MemoryStore(), { put: () => Promise.reject(new Error('gone')) })
    const lost = await Experiments.open({
      ...{ plan: { run: 'r1', experiments: [KILL] }, startAtMs: START_AT_MS, clock },
      ...{ store: readOnly, injector: memory },
    })
    await conductUntil(lost, 31_000)
    await conductUntil(await open([KILL]), 40_000)
    expect(memory.ids).toEqual(['EXP1'])
    expect(await recorded(0)).toMatchObject({ state: 'running', startedMs: 30_000 })
  })

  it('are written down as soon as the store takes it again', async () => {
    const put = store.put.bind(store)
    store.put = () => Promise.reject(new Error('not now'))
    const experiments = await open([KILL])
    await conductUntil(experiments, 31_000)
    expect(await store.get(experimentKey('r1', 0))).toBeUndefined()
    store.put = put
    await conductUntil(experiments, 33_000)
    expect(await recorded(0)).toMatchObject({ state: 'running', id: 'EXP1' })
  })
})

describe('an experiment that is not what was planned', () => {
  it('says why it was refused', async () => {
    const experiments = await open([{ ...KILL, template: 'EXTnone' }])
    await conductUntil(experiments, 120_000)
    expect(experiments.all).toMatchObject([{ state: 'not-started', reason: 'there is no template EXTnone' }])
  })

  it('is tried again until its time is over, and then says what the trouble was', async () => {
    const faults = { start: true }
    const late = await open([KILL], failing(faults))
    await conductUntil(late, 50_000)
    faults.start = false
    await conductUntil(late, 53_000)
    expect(late.all).toMatchObject([{ state: 'running', startedMs: 50_000 }])
    store = new MemoryStore()
    const never = await open([DELAY], failing({ start: true }))
    await conductUntil(never, 121_000)
    expect(never.all).toMatchObject([{ state: 'not-started', reason: 'no start now' }])
  })

  it('does not start when its time was over before anybody looked', async () => {
    const experiments = await open([KILL])
    await clock.advanceTo(START_AT_MS + 90_000)
    await conductUntil(experiments, 92_000)
    expect(memory.ids).toEqual([])
    expect(experiments.all).toMatchObject([
      { state: 'not-started', reason: 'nobody could start it in its time' },
    ])
  })

  it('has failed when somebody else has stopped it', async () => {
    const experiments = await open([KILL])
    await conductUntil(experiments, 40_000)
    memory.set('EXP1', { state: 'stopped', endedAtMs: START_AT_MS + 41_000, reason: 'Alarm went off.' })
    await conductUntil(experiments, 45_000)
    expect(experiments.all).toMatchObject([
      { state: 'failed', endedMs: 41_000, reason: 'it was stopped by somebody else: Alarm went off.' },
    ])
  })

  it('is stopped though nobody can tell how it stands', async () => {
    const faults = { state: true }
    const experiments = await open([KILL], failing(faults))
    await conductUntil(experiments, 91_000)
    expect(await memory.state('EXP1')).toMatchObject({ state: 'stopped', endedAtMs: START_AT_MS + 90_000 })
  })
})

describe('the end of the load', () => {
  it('ends what goes on, and starts nothing more', async () => {
    const experiments = await open([KILL, DELAY])
    await conductUntil(experiments, 40_000)
    await end(experiments)
    expect(experiments.all).toMatchObject([
      { state: 'stopped', endedMs: 40_000, reason: 'the load was over' },
      { state: 'not-started' },
    ])
    expect(memory.ids).toHaveLength(1)
  })

  it('waits no longer than twenty seconds for an experiment that goes on ending', async () => {
    const slow: FaultInjector = { ...failing({}), stop: async () => undefined }
    const experiments = await open([KILL], slow)
    await conductUntil(experiments, 40_000)
    await end(experiments)
    expect(experiments.all).toMatchObject([
      { state: 'stopped', endedMs: 60_000, reason: 'it was still ending 20 s after it was told to' },
    ])
  })

  it('never calls an experiment ended that it could not stop', async () => {
    const experiments = await open([KILL], failing({ stop: true }))
    await conductUntil(experiments, 40_000)
    await end(experiments)
    expect(experiments.all).toMatchObject([{ state: 'running', id: 'EXP1' }])
  })
})

describe('an execution that ended by itself', () => {
  it('has its experiments stopped by what the store tells of them', async () => {
    await conductUntil(await open([KILL, DELAY]), 65_000)
    await stopExperiments('r1', { store, injector: memory })
    for (const id of ['EXP1', 'EXP2']) expect((await memory.state(id)).state).toBe('stopped')
    await stopExperiments('another', { store, injector: memory })
  })

  it('is tried again as long as one of them could not be stopped', async () => {
    await conductUntil(await open([KILL, DELAY]), 65_000)
    const injector: FaultInjector = {
      ...failing({}),
      stop: async (id) => {
        if (id === 'EXP1') throw new Error('not now')
        await memory.stop(id)
      },
    }
    await expect(stopExperiments('r1', { store, injector })).rejects.toThrow('not now')
    expect((await memory.state('EXP2')).state).toBe('stopped')
  })
})
