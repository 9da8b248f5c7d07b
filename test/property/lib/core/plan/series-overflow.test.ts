import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../../aggregator/judge/evaluate.ts'
import { Merge } from '../../../../../aggregator/merge/merge.ts'
import { decodePartial, encodePartial } from '../../../../../aggregator/merge/partial.ts'
import { summarise } from '../../../../../aggregator/summary/summarise.ts'
import { type Interval, Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import type { Tags } from '../../../../../lib/core/metrics/metric.ts'
import { seriesKey } from '../../../../../lib/core/metrics/selector.ts'
import type { Threshold } from '../../../../../lib/core/metrics/threshold.ts'
import { cutsOf } from '../../../../../lib/core/plan/cut.ts'
import { REST, selectedValues } from '../../../../../lib/core/plan/overflow.ts'
import type { Plan } from '../../../../../lib/core/plan/plan.ts'
import { type Snapshot, snapshotHeaderSchema } from '../../../../../lib/core/results/snapshot.ts'
import type { Summary } from '../../../../../lib/core/results/summary.ts'
import type { Row, Verdict } from '../../../../../lib/core/results/verdict.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../../fixtures/synthetic-run.ts'

interface Sample {
  tags: Tags
  failed: boolean
  ms: number
}

const FLOWS = ['buy', 'browse']
const failedOf = (tags: string, more: Partial<Threshold> = {}): Threshold => ({
  metric: `http_req_failed{${tags}}`,
  limit: 'rate<0.5',
  noData: 'pass',
  ...more,
})

/** Rows that the generators knew of when they recorded. */
const KNOWN = [
  failedOf('flow:buy'),
  failedOf('flow:browse,status:500'),
  failedOf('name:/3'),
  failedOf('name:/40,flow:buy', { stage: 'spike' }),
  failedOf('tenant:t7', { over: '20s' }),
  failedOf('name:/2500,status:200', { over: '10s' }),
]
/** Rows that the same run is judged by later. */
const LATER = [
  failedOf('name:/4'),
  failedOf('name:/1500'),
  failedOf('name:/41,flow:buy', { stage: 'spike' }),
  failedOf('tenant:t8', { over: '20s' }),
  failedOf('tenant:t999'),
  failedOf('status:404'),
  { ...failedOf('name:/900'), metric: 'http_req_duration{name:/900}', limit: 'p(90)<500' },
  { ...failedOf('name:/900'), metric: 'http_reqs{name:/900,flow:browse}', limit: 'count<2' },
  failedOf('k12:v'),
]

const planWith = (thresholds: Threshold[]): Plan =>
  planOf({
    slices: 2,
    thresholds,
    flows: FLOWS.map((name) => ({ name, weight: 1 })),
  })
const recorded = planWith(KNOWN)

/** What a generator does for some time: how many different names, tenants, statuses and tags there are in it. */
const phase = fc.record({
  slice: fc.nat({ max: 1 }),
  flow: fc.constantFrom(...FLOWS),
  samples: fc.integer({ min: 1, max: 1_500 }),
  firstName: fc.constantFrom(0, 0, 30, 2_000),
  names: fc.constantFrom(1, 5, 60, 300, 3_000),
  tenants: fc.constantFrom(0, 0, 3, 40, 2_000),
  statuses: fc.constantFrom(1, 2, 6),
  ownTags: fc.constantFrom(0, 0, 0, 3, 400),
  atMs: fc.integer({ min: 0, max: 59_000 }),
})
type Phase = typeof phase extends fc.Arbitrary<infer Of> ? Of : never

function samplesOf({ flow, samples, firstName, names, tenants, statuses, ownTags }: Phase): Sample[] {
  return Array.from({ length: samples }, (_, i) => {
    const status = ['200', '500', '404', '503', '201', '0'][(i * 7) % statuses] as string
    return {
      tags: {
        ...(tenants > 0 && { tenant: `t${(i * 3) % tenants}` }),
        ...(ownTags > 0 && { [`k${i % ownTags}`]: 'v' }),
        ...{ flow, name: `/${firstName + (i % names)}`, method: 'GET', status },
        ...(status === '0' && { error: `class_${i % 4}` }),
      },
      failed: i % 3 === 0 || status !== '200',
      ms: (i * 37) % 1_000,
    }
  })
}

/** What each generator writes, and what there was to be written, by the cut in which it was. */
function run(phases: readonly Phase[]): {
  snapshots: { snapshot: Snapshot; key: string }[]
  truth: (Sample & { seq: number })[]
} {
  const cuts = cutsOf(recorded)
  const truth: (Sample & { seq: number })[] = []
  const snapshots = [0, 1].flatMap((slice) => {
    const intervals: Interval[] = []
    const recorder = new Recorder({
      ...{ startAtMs: START_AT_MS, fromMs: 0, cuts, metrics: {}, selected: selectedValues(recorded) },
      onInterval: (interval) => intervals.push(interval),
    })
    for (const one of phases.filter((each) => each.slice === slice).toSorted((a, b) => a.atMs - b.atMs)) {
      recorder.advance(START_AT_MS + one.atMs)
      for (const sample of samplesOf(one)) {
        const { status, ...timed } = sample.tags as Tags & { status: string }
        recorder.series('http_reqs', sample.tags).add(1)
        recorder.series('http_req_duration', sample.tags).add(sample.ms)
        recorder.series('http_req_waiting', timed).add(sample.ms)
        recorder.series('http_req_failed', sample.tags).add(sample.failed ? 1 : 0)
        truth.push({ ...sample, seq: cuts.findIndex(({ toMs }) => toMs > one.atMs) })
      }
    }
    recorder.finish(START_AT_MS + 60_000)
    return intervals.map(({ histograms, ...interval }) => {
      const { snapshot, key } = snapshotOf(recorded, { slice, seq: interval.seq })
      const header = snapshotHeaderSchema.parse({ ...snapshot.header, ...interval })
      return { snapshot: { header, histograms }, key }
    })
  })
  return { snapshots, truth }
}

function resultOf(plan: Plan, merge: Merge): { summary: Summary; verdict: Verdict } {
  const summary = summarise(merge, { endedAtMs: START_AT_MS + 60_000, server: [] })
  return { summary, verdict: evaluate({ plan, merge, summary }) }
}

function judged(
  plan: Plan,
  snapshots: ReturnType<typeof run>['snapshots'],
): { summary: Summary; verdict: Verdict } {
  const merge = new Merge(plan, START_AT_MS)
  for (const { snapshot, key } of snapshots) merge.add(snapshot, key)
  return resultOf(plan, merge)
}

/** The same snapshots without any bound on series: each sample by its very tags. */
function unbounded(plan: Plan, truth: ReturnType<typeof run>['truth']): Verdict {
  const merge = new Merge(plan, START_AT_MS)
  for (const [seq, samples] of Map.groupBy(truth, (sample) => sample.seq)) {
    const { snapshot, key } = snapshotOf(plan, {
      seq,
      samples: samples.flatMap(({ tags, failed, ms }) => [
        { metric: 'http_reqs', tags, sum: 1 },
        { metric: 'http_req_duration', tags, values: [ms] },
        { metric: 'http_req_failed', tags, trues: failed ? 1 : 0, total: 1 },
      ]),
    })
    merge.add(snapshot, key)
  }
  for (const seq of [0, 1, 2, 3, 4, 5])
    merge.add(...(Object.values(snapshotOf(plan, { slice: 1, seq })) as [Snapshot, string]))
  return resultOf(plan, merge).verdict
}

/** How often each step, failure, status and set of tags was. */
function countsOf(truth: readonly Sample[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { tags, failed } of truth)
    for (const key of [
      `step ${tags.flow} ${tags.name}`,
      `status ${tags.status}`,
      seriesKey('', tags),
      ...(failed ? [`failed ${tags.flow} ${tags.name}`] : []),
    ])
      counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** The rows of the plan, without those that are built in. */
function ownRows({ thresholds }: Verdict): Row[] {
  return thresholds.filter(({ builtIn }) => !builtIn)
}

const phases = fc.array(phase, { minLength: 1, maxLength: 5 })

describe('a run with more series than a generator tells apart', () => {
  it('judges every row that the run had as if there were no bound', () => {
    fc.assert(
      fc.property(phases, (phases) => {
        const { snapshots, truth } = run(phases)
        expect(ownRows(judged(recorded, snapshots).verdict)).toEqual(ownRows(unbounded(recorded, truth)))
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  it('never passes a later row unless all of its samples are in its own series, nor fails one that holds', () => {
    const plan = planWith(LATER)
    fc.assert(
      fc.property(phases, (phases) => {
        const { snapshots, truth } = run(phases)
        const wanted = ownRows(unbounded(plan, truth))
        for (const [i, row] of ownRows(judged(plan, snapshots).verdict).entries()) {
          const mayMiss = /^(not all data|at least this|at most this): /.test(row.reason ?? '')
          // Where a row is silent, what is in a rest may be its own of another time: the words may differ.
          if (row.state === 'no-data' && !mayMiss)
            expect(wanted[i]).toMatchObject({ ...row, reason: expect.any(String) })
          else if (!mayMiss) expect(row).toEqual(wanted[i])
          else if (row.state === 'no-data') expect(row.noData).toBe('inconclusive')
          else expect([row.state, wanted[i]?.state]).toEqual(['fail', 'fail'])
        }
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  it('has every figure of its tables as if there were no bound, and the others in a line of their own', () => {
    fc.assert(
      fc.property(phases, (phases) => {
        const { snapshots, truth } = run(phases)
        const { summary } = judged(recorded, snapshots)
        const sum = (counted: readonly { count: number }[]): number =>
          counted.reduce((total, { count }) => total + count, 0)
        expect(summary.metrics.http_reqs?.values).toMatchObject({ count: truth.length })
        expect([sum(summary.steps), sum(summary.statuses)]).toEqual([truth.length, truth.length])
        const counts = countsOf(truth)
        for (const { flow, name, count, failed } of summary.steps)
          if (name !== REST)
            expect([flow, name, count, failed]).toEqual([
              ...[flow, name],
              counts.get(`step ${flow} ${name}`),
              counts.get(`failed ${flow} ${name}`) ?? 0,
            ])
        if (!summary.statuses.some(({ status }) => status === REST))
          for (const { status, count } of summary.statuses)
            expect([status, count]).toEqual([status, counts.get(`status ${status}`)])
        for (const { tags, metric, values } of summary.series)
          if (metric === 'http_reqs' && !Object.values(tags).includes(REST) && values.kind === 'counter')
            expect([tags, values.count]).toEqual([tags, counts.get(seriesKey('', tags))])
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  it('is bounded in what it writes and keeps, and says which tag it is that has so many values', () => {
    fc.assert(
      fc.property(phases, (phases) => {
        const { snapshots } = run(phases)
        for (const { snapshot } of snapshots) {
          const { series, overflows } = snapshot.header
          expect(series.length).toBeLessThan(4_500)
          const rests = series.filter(({ tags }) => Object.values(tags).includes(REST))
          for (const { tags } of rests)
            for (const [tag, value] of Object.entries(tags))
              if (value === REST)
                expect(overflows?.some((one) => one.tag === tag && one.flow === tags.flow)).toBe(true)
        }
        const { verdict } = judged(recorded, snapshots)
        const folded = new Set(
          snapshots.flatMap(({ snapshot }) => snapshot.header.overflows?.map(({ tag }) => tag) ?? []),
        )
        for (const tag of folded)
          expect(verdict.reasons.join('\n')).toContain(
            tag === REST ? 'samples have ' : `the tag ${tag} took `,
          )
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })

  it('comes to the same in any order of its snapshots, and wherever its merge is saved and resumed', async () => {
    const plan = planWith([...KNOWN, ...LATER])
    await fc.assert(
      fc.asyncProperty(phases, fc.infiniteStream(fc.nat()), fc.nat(), async (phases, numbers, at) => {
        const { snapshots } = run(phases)
        const shuffled = snapshots
          .map((one) => ({ one, by: numbers.next().value as number }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => one)
        const first = new Merge(plan, START_AT_MS)
        const split = at % shuffled.length
        for (const { snapshot, key } of shuffled.slice(0, split)) first.add(snapshot, key)
        const second = Merge.from(await decodePartial(await encodePartial(first.partial())), plan)
        for (const { snapshot, key } of shuffled.slice(split)) second.add(snapshot, key)
        expect(resultOf(plan, second)).toEqual(judged(plan, snapshots))
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })
})
