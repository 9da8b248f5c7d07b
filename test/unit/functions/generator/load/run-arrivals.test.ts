import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../../aggregator/judge/evaluate.ts'
import { Merge } from '../../../../../aggregator/merge/merge.ts'
import { summarise } from '../../../../../aggregator/summary/summarise.ts'
import { IterationMeter } from '../../../../../functions/generator/load/iteration.ts'
import { runArrivals } from '../../../../../functions/generator/load/run-arrivals.ts'
import { Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import { GeneratorUser } from '../../../../../functions/generator/user/virtual-user.ts'
import { cutsOf } from '../../../../../lib/core/plan/cut.ts'
import {
  SNAPSHOT_SCHEMA,
  type SnapshotHeader,
  snapshotKey,
} from '../../../../../lib/core/results/snapshot.ts'
import type { Verdict } from '../../../../../lib/core/results/verdict.ts'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'
import { constantArrivalRate } from '../../../../../lib/core/schedule/constant-arrival-rate.ts'
import type { Clock } from '../../../../../lib/ports.ts'
import { servicesFor } from '../../../../fixtures/services-for.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../../fixtures/synthetic-run.ts'

const RATE = 1_000
const ARRIVALS = 2_000
const DURATION_MS = 2_000

/** A clock that stands still but for sleep and the work it is told of. */
class WorkClock implements Clock {
  nowMs = START_AT_MS

  now(): number {
    return this.nowMs
  }

  async sleepUntil(atMs: number): Promise<void> {
    this.nowMs = Math.max(this.nowMs, atMs)
  }
}

const plan = planOf({
  slices: 1,
  plannedArrivals: ARRIVALS,
  durationMs: DURATION_MS,
  gracefulStopMs: 5_000,
  stages: [{ name: 'steady', executor: 'arrivals', fromMs: 0, toMs: DURATION_MS }],
})

interface Driven {
  /** Of every iteration, in order. */
  started: { iteration: number; lagMs: number }[]
  verdict: Verdict
}

/** Drives the arrivals with a flow that takes some milliseconds of the generator's own time. */
async function executorRun(workMs: number, maxUsers = 100): Promise<Driven> {
  const clock = new WorkClock()
  const scenario = scenarioOf()
  const merge = new Merge(plan, START_AT_MS)
  const recorder = new Recorder({
    startAtMs: START_AT_MS,
    fromMs: 0,
    cuts: cutsOf(plan),
    metrics: {},
    onInterval: ({ histograms, ...interval }) => {
      const base = snapshotOf(plan, { seq: interval.seq }).snapshot.header
      const header: SnapshotHeader = { ...base, ...interval, schema: SNAPSHOT_SCHEMA }
      merge.add({ header, histograms }, snapshotKey(header))
    },
  })
  const { started, flow } = flowOf(clock, workMs, () =>
    recorder.series('http_reqs', { status: '200' }).add(1),
  )
  const services = servicesFor({ plan, scenario, clock }, recorder)
  const schedule = constantArrivalRate.schedule({
    executor: 'constant-arrival-rate',
    rate: RATE,
    per: '1s',
    duration: '2s',
    maxUsers,
    startTime: '0s',
    gracefulStop: '5s',
  })
  await runArrivals({
    schedule,
    share: { slice: 0, slices: 1 },
    originMs: START_AT_MS,
    part: { fromMs: 0, toMs: DURATION_MS },
    window: 0,
    gracefulStopMs: 5_000,
    firstUser: 0,
    seed: 1,
    chooseFlow: () => flow,
    createUser: (id) => new GeneratorUser(id, services),
    users: new Set(),
    meter: new IterationMeter(recorder, clock),
    recorder,
    clock,
    signal: new AbortController().signal,
  })
  recorder.finish(clock.now())
  await services.close()
  const summary = summarise(merge, { endedAtMs: clock.now(), server: [] })
  return { started, verdict: evaluate({ plan, merge, summary, ends: [] }) }
}

function flowOf(clock: WorkClock, workMs: number, onRequest: () => void) {
  const started: Driven['started'] = []
  const run = async (vu: { iteration: number; now(): number }): Promise<void> => {
    const { iteration } = vu
    started.push({ iteration, lagMs: vu.now() - START_AT_MS - (iteration * 1_000) / RATE })
    clock.nowMs += workMs
    onRequest()
  }
  return { started, flow: { name: 'work', run } }
}

function scenarioOf(): Scenario {
  const { scenario } = checkScenario({
    name: 'driven',
    target: { url: 'http://127.0.0.1:8080' },
    flows: { work: { run: async () => undefined } },
    profiles: { steady: { executors: [{ executor: 'constant-arrival-rate', rate: 1, duration: '1s' }] } },
  })
  return scenario as Scenario
}

describe('arrivals below saturation', () => {
  it('are all started, none of them early, each at its time', async () => {
    const { started } = await executorRun(0.5)
    expect(started.map(({ iteration }) => iteration)).toEqual(Array.from({ length: ARRIVALS }, (_, i) => i))
    expect(new Set(started.map(({ lagMs }) => lagMs))).toEqual(new Set([0]))
  })
})

describe('arrivals that take more than the generator has', () => {
  it('are all started, each as late as the work before it makes it', async () => {
    const { started } = await executorRun(2)
    expect(started).toEqual(Array.from({ length: ARRIVALS }, (_, i) => ({ iteration: i, lagMs: i })))
  })

  it('make the verdict inconclusive, because of the generator and not of the target', async () => {
    const { verdict } = await executorRun(2)
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.reasons).toEqual([
      'the load generator was at its own limit: generator 0 started iterations late: ' +
        'p(99) of its start lag is 1979 ms, over 100 ms',
    ])
    expect((await executorRun(0.5)).verdict.state).toBe('pass')
  })
})
