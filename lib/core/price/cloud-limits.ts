import type { Mistake } from '../base/errors.ts'
import { formatUsd } from '../base/money.ts'
import type { Plan } from '../plan/plan.ts'
import { peakGenerators } from './usage.ts'

/** A Lambda has 1,024 file descriptors; the rest is for its own files, the store and its logs. */
const MAX_SOCKETS = 900

/** Users that one generator has descriptors for. */
export function mostUsersEach({ connectionsPerUser }: Pick<Plan, 'connectionsPerUser'>): number {
  return Math.floor(MAX_SOCKETS / connectionsPerUser)
}

/** Planner, watch loop and API run beside the generators. */
const OTHER_FUNCTIONS = 4

/** What the deployment has for its generators alone, or what the account leaves free for all that reserve nothing. */
export type Concurrency = { reserved: number } | { unreserved: number }

export interface BudgetLimits {
  region: string
  budgetUsd?: number | undefined
  maxBudgetUsd: number
}

/** Each limit that a plan's price is above. */
export function budgetMistakes(plan: Plan, { budgetUsd, maxBudgetUsd }: BudgetLimits): Mistake[] {
  const { totalUsd } = plan.quote
  const over = (limitUsd: number): boolean => totalUsd > limitUsd
  const next = (limitUsd: number, raise: string): string =>
    `${raise}, or make it ${shorter(totalUsd, limitUsd)}`
  const mistakes: Mistake[] = []
  if (budgetUsd !== undefined && over(budgetUsd))
    mistakes.push({
      field: '--budget',
      value: `a price of ${formatUsd(totalUsd)}`,
      limit: `at most ${formatUsd(budgetUsd)}, as you asked`,
      next: next(budgetUsd, 'raise the budget'),
    })
  if (over(maxBudgetUsd))
    mistakes.push({
      field: 'maxBudgetUsd',
      value: `a price of ${formatUsd(totalUsd)}`,
      limit: `at most ${formatUsd(maxBudgetUsd)} in this deployment`,
      next: next(maxBudgetUsd, `deploy with -c maxBudgetUsd=${Math.ceil(totalUsd)}`),
    })
  return mistakes
}

/** Nearly all of the price grows with users × time. */
function shorter(totalUsd: number, limitUsd: number): string {
  const percent = Math.floor((limitUsd / totalUsd) * 100)
  return percent < 1 ? 'much smaller' : `about ${percent} % as long or as large`
}

/** Whether all generators, two of a slice while it is handed over, fit into the account or into what is reserved. */
export function concurrencyMistakes(plan: Plan, concurrency: Concurrency): Mistake[] {
  const generators = peakGenerators(plan)
  const reserved = 'reserved' in concurrency
  const room = reserved ? concurrency.reserved : concurrency.unreserved - OTHER_FUNCTIONS
  if (generators <= room) return []
  const fitting = Math.floor((room / generators) * plan.slices)
  const fewer =
    fitting > 0 && plan.peakUsers <= fitting * mostUsersEach(plan)
      ? `, or ask for --generators ${fitting}, of ${Math.ceil(plan.peakUsers / fitting)} users each`
      : ''
  return [
    {
      field: '--generators',
      value: `${plan.slices}, ${generators} at once with handovers`,
      limit: reserved
        ? `${room} at once, which this deployment has reserved`
        : `${concurrency.unreserved} concurrent executions that the account has left, ${OTHER_FUNCTIONS} of them for Volley's other functions`,
      next: reserved
        ? `deploy with -c reservedConcurrency=${generators}${fewer}`
        : `raise the quota "Concurrent executions" of Lambda (L-B99A9384) by ${generators - room}${fewer}`,
    },
  ]
}

/** Whether each generator has descriptors for the connections of its users. */
export function socketMistakes(plan: Plan): Mistake[] {
  const { peakUsers, slices, connectionsPerUser } = plan
  const each = Math.ceil(peakUsers / slices)
  const most = mostUsersEach(plan)
  if (each <= most) return []
  const holding = connectionsPerUser === 1 ? '' : `, with ${connectionsPerUser} connections each`
  return [
    {
      field: '--generators',
      value: `${slices}, of up to ${each} users each${holding}`,
      limit: `${most} users each: a Lambda has 1,024 file descriptors`,
      next: `ask for at least ${Math.ceil(peakUsers / most)}`,
    },
  ]
}

/** The experiments whose templates the deployment does not allow. */
export function templateMistakes({ experiments }: Plan, allowed: readonly string[]): Mistake[] {
  const unknown = new Set(experiments.map(({ template }) => template).filter((one) => !allowed.includes(one)))
  return [...unknown].map((template) => ({
    field: 'chaos',
    value: template,
    limit: `templates that the deployment allows: ${allowed.join(', ') || 'none so far'}`,
    next: `deploy with -c chaosTemplates=${[...allowed, template].join(',')}, or choose another profile`,
  }))
}
