import { VolleyError } from '../../core/base/errors.ts'
import { formatUsd } from '../../core/base/money.ts'
import type { LoadRequest } from '../../core/plan/make-plan.ts'
import { makeCloudPlan } from '../../core/price/cloud-plan.ts'
import { REFERENCE_REGION } from '../../core/price/prices.ts'
import type { LoadedScenario } from '../../scenario/scenario-file.ts'
import { quoteLines } from './quote-lines.ts'

export interface CloudPrice {
  /** In a few words. */
  short: string
  /** Item by item; empty where there is no price. */
  lines: string[]
}

/** What a run would cost in AWS, cut as the cloud cuts it, or why it can't be made there. */
export function cloudPriceOf({ scenario, module }: LoadedScenario, request: LoadRequest): CloudPrice {
  const { generators: _, window: __, ...load } = request
  const facts = { run: '', module, targetUrl: '', seed: 0, region: REFERENCE_REGION }
  try {
    const { quote, slices } = makeCloudPlan(scenario, load, {
      ...facts,
      maxBudgetUsd: Number.POSITIVE_INFINITY,
    })
    const fleet = slices === 1 ? '1 generator' : `${slices} generators`
    return {
      short: `about ${formatUsd(quote.totalUsd)} in ${REFERENCE_REGION} with ${fleet}`,
      lines: [`in ${REFERENCE_REGION}`, ...quoteLines(quote)],
    }
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error
    const why = error.mistakes.map(({ field, value, limit }) => `${field} is ${value}, allowed: ${limit}`)
    return { short: `not possible in AWS: ${[error.message, ...why].join('; ')}`, lines: [] }
  }
}
