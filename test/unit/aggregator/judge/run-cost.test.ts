import { describe, expect, it } from 'vitest'
import { costOf } from '../../../../aggregator/judge/cost.ts'
import { judge } from '../../../../aggregator/judge/judge.ts'
import { live, reasonToStop } from '../../../../aggregator/live/watch.ts'
import { GENERATOR_GB } from '../../../../lib/core/price/usage.ts'
import { mergeOf } from '../../../fixtures/judged-run.ts'
import { planOf, START_AT_MS } from '../../../fixtures/synthetic-run.ts'

/**
 * A minute of two slices with a graceful stop of ten seconds, at a dollar for each second of a generator (whose first
 * invocations come 10.02 s early) and ten dollars for a gigabyte.
 */
const GENERATOR_SECONDS = 2 * (10.02 + 60 + 10)
const plan = planOf({
  quote: {
    lines: [
      {
        item: 'Lambda compute',
        quantity: GENERATOR_SECONDS * GENERATOR_GB,
        unit: 'GB-s',
        priceUsd: GENERATOR_SECONDS,
      },
      { item: 'Data out', quantity: 1, unit: 'GB', priceUsd: 10 },
    ],
    totalUsd: GENERATOR_SECONDS + 10,
  },
  budgetUsd: 200,
})
const sending = (sum: number): { metric: string; sum: number }[] => [{ metric: 'data_sent', sum }]
const at = (elapsedMs: number): number => START_AT_MS + elapsedMs

describe('the cost of a run that goes on', () => {
  it('is that of both generators and of what they sent', () => {
    const merge = mergeOf(plan, [
      { seq: 0, slice: 0, samples: sending(1e9) },
      { seq: 0, slice: 1, samples: sending(5e8) },
    ])
    const { spentUsd, reserveUsd } = costOf(merge, at(20_000))
    expect(spentUsd).toBeCloseTo(2 * 30.02 + 15, 9)
    expect(reserveUsd).toBeCloseTo(2 * 50, 9)
    expect(live(plan, merge, at(20_000)).cost).toEqual({
      quotedUsd: plan.quote.totalUsd,
      accruedUsd: spentUsd + reserveUsd,
    })
  })

  it('knows from its last snapshot that a generator has ended', () => {
    const merge = mergeOf(plan, [
      { seq: 0, slice: 0, toMs: 8_000, ending: 'aborted' },
      { seq: 0, slice: 1 },
    ])
    const { spentUsd, reserveUsd } = costOf(merge, at(20_000))
    expect(spentUsd).toBeCloseTo(18.02 + 30.02, 9)
    expect(reserveUsd).toBeCloseTo(50, 9)
  })

  it('is a reason to stop when it reaches the budget, its reserve included', () => {
    const merge = (sentGb: number) => mergeOf(plan, [{ seq: 0, slice: 0, samples: sending(sentGb * 1e9) }])
    expect(reasonToStop(plan, merge(3.9), at(20_000))).toBeUndefined()
    expect(reasonToStop(plan, merge(4), at(20_000))).toEqual({
      by: 'budget',
      reason:
        '$200.04 of a budget of $200.00 is used, $100.00 of it reserved for generators that are still up',
    })
  })

  it('is told only where something is charged', () => {
    const free = planOf()
    expect(live(free, mergeOf(free, [{ seq: 0, slice: 0 }]), at(20_000))).not.toHaveProperty('cost')
  })
})

describe('a run that its budget stopped', () => {
  it('is inconclusive, with what it was quoted at and what it came to', () => {
    const merge = mergeOf(plan, [
      { seq: 0, slice: 0, toMs: 8_000, ending: 'stopped', samples: sending(1e9) },
      { seq: 0, slice: 1, toMs: 8_000, ending: 'stopped' },
    ])
    const stop = { by: 'budget' as const, reason: 'all of it is used' }
    const observed = {
      startAtMs: START_AT_MS,
      endedAtMs: at(9_000),
      ends: [],
      server: [],
      experiments: [],
      remarks: [],
    }
    const { verdict } = judge(plan, merge, observed, stop)
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.reasons[0]).toBe('the run was stopped by budget: all of it is used')
    expect(verdict.cost.quotedUsd).toBe(plan.quote.totalUsd)
    expect(verdict.cost.accruedUsd).toBeCloseTo(2 * 18.02 + 10, 9)
  })
})
