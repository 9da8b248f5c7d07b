import { describe, expect, it } from 'vitest'
import { planSchema } from '../../../../../lib/core/plan/plan.ts'
import { cloudIntervalOf } from '../../../../../lib/core/price/cloud-plan.ts'
import { cloudQuote } from '../../../../../lib/core/price/cloud-quote.ts'
import { pricesOf } from '../../../../../lib/core/price/prices.ts'
import { GENERATOR_GB, usageOf } from '../../../../../lib/core/price/usage.ts'
import { cloudPlanOf } from '../../../../fixtures/cloud-plan.ts'
import { planOf } from '../../../../fixtures/synthetic-run.ts'

const NOTHING = {
  gbSeconds: 0,
  invocations: 0,
  transitions: 0,
  puts: 0,
  gets: 0,
  lists: 0,
  publishedMetricHours: 0,
  publications: 0,
  metricsRead: 0,
  sentGb: 0,
  receivedGb: 0,
  fisMinutes: 0,
}
const usEast = pricesOf('us-east-1')

describe('the price of a run in the cloud', () => {
  it('is each thing used times its price, in one line each', () => {
    const of = (used: Partial<typeof NOTHING>): unknown[] =>
      cloudQuote(planOf(), usEast, { ...NOTHING, ...used })
        .lines.filter(({ quantity }) => quantity > 0)
        .map(({ item, unit, priceUsd }) => [item, unit, Number(priceUsd.toPrecision(12))])
    expect(of({ gbSeconds: 1_000_000 })).toEqual([['Lambda compute', 'GB-s', 13.3334]])
    expect(of({ invocations: 1_000_000 })).toEqual([['Lambda requests', 'requests', 0.2]])
    expect(of({ transitions: 1_000 })).toEqual([['Step Functions', 'transitions', 0.025]])
    expect(of({ puts: 1_000 })).toEqual([['S3 PUT', 'requests', 0.005]])
    expect(of({ gets: 1_000 })).toEqual([['S3 GET', 'requests', 0.0004]])
    expect(of({ lists: 1_000 })).toEqual([['S3 LIST', 'requests', 0.005]])
    expect(of({ publishedMetricHours: 7_300 })).toEqual([['CloudWatch series', 'metric hours', 3]])
    expect(of({ publications: 1_000 })).toEqual([['CloudWatch writes', 'requests', 0.01]])
    expect(of({ metricsRead: 1_000 })).toEqual([['CloudWatch reads', 'metrics', 0.01]])
    expect(of({ sentGb: 100 })).toEqual([['Data out', 'GB', 9]])
    expect(of({ fisMinutes: 5 })).toEqual([['FIS', 'action minutes', 0.5]])
  })

  it('is the sum of its lines, without what the target answers with', () => {
    const quote = cloudQuote(planOf(), usEast, {
      ...NOTHING,
      puts: 1_000,
      transitions: 1_000,
      receivedGb: 100,
    })
    expect(quote.totalUsd).toBeCloseTo(0.03, 12)
    expect(quote.apart).toEqual([
      { item: "The target's answers, if they leave AWS", quantity: 100, unit: 'GB', priceUsd: 9 },
    ])
  })

  it('is $19.35 for the time of 200 generators in 70 minutes', () => {
    const gbSeconds = 200 * 70 * 60 * GENERATOR_GB
    expect(cloudQuote(planOf(), usEast, { ...NOTHING, gbSeconds }).totalUsd).toBeCloseTo(19.3485, 3)
  })

  it('counts, for 50,000 users and 70 minutes, starts, handovers and drains besides', () => {
    const plan = cloudPlanOf()
    const { lines } = plan.quote
    const priceOf = (item: string): number => lines.find((line) => line.item === item)?.priceUsd ?? 0
    expect(plan).toMatchObject({ slices: 200, windowMs: 780_000, intervalMs: 10_000 })
    expect(priceOf('Lambda compute')).toBeCloseTo(20.68, 2)
    expect(plan.quote.totalUsd - priceOf('Data out')).toBeCloseTo(21.74, 2)
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
  })

  it('takes the price of us-east-1 for one that is not known elsewhere, and says so', () => {
    const { quote } = cloudPlanOf({}, { region: 'eu-central-1' })
    expect(quote.totalUsd).toBe(cloudPlanOf().quote.totalUsd)
    expect(quote.notes?.[1]).toMatch(
      /^Not known for eu-central-1, so as in us-east-1 \(2026-11\): the price of lambdaGbSecond, /,
    )
    expect(cloudPlanOf().quote.notes).toHaveLength(1)
  })
})

describe('what a run in the cloud uses', () => {
  it('has a snapshot for each cut of each window, drains included', () => {
    // A minute of ten-second cuts, a graceful stop of 30 s in three cuts, one invocation that claims its window; looks,
    // and publications half as often, of which each notes how far it got.
    const usage = usageOf(cloudPlanOf({ users: 100, duration: '60s' }))
    expect(usage.puts).toBe(9 + 1 + Math.ceil((10_010 + 90_000) / 5_000) + (11 + 1) + (2 + 1) + 20)
    expect(usage.publications).toBe(11 + 1)
  })

  it('bills every generator from its call until its drain is over', () => {
    // One slice, up 10.01 s before a minute of load and 30 s after; beside it, the watch loop and two minutes more.
    const { gbSeconds } = usageOf(cloudPlanOf({ users: 100, duration: '60s' }))
    expect(gbSeconds / GENERATOR_GB).toBeCloseTo(100.01 + 100.01 + 120, 6)
  })

  it('assumes a request a second of users that live, and four of an iteration that arrives', () => {
    expect(usageOf(cloudPlanOf({ users: 100, duration: '60s' })).sentGb).toBeCloseTo((6_000 * 300) / 1e9, 12)
    expect(usageOf(cloudPlanOf({ profile: 'arrivals' })).receivedGb).toBeCloseTo(
      (6_000 * 4 * 20_000) / 1e9,
      12,
    )
  })
})

describe('the interval of snapshots in the cloud', () => {
  it('is longer where puts would cost over a twentieth of the run', () => {
    const plan = cloudPlanOf()
    const dearer = (times: number): typeof usEast => ({
      ...usEast,
      usd: { ...usEast.usd, s3Put: times * usEast.usd.s3Put },
    })
    expect(cloudIntervalOf(plan, usEast)).toBe(10_000)
    expect(cloudIntervalOf(plan, dearer(5))).toBe(20_000)
    expect(cloudIntervalOf(plan, dearer(1_000))).toBe(60_000)
  })
})
