import { VolleyError } from '../base/errors.ts'
import { type LoadRequest, makePlan, type PlanFacts } from '../plan/make-plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import {
  budgetMistakes,
  type Concurrency,
  concurrencyMistakes,
  socketMistakes,
  templateMistakes,
} from './cloud-limits.ts'
import { cloudQuote } from './cloud-quote.ts'
import { type CloudShape, cloudShapeOf } from './cloud-shape.ts'
import { type Prices, pricesOf } from './prices.ts'

const MIN_INTERVAL_MS = 10_000
const MAX_INTERVAL_MS = 60_000
const INTERVAL_STEP_MS = 5_000
/** Snapshots may cost this much of a run. */
const SNAPSHOT_SHARE = 0.05

/** What the planner has to be told of the run and its deployment. */
export interface CloudFacts extends Omit<PlanFacts, 'generators'> {
  region: string
  /** What the user allows; the deployment's limit holds as well. */
  budgetUsd?: number | undefined
  maxBudgetUsd: number
  /** Left out, nothing is checked against the account. */
  concurrency?: Concurrency | undefined
  /** Templates of experiments that the deployment may start. Left out, they are not checked. */
  chaosTemplates?: readonly string[] | undefined
}

/**
 * The plan of a run in the cloud, with its price. Throws `INPUT_INVALID` or, where nothing else is wrong,
 * `OVER_BUDGET`, with all mistakes.
 */
export function makeCloudPlan(scenario: Scenario, request: LoadRequest, facts: CloudFacts): Plan {
  const shape = shapeOf(scenario, request, facts)
  const shaped = makePlan(
    scenario,
    { ...request, generators: shape.slices, window: `${shape.windowMs}ms` },
    { ...facts, generators: shape.slices },
  )
  const prices = pricesOf(facts.region)
  const timed: Plan = { ...shaped, intervalMs: cloudIntervalOf(shaped, prices) }
  const budgetUsd = Math.min(facts.budgetUsd ?? Number.POSITIVE_INFINITY, facts.maxBudgetUsd)
  const plan: Plan = {
    ...timed,
    quote: cloudQuote(timed, prices),
    ...(Number.isFinite(budgetUsd) && { budgetUsd }),
  }
  refuse(plan, facts)
  return plan
}

/** The slices and windows that a run is cut into: planned first as if one generator could carry it all. */
function shapeOf(scenario: Scenario, request: LoadRequest, facts: CloudFacts): CloudShape {
  const { generators, window, ...load } = request
  return cloudShapeOf(makePlan(scenario, load, { ...facts, generators: 1 }), { generators, window })
}

/** Ten seconds, or longer where S3 puts would cost over a twentieth of the run. */
export function cloudIntervalOf(plan: Plan, prices: Prices): number {
  for (let intervalMs = MIN_INTERVAL_MS; intervalMs < MAX_INTERVAL_MS; intervalMs += INTERVAL_STEP_MS) {
    const { lines, totalUsd } = cloudQuote({ ...plan, intervalMs }, prices)
    const puts = lines.find(({ item }) => item === 'S3 PUT')
    if ((puts?.priceUsd ?? 0) <= SNAPSHOT_SHARE * totalUsd) return intervalMs
  }
  return MAX_INTERVAL_MS
}

function refuse(plan: Plan, { concurrency, chaosTemplates, ...limits }: CloudFacts): void {
  const impossible = [
    ...socketMistakes(plan),
    ...(chaosTemplates === undefined ? [] : templateMistakes(plan, chaosTemplates)),
    ...(concurrency === undefined ? [] : concurrencyMistakes(plan, concurrency)),
  ]
  const dear = budgetMistakes(plan, limits)
  if (impossible.length > 0)
    throw new VolleyError('INPUT_INVALID', 'the run cannot be made in the cloud', [...impossible, ...dear])
  if (dear.length > 0) throw new VolleyError('OVER_BUDGET', 'the run costs more than it may', dear)
}
