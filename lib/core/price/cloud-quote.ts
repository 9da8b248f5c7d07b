import type { Plan } from '../plan/plan.ts'
import type { Quote, QuoteLine } from '../plan/quote.ts'
import { type Prices, REFERENCE_REGION } from './prices.ts'
import { ASSUMED_TRAFFIC, type Usage, usageOf } from './usage.ts'

/** The line that a generator's time is on: its price over its quantity is what a GB-second costs. */
export const LAMBDA_COMPUTE = 'Lambda compute'
export const DATA_OUT = 'Data out'

const HOURS_PER_MONTH = 730

/**
 * The price of a run in the cloud, all of its lines in the total but what its target answers with:
 *
 *   N·T·GB·p + requests + transitions + S3 + CloudWatch + data out + FIS minutes
 *
 * The free allowances of an account are not taken off.
 */
export function cloudQuote(plan: Plan, prices: Prices, usage: Usage = usageOf(plan)): Quote {
  const { usd } = prices
  const lines = [
    line(LAMBDA_COMPUTE, usage.gbSeconds, 'GB-s', usd.lambdaGbSecond),
    line('Lambda requests', usage.invocations, 'requests', usd.lambdaRequest),
    line('Step Functions', usage.transitions, 'transitions', usd.stateTransition),
    line('S3 PUT', usage.puts, 'requests', usd.s3Put),
    line('S3 GET', usage.gets, 'requests', usd.s3Get),
    line('S3 LIST', usage.lists, 'requests', usd.s3List),
    line(
      'CloudWatch series',
      usage.publishedMetricHours,
      'metric hours',
      usd.customMetricMonth / HOURS_PER_MONTH,
    ),
    line('CloudWatch writes', usage.publications, 'requests', usd.metricWrite),
    line('CloudWatch reads', usage.metricsRead, 'metrics', usd.metricRead),
    line(DATA_OUT, usage.sentGb, 'GB', usd.gbOut),
    line('FIS', usage.fisMinutes, 'action minutes', usd.fisActionMinute),
  ]
  return {
    lines,
    totalUsd: lines.reduce((sum, { priceUsd }) => sum + priceUsd, 0),
    apart: [line("The target's answers, if they leave AWS", usage.receivedGb, 'GB', usd.gbOut)],
    region: prices.region,
    pricesDated: prices.dated,
    notes: notesOf(prices),
  }
}

function line(item: string, quantity: number, unit: string, unitUsd: number): QuoteLine {
  return { item, quantity, unit, priceUsd: quantity * unitUsd }
}

function notesOf({ region, borrowed, dated }: Prices): string[] {
  const { requestsPerUserSecond, requestsPerIteration, sentBytesPerRequest, receivedBytesPerRequest } =
    ASSUMED_TRAFFIC
  const traffic =
    `Data is assumed, not measured: ${requestsPerUserSecond} request a second for each user or ${requestsPerIteration} for each ` +
    `arrival, of ${sentBytesPerRequest} B, answered with ${receivedBytesPerRequest / 1_000} kB.`
  if (borrowed.length === 0) return [traffic]
  return [
    traffic,
    `Not known for ${region}, so as in ${REFERENCE_REGION} (${dated}): the price of ${borrowed.join(', ')}.`,
  ]
}
