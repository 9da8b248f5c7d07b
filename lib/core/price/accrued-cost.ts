import { formatUsd } from '../base/money.ts'
import type { Plan } from '../plan/plan.ts'
import type { QuoteLine } from '../plan/quote.ts'
import type { Stop } from '../run/stop.ts'
import { DATA_OUT, LAMBDA_COMPUTE } from './cloud-quote.ts'
import { BYTES_PER_GB, GENERATOR_GB, invocationsOf } from './usage.ts'

/** What is known of a run at some moment. Times count from its start. */
export interface Seen {
  atMs: number
  /** When an invocation ended, if it has: its last snapshot says so. */
  endedAtMs(slice: number, window: number): number | undefined
  /** Sent to the target; where it is not known, it is what the quote assumes. */
  sentBytes?: number | undefined
}

export interface Accrued {
  /** Used up to now, by generators that have ended and those that have not. */
  spentUsd: number
  /** What generators that are up now may still use: a running function cannot be interrupted. */
  reserveUsd: number
  /** Both: what the run will cost at least if it is stopped now and no generator notices. */
  accruedUsd: number
}

/**
 * What a run has cost by a moment. Generators are billed from their invocation until their end, or until they must
 * have ended; the reserve is N × remaining window × GB × price over those that are up. Data is what was sent. What else
 * the quote holds accrues evenly over the run.
 */
export function accruedOf(plan: Plan, { atMs, endedAtMs, sentBytes }: Seen): Accrued {
  let [billedMs, spentMs, reserveMs] = [0, 0, 0]
  let [firstMs, lastMs] = [0, plan.durationMs + plan.gracefulStopMs]
  for (const { slice, window, fromMs, toMs } of invocationsOf(plan)) {
    billedMs += toMs - fromMs
    firstMs = Math.min(firstMs, fromMs)
    lastMs = Math.max(lastMs, toMs)
    if (fromMs > atMs) continue
    const ended = endedAtMs(slice, window)
    spentMs += Math.max(0, Math.min(ended ?? toMs, toMs, atMs) - fromMs)
    if (ended === undefined) reserveMs += Math.max(0, toMs - atMs)
  }
  const generatorUsdPerMs = (unitUsd(plan, LAMBDA_COMPUTE) * GENERATOR_GB) / 1_000
  const quotedDataUsd = lineOf(plan, DATA_OUT)?.priceUsd ?? 0
  const besidesUsd = plan.quote.totalUsd - billedMs * generatorUsdPerMs - quotedDataUsd
  const passed = Math.min(1, Math.max(0, (atMs - firstMs) / (lastMs - firstMs)))
  const dataUsd =
    sentBytes === undefined ? passed * quotedDataUsd : (sentBytes / BYTES_PER_GB) * unitUsd(plan, DATA_OUT)
  const spentUsd = spentMs * generatorUsdPerMs + passed * besidesUsd + dataUsd
  const reserveUsd = reserveMs * generatorUsdPerMs
  return { spentUsd, reserveUsd, accruedUsd: spentUsd + reserveUsd }
}

/** A reason to stop, once what a run has cost and can't be kept from costing reaches its budget. */
export function overBudget({ budgetUsd }: Pick<Plan, 'budgetUsd'>, accrued: Accrued): Stop | undefined {
  if (budgetUsd === undefined || accrued.accruedUsd < budgetUsd) return undefined
  const [accruedText, budget, reserve] = [accrued.accruedUsd, budgetUsd, accrued.reserveUsd].map(formatUsd)
  const reason = `${accruedText} of a budget of ${budget} is used, ${reserve} of it reserved for generators that are still up`
  return { by: 'budget', reason }
}

function lineOf({ quote }: Plan, item: string): QuoteLine | undefined {
  return quote.lines.find((line) => line.item === item)
}

function unitUsd(plan: Plan, item: string): number {
  const line = lineOf(plan, item)
  return line && line.quantity > 0 ? line.priceUsd / line.quantity : 0
}
