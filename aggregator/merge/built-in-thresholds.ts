import { FAILURE_RATES } from '../../lib/core/metrics/built-in-metrics.ts'
import { stagesOf, type Threshold } from '../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { selectorOf } from './definition.ts'

/** A row of the verdict: the scenario's own, or one that judges what none of its own does. */
export type JudgedThreshold = Threshold & { builtIn?: true }

const row = (title: string, metric: string): JudgedThreshold => ({
  title,
  group: 'built in',
  metric,
  limit: 'rate<=0.05',
  noData: 'pass',
  builtIn: true,
})

/** What fails a run unless its thresholds say otherwise: more than one in twenty of anything it does. */
const BUILT_IN: readonly JudgedThreshold[] = [
  ...FAILURE_RATES.map(({ place, plural, metric }) => ({
    ...row(`${plural} that failed`, metric),
    ...(place === 'iteration' && { noData: undefined }),
  })),
  { ...row('Each check held', 'checks'), limit: 'rate>=0.95' },
]

/**
 * The rows that a run's verdict may have: the plan's thresholds, and the built-in ones on metrics that none of them
 * judges as a whole. A row on some stages or tags only leaves the rest of its metric unjudged, and replaces nothing.
 */
export function judgedThresholds({ thresholds }: Pick<Plan, 'thresholds'>): readonly JudgedThreshold[] {
  const judged = new Set(thresholds.filter(isOnAll).map((threshold) => selectorOf(threshold).metric))
  return [...thresholds, ...BUILT_IN.filter(({ metric }) => !judged.has(metric))]
}

function isOnAll(threshold: Threshold): boolean {
  return stagesOf(threshold).length === 0 && Object.keys(selectorOf(threshold).tags).length === 0
}

/** The checks that have a row of their own: the built-in one judges all others. */
export function checksJudged({ thresholds }: Pick<Plan, 'thresholds'>): Set<string> {
  const names = thresholds.flatMap((threshold) => {
    const { metric, tags } = selectorOf(threshold)
    const { check, ...more } = tags
    const wholly = metric === 'checks' && stagesOf(threshold).length === 0 && Object.keys(more).length === 0
    return wholly && check !== undefined ? [check] : []
  })
  return new Set(names)
}

/** Whether a row is shown: one that is built in is, where the run did anything that it judges. */
export function isShown({ metric, builtIn }: JudgedThreshold, hasData: boolean): boolean {
  return hasData || builtIn === undefined || metric === 'iteration_failed'
}
