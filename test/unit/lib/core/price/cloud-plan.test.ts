import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { invocationsOf, peakGenerators } from '../../../../../lib/core/price/usage.ts'
import { cloudPlanOf } from '../../../../fixtures/cloud-plan.ts'

function refusalOf(plan: () => unknown): VolleyError {
  try {
    plan()
  } catch (error) {
    if (error instanceof VolleyError) return error
  }
  throw new Error('the plan was made')
}

describe('cutting a load for Lambda', () => {
  it('takes 250 users to a slice unless it is told how many slices', () => {
    expect(cloudPlanOf({ users: 1 }).slices).toBe(1)
    expect(cloudPlanOf({ users: 250 }).slices).toBe(1)
    expect(cloudPlanOf({ users: 251 }).slices).toBe(2)
    expect(cloudPlanOf({ users: 251, generators: 7 }).slices).toBe(7)
  })

  it('takes windows of 13 minutes, shorter ones for very many slices, one for a short run', () => {
    expect(cloudPlanOf().windowMs).toBe(780_000)
    expect(cloudPlanOf({ generators: 10_000 }, { maxBudgetUsd: 1e6 }).windowMs).toBe(
      900_000 - 110_000 - 35_000,
    )
    expect(cloudPlanOf({ duration: '5m' }).windowMs).toBe(300_000)
    expect(cloudPlanOf({ duration: '5m', window: '20s' }).windowMs).toBe(20_000)
  })

  it('refuses a window or a graceful stop that no invocation can hold', () => {
    expect(refusalOf(() => cloudPlanOf({ window: '14m' })).mistakes).toEqual([
      {
        field: '--window',
        value: '14m',
        limit: 'at most 13m, so that an invocation ends within its 15m',
        next: 'choose a shorter one',
      },
    ])
    expect(refusalOf(() => cloudPlanOf({ profile: 'patient', generators: 5_000 })).mistakes).toMatchObject([
      { field: 'gracefulStop', value: '14m' },
    ])
  })

  it('ends every invocation within the 15 minutes of a Lambda', () => {
    const seconds = fc.integer({ min: 1, max: 20_000 })
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 400 }), (length, generators) => {
        const plan = cloudPlanOf({ duration: `${length}s`, users: generators, generators })
        const longest = Math.max(...[...invocationsOf(plan)].map(({ fromMs, toMs }) => toMs - fromMs))
        expect(longest).toBeLessThanOrEqual(900_000 - 5_000)
      }),
      { numRuns: 50 },
    )
  })

  it('knows how many generators are up at once, handovers included', () => {
    expect(peakGenerators(cloudPlanOf({ duration: '10m' }))).toBe(200)
    expect(peakGenerators(cloudPlanOf())).toBe(224)
    // Windows of 20 s that begin 15 s early and drain for 30 s: three or four generators for one slice.
    expect(peakGenerators(cloudPlanOf({ users: 10, duration: '5m', window: '20s' }))).toBe(4)
  })
})

describe('refusing a plan', () => {
  it('is for its price above what the user allows, or the deployment', () => {
    const error = refusalOf(() => cloudPlanOf({}, { budgetUsd: 20, maxBudgetUsd: 10 }))
    expect(error).toMatchObject({ code: 'OVER_BUDGET', exitCode: 4 })
    expect(error.mistakes).toEqual([
      {
        field: '--budget',
        value: 'a price of $27.41',
        limit: 'at most $20.00, as you asked',
        next: 'raise the budget, or make it about 72 % as long or as large',
      },
      {
        field: 'maxBudgetUsd',
        value: 'a price of $27.41',
        limit: 'at most $10.00 in this deployment',
        next: 'deploy with -c maxBudgetUsd=28, or make it about 36 % as long or as large',
      },
    ])
  })

  it('keeps the lower of both budgets in the plan, at which the run is stopped', () => {
    expect(cloudPlanOf({}, { budgetUsd: 30 }).budgetUsd).toBe(30)
    expect(cloudPlanOf({}, { budgetUsd: 30, maxBudgetUsd: 28 }).budgetUsd).toBe(28)
    expect(cloudPlanOf({}, { maxBudgetUsd: Number.POSITIVE_INFINITY })).not.toHaveProperty('budgetUsd')
  })

  it('is for more generators than the account has left, and says what to raise', () => {
    expect(cloudPlanOf({}, { concurrency: { unreserved: 228 } }).slices).toBe(200)
    const error = refusalOf(() => cloudPlanOf({}, { concurrency: { unreserved: 200 } }))
    expect(error.code).toBe('INPUT_INVALID')
    expect(error.mistakes).toEqual([
      {
        field: '--generators',
        value: '200, 224 at once with handovers',
        limit: "200 concurrent executions that the account has left, 4 of them for Volley's other functions",
        next: 'raise the quota "Concurrent executions" of Lambda (L-B99A9384) by 28, or ask for --generators 175, of 286 users each',
      },
    ])
    expect(cloudPlanOf({ generators: 175 }, { concurrency: { unreserved: 200 } }).slices).toBe(175)
  })

  it('is for more generators than the deployment has reserved, and says how many to reserve', () => {
    expect(cloudPlanOf({}, { concurrency: { reserved: 224 } }).slices).toBe(200)
    expect(refusalOf(() => cloudPlanOf({}, { concurrency: { reserved: 112 } })).mistakes).toEqual([
      {
        field: '--generators',
        value: '200, 224 at once with handovers',
        limit: '112 at once, which this deployment has reserved',
        next: 'deploy with -c reservedConcurrency=224, or ask for --generators 100, of 500 users each',
      },
    ])
  })

  it('is for more users than a generator has sockets, with everything else that is wrong', () => {
    const { code, mistakes } = refusalOf(() => cloudPlanOf({ generators: 50 }, { budgetUsd: 1 }))
    expect(code).toBe('INPUT_INVALID')
    expect(mistakes).toMatchObject([
      {
        field: '--generators',
        value: '50, of up to 1000 users each',
        limit: '900 users each: a Lambda has 1,024 file descriptors',
        next: 'ask for at least 56',
      },
      { field: '--budget' },
    ])
    expect(cloudPlanOf({ generators: 56 }).slices).toBe(56)
  })

  it('counts every connection that a user has open at once', () => {
    const connected = { connectionsPerUser: 4 }
    expect(cloudPlanOf({}, {}, connected)).toMatchObject({ slices: 223, connectionsPerUser: 4 })
    expect(cloudPlanOf({}, {}, { connectionsPerUser: 3 }).slices).toBe(200)
    const { mistakes } = refusalOf(() => cloudPlanOf({ generators: 200 }, {}, connected))
    expect(mistakes).toMatchObject([
      {
        value: '200, of up to 250 users each, with 4 connections each',
        limit: '225 users each: a Lambda has 1,024 file descriptors',
        next: 'ask for at least 223',
      },
    ])
  })
})
