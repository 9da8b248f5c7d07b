import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryFaultInjector } from '../../../../lib/adapters/fault-injector/memory.ts'
import { MemoryPublisher } from '../../../../lib/adapters/series-publisher/memory.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import { type Plan, planKey } from '../../../../lib/core/plan/plan.ts'
import { observedKey, observedSchema } from '../../../../lib/core/results/observed.ts'
import { encodeSnapshot } from '../../../../lib/core/results/snapshot.ts'
import { verdictKey, verdictSchema } from '../../../../lib/core/results/verdict.ts'
import { relayedKey } from '../../../../lib/core/run/relay.ts'
import { bundleKey, encodeBundle, uploadedName } from '../../../../lib/core/run/scenario-bundle.ts'
import type { PlannedExperiment } from '../../../../lib/core/scenario/experiment.ts'
import { judgeRelayed } from '../../../../lib/run/judge-relayed.ts'
import { findStop, requestStop } from '../../../../lib/run/store/stop.ts'
import { watchRelayed } from '../../../../lib/run/watch-relayed.ts'
import { sha256Of } from '../../../../lib/scenario/uploaded-scenario.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

const KILL: PlannedExperiment = {
  name: 'kill a task',
  template: 'EXT1',
  stage: 'spike',
  actions: 1,
  fromMs: 30_000,
  toMs: 60_000,
}
const SHOP = encodeBundle({
  'scenario.mjs': `export default {
    name: 'shop',
    target: {},
    flows: { buy: { run: async () => {} } },
    profiles: { steady: { executors: [{ executor: 'constant-vus', users: 1, duration: '1m' }] } },
  }`,
})
const STEP_MS = 500

let runs = 0
let run: string
let clock: ManualClock
let store: MemoryStore
let injector: MemoryFaultInjector

beforeEach(async () => {
  // The aggregator remembers the latest run by its name.
  run = `chaotic-${runs++}`
  clock = new ManualClock(START_AT_MS)
  store = new MemoryStore()
  injector = new MemoryFaultInjector(clock, { EXT1: 3_600_000 })
  await store.put(bundleKey(sha256Of(SHOP)), SHOP)
})

async function begin(changes: Partial<Plan> = {}): Promise<Plan> {
  const scenario = { name: 'shop', module: uploadedName(sha256Of(SHOP)) }
  const plan = planOf({ run, scenario, experiments: [KILL], ...changes })
  await store.put(planKey(run), JSON.stringify(plan))
  return plan
}

const event = () => ({ run, startAtMs: START_AT_MS, deadlineAtMs: START_AT_MS + 75_000 })
const ports = () => ({ store, clock, injector, publisher: new MemoryPublisher() })
const watch = (killedAfterMs = 900_000) =>
  watchRelayed(event(), { ...ports(), killedAtMs: START_AT_MS + killedAfterMs })

/** Moves to a moment of the run, in steps that let everybody act. */
async function moveTo(atMs: number): Promise<void> {
  while (clock.now() < START_AT_MS + atMs) {
    for (let turn = 0; turn < 10; turn++) await nextTurn()
    await clock.advanceTo(Math.min(START_AT_MS + atMs, clock.now() + STEP_MS))
  }
  for (let turn = 0; turn < 10; turn++) await nextTurn()
}

const relayed = (): Promise<void> => store.put(relayedKey(run), JSON.stringify({ atMs: clock.now() }))

async function judged(): Promise<{ reasons: string[]; states: string[] }> {
  const judging = judgeRelayed(event(), ports())
  await moveTo(clock.now() - START_AT_MS + 40_000)
  await judging
  const read = async (key: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await store.get(key)))
  const { experiments } = observedSchema.parse(await read(observedKey(run)))
  const { reasons } = verdictSchema.parse(await read(verdictKey(run)))
  return { reasons, states: experiments.map(({ state }) => state) }
}

