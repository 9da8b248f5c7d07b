import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IncidentTally } from '../../../../aggregator/merge/incident-tally.ts'
import { Smallest } from '../../../../aggregator/sums/smallest.ts'
import type { Incident, SnapshotIncidents } from '../../../../lib/core/results/incident.ts'

interface Told {
  key: string
  incidents: SnapshotIncidents
}

const where = fc.constantFrom('request' as const, 'iteration' as const, 'console' as const)
const letters = [...'abcdefghijklmnopqrstuvwxyz']
/** More classes and messages than a run keeps. */
const incident: fc.Arbitrary<Incident> = fc
  .record({
    where,
    error: fc.oneof(fc.constantFrom('timeout', '503'), fc.nat({ max: 400 }).map(String)),
    flow: fc.constantFrom('buy', ''),
    name: fc.constantFrom('pay', ''),
    message: fc.oneof(
      fc.constantFrom(...letters),
      fc.nat({ max: 9 }).map((n) => `user ${n}`),
    ),
    count: fc.integer({ min: 1, max: 1_000 }),
    atMs: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
    lastStep: fc.constantFrom('look', 'pay'),
  })
  .map(({ atMs, lastStep, ...rest }) => ({
    ...rest,
    ...(atMs !== undefined && { first: { atMs, lastStep } }),
  }))
const incidents: fc.Arbitrary<SnapshotIncidents> = fc.record({
  seen: fc.array(incident, { maxLength: 80 }),
  leftOut: fc.array(fc.record({ where, count: fc.nat({ max: 50 }) }), { maxLength: 2 }),
})
const runs: fc.Arbitrary<Told[]> = fc
  .array(incidents, { minLength: 1, maxLength: 12 })
  .map((all) => all.map((incidents, i) => ({ key: `runs/r/snapshots/0/${i % 3}-0-${i}`, incidents })))

function tallyOf(run: readonly Told[]): IncidentTally {
  const tally = new IncidentTally()
  for (const { key, incidents } of run) tally.add(incidents, key)
  return tally
}

const told = (tally: IncidentTally) => ({ failures: tally.failures(), lines: tally.lines() })

describe('the incidents of a run', () => {
  it('are the same in any order of the snapshots, also those that have no room', () => {
    const orders = runs.chain((run) =>
      fc.record({ run: fc.constant(run), shuffled: fc.shuffledSubarray(run, { minLength: run.length }) }),
    )
    fc.assert(
      fc.property(orders, ({ run, shuffled }) => {
        expect(told(tallyOf(shuffled))).toStrictEqual(told(tallyOf(run)))
      }),
    )
  })

  it('are the same in any order where far more classes and messages come than are kept', () => {
    const many = Array.from({ length: 250 }, (_, c) =>
      letters.map((message, i) => ({
        ...{ where: 'iteration' as const, error: `${c}`, flow: '', name: '', message, count: c + i },
        first: { atMs: i },
      })),
    )
    const snapshots = many.map((seen, i) => ({ key: `${i}`, incidents: { seen, leftOut: [] } }))
    const told = (run: readonly Told[]) => {
      const { kept, leftOut } = tallyOf(run).state
      return { kept: kept.map((one) => JSON.stringify(one)).sort(), leftOut }
    }
    const expected = told(snapshots)
    expect(expected.kept).toHaveLength(200 * 20)
    fc.assert(
      fc.property(fc.shuffledSubarray(snapshots, { minLength: snapshots.length }), (shuffled) => {
        expect(told(shuffled)).toStrictEqual(expected)
      }),
      { numRuns: 10 },
    )
  })

  it('are the same wherever the merge was saved and resumed', () => {
    fc.assert(
      fc.property(runs, fc.nat({ max: 12 }), (run, cut) => {
        const before = JSON.parse(JSON.stringify(tallyOf(run.slice(0, cut)).state))
        const resumed = IncidentTally.of(before)
        for (const { key, incidents } of run.slice(cut)) resumed.add(incidents, key)
        expect(told(resumed)).toStrictEqual(told(tallyOf(run)))
      }),
    )
  })

  it('count every failure once: those kept, and those left out', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { failures, lines } = told(tallyOf(run))
        const counted = [failures, lines].reduce(
          (sum, { incidents, leftOut }) => sum + leftOut + countsOf(incidents),
          0,
        )
        const given = run.reduce(
          (sum, { incidents: { seen, leftOut } }) => sum + countsOf(seen) + countsOf(leftOut),
          0,
        )
        expect(counted).toBe(given)
      }),
    )
  })

  it('are bounded, however many classes and messages the generators tell of', () => {
    const tally = new IncidentTally()
    for (let c = 0; c < 300; c++)
      for (const message of letters)
        tally.add(
          {
            seen: [{ where: 'iteration', error: `${c}`, flow: '', name: '', message, count: 1 }],
            leftOut: [],
          },
          `${c}`,
        )
    expect(tally.state.kept).toHaveLength(200 * 20)
    expect(tally.failures().incidents).toHaveLength(100)
    expect(tally.failures().leftOut).toBe(300 * 26 - 100)
  })

  it('keep the description of the earliest moment', () => {
    const one = {
      where: 'request' as const,
      error: '503',
      flow: 'buy',
      name: 'pay',
      message: 'order 7',
      count: 1,
    }
    const tally = new IncidentTally()
    tally.add({ seen: [{ ...one, message: 'order 9' }], leftOut: [] }, 'a')
    tally.add({ seen: [{ ...one, first: { atMs: 900 } }], leftOut: [] }, 'b')
    tally.add({ seen: [{ ...one, message: 'order 8', first: { atMs: 800 } }], leftOut: [] }, 'c')
    expect(tally.failures()).toEqual({
      incidents: [{ ...one, message: 'order 8', count: 3, first: { atMs: 800 } }],
      leftOut: 0,
    })
  })
})

function countsOf(all: readonly { count: number }[]): number {
  return all.reduce((sum, { count }) => sum + count, 0)
}

describe('a map of bounded size', () => {
  it('keeps the same keys in whatever order they come, and loses none: each is kept or given back', () => {
    const keys = fc.uniqueArray(fc.string(), { maxLength: 30 })
    const orders = keys.chain((all) =>
      fc.record({ all: fc.constant(all), shuffled: fc.shuffledSubarray(all, { minLength: all.length }) }),
    )
    const fill = (all: readonly string[]) => {
      const map = new Smallest<string>(4)
      const dropped = all.flatMap((key) => map.add(key, key) ?? [])
      return { kept: map.values().sort(), dropped: dropped.sort() }
    }
    fc.assert(
      fc.property(orders, ({ all, shuffled }) => {
        const { kept, dropped } = fill(all)
        expect(fill(shuffled)).toEqual({ kept, dropped })
        expect(kept).toHaveLength(Math.min(4, all.length))
        expect([...kept, ...dropped].sort()).toEqual(all.toSorted())
      }),
    )
  })
})
