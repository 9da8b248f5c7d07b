import type { Plan } from '../../lib/core/plan/plan.ts'
import type { GeneratorSummary, Summary } from '../../lib/core/results/summary.ts'

/** Below this share of the plan a run tells too little to be judged. */
export const MIN_COVERAGE = 0.99

/**
 * How much of the plan was observed. Time is generator-seconds: those of a slice that nobody saw are planned, and
 * missing. Arrivals are the iterations that executors with a rate or a count must start.
 */
export function coverageOf(
  plan: Pick<Plan, 'slices' | 'durationMs' | 'plannedArrivals'>,
  generators: readonly GeneratorSummary[],
  arrivalsMade: number,
): Summary['coverage'] {
  const unseen = plan.slices - generators.length
  const plannedMs = generators.reduce((sum, generator) => sum + generator.plannedMs, unseen * plan.durationMs)
  const observedMs = generators.reduce((sum, generator) => sum + generator.observedMs, 0)
  return {
    generators: { planned: plan.slices, seen: generators.length },
    time: shareOf(observedMs, plannedMs),
    arrivals: shareOf(arrivalsMade, plan.plannedArrivals),
    arrivalsPlanned: plan.plannedArrivals,
    arrivalsMade,
  }
}

/** A plan that asks for nothing is covered. */
function shareOf(made: number, planned: number): number {
  return planned === 0 ? 1 : Math.min(1, made / planned)
}
