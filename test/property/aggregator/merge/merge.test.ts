import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../aggregator/judge/evaluate.ts'
import { type LiveTotals, live } from '../../../../aggregator/live/watch.ts'
import { Merge } from '../../../../aggregator/merge/merge.ts'
import { decodePartial, encodePartial } from '../../../../aggregator/merge/partial.ts'
import { summarise } from '../../../../aggregator/summary/summarise.ts'
import { ExactSum } from '../../../../aggregator/sums/exact-sum.ts'
import { Histogram } from '../../../../lib/core/metrics/histogram.ts'
import { cutsOf } from '../../../../lib/core/plan/cut.ts'
import type { SnapshotIncidents } from '../../../../lib/core/results/incident.ts'
import { type Summary, summarySchema } from '../../../../lib/core/results/summary.ts'
import { type Verdict, verdictSchema } from '../../../../lib/core/results/verdict.ts'
import { planOf, type Samples, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

type Written = ReturnType<typeof snapshotOf>

const plan = planOf({
  slices: 3,
  metrics: { paid: { kind: 'counter', unit: 'EUR' }, queue: { kind: 'gauge', unit: '' } },
  thresholds: [
    { metric: 'http_req_duration', limit: 'p(95)<250', over: '30s' },
    { metric: 'http_req_duration{flow:buy}', limit: 'avg<100', stage: 'spike' },
    { metric: 'paid', limit: 'rate>0.5', over: '20s' },
    { metric: 'http_req_failed', limit: 'rate<0.4', over: '10s', stage: ['ramp', 'spike'] },
    { metric: 'queue', limit: 'value<50', over: '20s' },
    { metric: 'vus', limit: 'max<20', over: '20s' },
    { metric: 'throughput_linearity', limit: 'value>0.9', noData: 'pass' },
  ],
})

interface Result {
  summary: Summary
  verdict: Verdict
  /** What a watch tells while the run goes on, and when each slice's window ended. */
  live: LiveTotals
  endedAtMs: (number | undefined)[]
}

function resultOf(snapshots: readonly Written[]): Result {
  return judged(added(new Merge(plan, START_AT_MS), snapshots))
}

function added(merge: Merge, snapshots: readonly Written[]): Merge {
  for (const { snapshot, key } of snapshots) merge.add(snapshot, key)
  return merge
}

function judged(merge: Merge): Result {
  const summary = summarise(merge, { endedAtMs: START_AT_MS + 65_000, server: [] })
  return {
    summary,
    verdict: evaluate({ plan, merge, summary }),
    live: live(plan, merge, START_AT_MS + 50_000),
    endedAtMs: [0, 1, 2].map((slice) => merge.generators.get(slice)?.endedAtMs(0)),
  }
}

const flow = fc.constantFrom('buy', 'browse')
const status = fc.constantFrom('200', '503', '0')
const count = fc.nat({ max: 50 })
const latencies = fc.array(fc.double({ min: 0, max: 2_000, noNaN: true }), { maxLength: 8 })
const fraction = fc.integer({ min: -1e9, max: 1e9 }).map((whole) => whole / 7)
const samples: fc.Arbitrary<Samples[]> = fc
  .record({ flow, status, count, latencies, fraction, lag: latencies })
  .map(({ flow, status, count, latencies, fraction, lag }) => {
    const tags = { flow, status, name: 'pay', method: 'POST' }
    return [
      { metric: 'http_reqs', tags, sum: count },
      { metric: 'http_req_failed', tags, trues: Math.min(3, count), total: count },
      { metric: 'http_req_duration', tags, values: latencies },
      { metric: 'iteration_start_lag', tags: { flow }, values: lag },
      { metric: 'paid', sum: fraction },
      { metric: 'queue', last: count, min: count - 1, max: count + 1 },
      { metric: 'ws_session_failed', tags: { flow }, trues: Math.min(1, count), total: count },
      { metric: 'ws_connecting', tags: { flow }, values: latencies },
      { metric: 'ws_session_duration', tags: { flow }, values: lag },
      { metric: 'msg_rtt', tags: { flow }, values: latencies },
    ]
  })
/** As they are parsed: with the prototype of objects. */
const PLAIN = { noNullPrototype: true }
const told: fc.Arbitrary<SnapshotIncidents> = fc.record({
  seen: fc.array(
    fc.record(
      {
        where: fc.constantFrom('request' as const, 'check' as const, 'console' as const),
        error: fc.constantFrom('503', 'paid'),
        flow,
        name: fc.constant(''),
        message: fc.nat({ max: 99 }).map((user) => (user < 50 ? `user ${user} is gone` : 'no stock')),
        count: fc.integer({ min: 1, max: 50 }),
        first: fc.record({ atMs: fc.nat({ max: 3 }), lastStep: fc.constantFrom('look', 'pay') }, PLAIN),
      },
      PLAIN,
    ),
    { maxLength: 4 },
  ),
  leftOut: fc.array(fc.record({ where: fc.constant('request' as const), count }), { maxLength: 1 }),
})
const cuts = cutsOf(plan)
const snapshots: fc.Arbitrary<Written> = fc
  .record({
    seq: fc.nat({ max: cuts.length - 1 }),
    slice: fc.nat({ max: 2 }),
    attempt: fc.nat({ max: 1 }),
    arrivals: count,
    samples,
    lateMs: fc.nat({ max: 1_500 }),
    /** Beyond the end of the cut: then the next snapshot reports the last second, too. */
    beyondMs: fc.nat({ max: 900 }),
    users: count,
    gcMs: fc.double({ min: 0, max: 100, noNaN: true }),
    loopShare: fc.double({ min: 0, max: 1, noNaN: true }),
    ending: fc.constantFrom(undefined, 'complete' as const, 'aborted' as const),
    incidents: fc.option(told, { nil: undefined }),
  })
  .map(({ seq, lateMs, beyondMs, users, gcMs, loopShare, ending, incidents, ...written }) => {
    const fromMs = (cuts[seq]?.fromMs ?? 0) + lateMs
    const second = Math.floor(fromMs / 1_000)
    const toMs = (cuts[seq]?.toMs ?? 0) + beyondMs
    return snapshotOf(plan, {
      ...written,
      seq,
      fromMs,
      toMs,
      startLateMs: lateMs,
      seconds: [
        { second, users, requests: users },
        { second: second + 1, users: users + 1, ended: 2 },
        { second: Math.floor(toMs / 1_000) - 1, users, requests: 3 },
        { second: Math.floor(toMs / 1_000), users: users + 2 },
      ],
      health: { gcMs, loopShare },
      ...(ending && { ending }),
      ...(incidents && { incidents }),
    })
  })
const runs = fc.uniqueArray(snapshots, { selector: ({ key }) => key, minLength: 1, maxLength: 20 })

describe('a merge', () => {
  it('gives the same summary and verdict to the last bit in any order and with any duplicates', () => {
    fc.assert(
      fc.property(
        runs.chain((run) =>
          fc.record({
            run: fc.constant(run),
            shuffled: fc.shuffledSubarray(run, { minLength: run.length }),
            again: fc.shuffledSubarray(run),
          }),
        ),
        ({ run, shuffled, again }) => {
          expect(resultOf([...again, ...shuffled, ...again])).toStrictEqual(resultOf(run))
        },
      ),
    )
  })

  it('gives the same wherever it is put down and taken up again, with any duplicates and late arrivals', async () => {
    const shifts = runs.chain((run) =>
      fc.record({
        run: fc.constant(run),
        // Each shift has some of the snapshots, in any order; the last one has all.
        parts: fc.array(fc.shuffledSubarray(run), { maxLength: 4 }),
        last: fc.shuffledSubarray(run, { minLength: run.length }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(shifts, async ({ run, parts, last }) => {
        let merge = new Merge(plan, START_AT_MS)
        for (const part of parts) {
          const bytes = await encodePartial(added(merge, part).partial())
          merge = Merge.from(await decodePartial(bytes), plan)
        }
        expect(judged(added(merge, last))).toStrictEqual(resultOf(run))
        expect(merge.snapshots).toBe(run.length)
      }),
    )
  })

  it('writes summaries and verdicts as their schemas say, whatever it was given', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { summary, verdict } = resultOf(run)
        expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary)
        expect(verdictSchema.parse(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict)
      }),
    )
  })

  it('has the percentiles of all samples together, however they are spread over snapshots', () => {
    fc.assert(
      fc.property(fc.array(latencies, { minLength: 1, maxLength: 12 }), (parts) => {
        const all = new Histogram()
        for (const value of parts.flat()) all.record(value * 1_000)
        const run = parts.map((values, i) =>
          snapshotOf(plan, {
            seq: i % cuts.length,
            slice: i % 3,
            attempt: Math.floor(i / cuts.length),
            samples: [{ metric: 'msg_rtt', tags: { flow: `flow ${i % 4}` }, values }],
          }),
        )
        const { metrics } = resultOf(run).summary
        const values = {
          kind: 'trend',
          count: all.count,
          avg: all.mean / 1_000,
          min: all.min / 1_000,
          med: all.quantile(0.5) / 1_000,
          p90: all.quantile(0.9) / 1_000,
          p95: all.quantile(0.95) / 1_000,
          p99: all.quantile(0.99) / 1_000,
          p999: all.quantile(0.999) / 1_000,
          max: all.max / 1_000,
        }
        expect(metrics.msg_rtt?.values).toEqual(all.count === 0 ? undefined : values)
      }),
    )
  })

  it('finds the true p99 of a generator with 10,000 fast requests and one with 10 slow ones', () => {
    const of = (slice: number, value: number, length: number): Written =>
      snapshotOf(plan, {
        seq: 0,
        slice,
        samples: [{ metric: 'http_req_duration', values: Array.from({ length }, () => value) }],
      })
    const { metrics } = resultOf([of(0, 100, 10_000), of(1, 10_000, 10)]).summary
    expect(metrics.http_req_duration?.values).toMatchObject({ count: 10_010, p99: 100.031, max: 10_000 })
  })
})

describe('an exact sum', () => {
  const numbers = fc.array(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { maxLength: 30 })

  it('is the same for every order and every way to split it', () => {
    fc.assert(
      fc.property(
        numbers.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat()),
        ),
        ([all, shuffled, place]) => {
          const at = place % (all.length + 1)
          const parts = [sumOf(shuffled.slice(at)), sumOf(shuffled.slice(0, at))]
          const joined = new ExactSum()
          for (const part of parts) joined.addSum(part)
          expect(joined.value).toBe(sumOf(all).value)
        },
      ),
    )
  })

  it('is the exact sum, rounded once', () => {
    expect(sumOf(Array.from({ length: 10 }, () => 0.1)).value).toBe(1)
    expect(sumOf([1e16, 1, 1e-16, -1e16]).value).toBe(1)
    expect(sumOf([1, 2 ** -53, 2 ** -80]).value).toBe(1 + 2 ** -52)
    expect(sumOf([1, 2 ** -53, -(2 ** -80)]).value).toBe(1)
    expect(sumOf([]).value).toBe(0)
  })
})

function sumOf(numbers: readonly number[]): ExactSum {
  const sum = new ExactSum()
  for (const number of numbers) sum.add(number)
  return sum
}
