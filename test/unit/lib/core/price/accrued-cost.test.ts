import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FREE } from '../../../../../lib/core/plan/quote.ts'
import { accruedOf, overBudget } from '../../../../../lib/core/price/accrued-cost.ts'
import { LAMBDA_COMPUTE } from '../../../../../lib/core/price/cloud-quote.ts'
import { GENERATOR_GB, invocationsOf } from '../../../../../lib/core/price/usage.ts'
import { cloudPlanOf } from '../../../../fixtures/cloud-plan.ts'

const USD_PER_SECOND = GENERATOR_GB * 0.0000133334

/** Two slices, one window each: up 10.02 s before ten minutes of load, and 30 s after it at most. */
const plan = cloudPlanOf({ users: 500, duration: '10m' })
const besidesUsd = plan.quote.totalUsd - 2 * 640.02 * USD_PER_SECOND
const never = (): undefined => undefined

describe('what a run has cost', () => {
  it('is the time of generators that are up, with what they may still use in reserve', () => {
    const { spentUsd, reserveUsd, accruedUsd } = accruedOf(plan, { atMs: 300_000, endedAtMs: never })
    expect(spentUsd).toBeCloseTo(2 * 310.02 * USD_PER_SECOND + (310.02 / 640.02) * besidesUsd, 9)
    expect(reserveUsd).toBeCloseTo(2 * 330 * USD_PER_SECOND, 9)
    expect(accruedUsd).toBe(spentUsd + reserveUsd)
  })

  it('stops growing for a generator that has ended, which holds nothing in reserve', () => {
    const endedAtMs = (slice: number): number | undefined => (slice === 0 ? 100_000 : undefined)
    const { spentUsd, reserveUsd } = accruedOf(plan, { atMs: 300_000, endedAtMs })
    expect(spentUsd).toBeCloseTo((110.02 + 310.02) * USD_PER_SECOND + (310.02 / 640.02) * besidesUsd, 9)
    expect(reserveUsd).toBeCloseTo(330 * USD_PER_SECOND, 9)
  })

  it('comes to the quote where every generator takes all of its time', () => {
    const { accruedUsd, reserveUsd } = accruedOf(plan, { atMs: 10_000_000, endedAtMs: never })
    expect(accruedUsd).toBeCloseTo(plan.quote.totalUsd, 9)
    expect(reserveUsd).toBe(0)
  })

  it('counts the data that was sent, which may be more than the quote assumes', () => {
    const at = { atMs: 10_000_000, endedAtMs: never }
    const assumedUsd = 500 * 600 * 300 * 1e-9 * 0.09
    const { accruedUsd } = accruedOf(plan, { ...at, sentBytes: 50e9 })
    expect(accruedUsd).toBeCloseTo(plan.quote.totalUsd - assumedUsd + 4.5, 9)
    expect(accruedOf(plan, { ...at, sentBytes: 0 }).accruedUsd).toBeCloseTo(
      plan.quote.totalUsd - assumedUsd,
      9,
    )
  })

  it('is nothing on one machine', () => {
    const accrued = accruedOf({ ...plan, quote: FREE }, { atMs: 300_000, endedAtMs: never, sentBytes: 1e9 })
    expect(accrued).toEqual({ spentUsd: 0, reserveUsd: 0, accruedUsd: 0 })
  })

  it('holds nothing in reserve for windows that have not begun', () => {
    const long = cloudPlanOf({ users: 250, duration: '1h' })
    const [first] = invocationsOf(long)
    const { reserveUsd } = accruedOf(long, { atMs: 0, endedAtMs: never })
    expect(reserveUsd).toBeCloseTo(((first?.toMs ?? 0) / 1_000) * USD_PER_SECOND, 9)
  })

  it('never falls as time goes on, and never passes the quote', () => {
    const relayed = cloudPlanOf({ users: 700, duration: '1h' })
    const at = fc.integer({ min: -20_000, max: 4_000_000 })
    fc.assert(
      fc.property(at, at, (a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((atMs) =>
          accruedOf(relayed, { atMs, endedAtMs: never }),
        )
        expect(early?.spentUsd).toBeLessThanOrEqual((late?.spentUsd ?? 0) + 1e-12)
        expect(early?.accruedUsd).toBeLessThanOrEqual((late?.accruedUsd ?? 0) + 1e-12)
        expect(late?.accruedUsd).toBeLessThanOrEqual(relayed.quote.totalUsd + 1e-9)
      }),
    )
  })
})

describe('the budget of a run', () => {
  const accrued = { spentUsd: 6, reserveUsd: 4, accruedUsd: 10 }

  it('stops it when what it cost and may still cost gets there', () => {
    expect(overBudget({ budgetUsd: 10.01 }, accrued)).toBeUndefined()
    expect(overBudget({ budgetUsd: 10 }, accrued)).toEqual({
      by: 'budget',
      reason: '$10.00 of a budget of $10.00 is used, $4.00 of it reserved for generators that are still up',
    })
  })

  it('never stops one that has none', () => {
    expect(overBudget({}, accrued)).toBeUndefined()
  })

  it('has its generators on one line of the quote', () => {
    expect(plan.quote.lines[0]?.item).toBe(LAMBDA_COMPUTE)
  })
})