describe('the watch of a run with experiments', () => {
  it('starts them in their stage, stops them at its end, and the judgement tells of them', async () => {
    await begin()
    const watching = watch()
    await moveTo(31_000)
    expect(await injector.state('EXP1')).toMatchObject({
      state: 'running',
      startedAtMs: START_AT_MS + 30_000,
    })
    await moveTo(63_000)
    expect(await injector.state('EXP1')).toMatchObject({ state: 'stopped', endedAtMs: START_AT_MS + 60_000 })
    await relayed()
    await moveTo(66_000)
    expect(await watching).toEqual({ end: 'relayed' })
    const { states, reasons } = await judged()
    expect(states).toEqual(['stopped'])
    expect(reasons.join()).not.toContain('experiment')
  })

  it('leaves them to the next watch where its own time is over', async () => {
    await begin()
    const first = watch(100_000)
    await moveTo(41_000)
    expect(await first).toEqual({ end: 'unfinished' })
    expect((await injector.state('EXP1')).state).toBe('running')
    const second = watch()
    await moveTo(63_000)
    expect(await injector.state('EXP1')).toMatchObject({ state: 'stopped', endedAtMs: START_AT_MS + 60_000 })
    await relayed()
    await moveTo(66_000)
    await second
    expect(injector.ids).toEqual(['EXP1'])
  })

  it('ends them with the load where that is over before their time', async () => {
    await begin()
    const watching = watch()
    await moveTo(40_000)
    await relayed()
    await moveTo(46_000)
    await watching
    expect(await injector.state('EXP1')).toMatchObject({ state: 'stopped' })
    expect((await judged()).states).toEqual(['stopped'])
  })

  it('ends them with the load when somebody stops the run', async () => {
    await begin()
    const watching = watch()
    await moveTo(40_000)
    await requestStop(store, run, { by: 'user', reason: 'enough' })
    await moveTo(42_500)
    expect((await injector.state('EXP1')).state).toBe('stopped')
    await moveTo(70_000)
    expect(await watching).toEqual({ end: 'over' })
    expect((await judged()).reasons).toContain('the run was stopped by user: enough')
  })

  it('ends them when a threshold stops the run', async () => {
    const plan = await begin({
      thresholds: [{ metric: 'http_req_failed', limit: 'rate<0.5', abortOnFail: true }],
    })
    const watching = watch()
    await moveTo(40_000)
    expect((await injector.state('EXP1')).state).toBe('running')
    for (const slice of [0, 1]) {
      const samples = [{ metric: 'http_req_failed', trues: 9, total: 10 }]
      const { snapshot, key } = snapshotOf(plan, { slice, seq: 0, samples })
      await store.put(key, await encodeSnapshot(snapshot))
    }
    await moveTo(48_500)
    expect(await findStop(store, run)).toMatchObject({ by: 'threshold' })
    expect((await injector.state('EXP1')).state).toBe('stopped')
    await moveTo(70_000)
    await watching
  })

  it('starts none once the budget has stopped the run', async () => {
    await begin({ budgetUsd: 0 })
    const watching = watch()
    await moveTo(40_000)
    await watching
    expect(await findStop(store, run)).toMatchObject({ by: 'budget' })
    expect(injector.ids).toEqual([])
  })
})

describe('the judgement of a run with experiments', () => {
  it('ends what a watch that died has left', async () => {
    await begin()
    void watch()
    await moveTo(31_000)
    // The watch stands still with its clock for good.
    clock = new ManualClock(clock.now())
    const { states, reasons } = await judged()
    expect(states).toEqual(['stopped'])
    expect((await injector.state('EXP1')).state).toBe('stopped')
    expect(reasons.join()).toContain('its state machine ended before its load')
  })

  it('is inconclusive where no watch could start what was planned', async () => {
    await begin({ experiments: [{ ...KILL, template: 'EXTnone' }] })
    const watching = watch()
    await moveTo(62_000)
    await relayed()
    await moveTo(66_000)
    await watching
    const { states, reasons } = await judged()
    expect(states).toEqual(['not-started'])
    expect(reasons).toContain(
      'experiment kill a task of stage spike never started: there is no template EXTnone',
    )
  })
})
