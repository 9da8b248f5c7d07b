import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../../aggregator/judge/evaluate.ts'
import { live } from '../../../../../aggregator/live/watch.ts'
import { Merge } from '../../../../../aggregator/merge/merge.ts'
import { summarise } from '../../../../../aggregator/summary/summarise.ts'
import type { Threshold } from '../../../../../lib/core/metrics/threshold.ts'
import { cutsOf, isDrain } from '../../../../../lib/core/plan/cut.ts'
import type { Plan } from '../../../../../lib/core/plan/plan.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../../fixtures/synthetic-run.ts'

const OVER_MS = 10_000

/** The bounds lie at 0, so that a row's value is all that counts; `over` reads the worst, so that one is judged alone. */
const rate = (changes: Partial<Threshold>): Threshold => ({
  metric: 'http_reqs',
  limit: 'rate>=0',
  noData: 'pass',
  ...changes,
})

function planFor(rampMs: number, spikeMs: number, gracefulStopMs: number): Plan {
  const durationMs = rampMs + spikeMs
  return planOf({
    stages: [
      { name: 'ramp', executor: 'users', fromMs: 0, toMs: rampMs },
      { name: 'spike', executor: 'users', fromMs: rampMs, toMs: durationMs },
    ],
    durationMs,
    gracefulStopMs,
    windowMs: durationMs,
    slices: 3,
    thresholds: [rate({}), rate({ stage: 'ramp' }), rate({ stage: 'spike' }), rate({ over: `${OVER_MS}ms` })],
  })
}

/** What every slice counted in every cut, of two windows where they are relayed. */
const runs = fc
  .record({
    rampMs: fc.integer({ min: 1, max: 40_000 }),
    spikeMs: fc.integer({ min: 1, max: 40_000 }),
    gracefulStopMs: fc.constantFrom(0, 3_000, 30_000),
  })
  .chain(({ rampMs, spikeMs, gracefulStopMs }) => {
    const plan = planFor(rampMs, spikeMs, gracefulStopMs)
    const cells = plan.slices * 2 * cutsOf(plan).length
    return fc.record({
      plan: fc.constant(plan),
      counts: fc.array(fc.nat({ max: 1_000 }), { minLength: cells, maxLength: cells }),
    })
  })

interface Counted {
  merge: Merge
  total: number
  load: number
  byStage: Record<string, number>
}

function mergeOf({ plan, counts }: { plan: Plan; counts: readonly number[] }): Counted {
  const merge = new Merge(plan, START_AT_MS)
  const counted = { merge, total: 0, load: 0, byStage: { ramp: 0, spike: 0 } as Record<string, number> }
  let next = 0
  for (let slice = 0; slice < plan.slices; slice++)
    for (const window of [0, 1])
      for (const cut of cutsOf(plan)) {
        const sum = counts[next++] as number
        const second = Math.floor(cut.fromMs / 1_000)
        const { snapshot, key } = snapshotOf(plan, {
          seq: cut.seq,
          slice,
          window,
          samples: [{ metric: 'http_reqs', tags: { flow: `flow ${slice}` }, sum }],
          seconds: [{ second, requests: sum }],
        })
        merge.add(snapshot, key)
        counted.total += sum
        if (isDrain(cut, plan)) continue
        counted.load += sum
        for (const stage of cut.stages) counted.byStage[stage] = (counted.byStage[stage] ?? 0) + sum
      }
  return counted
}

describe('a rate per second', () => {
  it('times its length is what ended in it: of the run, of each stage, of each series and of each point', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { merge, total, load, byStage } = mergeOf(run)
        const { plan } = run
        const summary = summarise(merge, { endedAtMs: START_AT_MS + plan.durationMs, server: [] })
        const { thresholds, requests } = evaluate({ plan, merge, summary })
        const [whole, ramp, spike] = thresholds.map(({ value }) => value ?? Number.NaN)
        const seconds = (stage: number): number => lengthOf(plan, stage) / 1_000
        expect((whole as number) * (plan.durationMs / 1_000)).toBeCloseTo(load, 6)
        expect((ramp as number) * seconds(0)).toBeCloseTo(byStage.ramp as number, 6)
        expect((spike as number) * seconds(1)).toBeCloseTo(byStage.spike as number, 6)
        expect((ramp as number) * seconds(0) + (spike as number) * seconds(1)).toBeCloseTo(load, 6)
        expect(requests.count).toBe(total)
        expect((requests.drained ?? 0) + load).toBe(total)
        expect(requests.perSecond).toBe(whole)
        const series = summary.series.flatMap(({ values }) => (values.kind === 'counter' ? [values] : []))
        expect(sumOf(series.map(({ perSecond }) => perSecond)) * (plan.durationMs / 1_000)).toBeCloseTo(
          load,
          5,
        )
        const { bucketMs, points } = summary.timeline
        const inPoints = (wanted: boolean): number =>
          sumOf(
            points
              .filter(({ atMs }) => atMs >= plan.durationMs === wanted)
              .map(({ lengthMs, requestsPerSecond }) => (requestsPerSecond * (lengthMs ?? bucketMs)) / 1_000),
          )
        expect(inPoints(false)).toBeCloseTo(load, 5)
      }),
    )
  })

  it('of a run that goes on is what all generators have counted until then, whoever is ahead', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (run, place) => {
        const plan = { ...run.plan, thresholds: run.plan.thresholds.slice(0, 1) }
        const cuts = cutsOf(plan).filter((cut) => !isDrain(cut, plan))
        const settled = place % cuts.length
        const merge = new Merge(plan, START_AT_MS)
        let counted = 0
        for (let slice = 0; slice < plan.slices; slice++)
          for (const { seq } of cuts) {
            // The first slice is two intervals ahead of the others at most.
            if (seq > settled + (slice === 0 ? 1 : 0)) continue
            const sum = run.counts[slice * cuts.length + seq] as number
            const samples = [{ metric: 'http_reqs', tags: {}, sum }]
            const { snapshot, key } = snapshotOf(plan, { seq, slice, samples })
            merge.add(snapshot, key)
            if (seq <= settled) counted += sum
          }
        const { worst } = live(plan, merge, START_AT_MS + plan.durationMs)
        const settledMs = cuts[settled]?.toMs ?? 0
        expect((worst?.value ?? Number.NaN) * (settledMs / 1_000)).toBeCloseTo(counted, 6)
      }),
    )
  })
})

function lengthOf({ stages }: Plan, index: number): number {
  const stage = stages[index]
  return stage ? stage.toMs - stage.fromMs : Number.NaN
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
