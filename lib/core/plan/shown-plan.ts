import type { Scenario } from '../scenario/scenario.ts'
import { MASK, maskName, maskUrl } from '../secrets/mask.ts'
import type { Plan } from './plan.ts'

/**
 * A plan that can be stored and shown: the URLs of its target and its sources without their secrets. What makes load or
 * asks a source needs the plan as it was made, or `actualPlan`; all else works with this one.
 */
export function shownPlan(plan: Plan): Plan {
  const sources = Object.entries(plan.sources).map(([name, source]) => [
    name,
    'url' in source ? { ...source, url: maskUrl(source.url) } : source,
  ])
  return {
    ...plan,
    ...(plan.note !== undefined && { note: maskName(plan.note) }),
    target: {
      ...plan.target,
      url: maskUrl(plan.target.url),
      ...(plan.target.proxy !== undefined && { proxy: maskUrl(plan.target.proxy) }),
    },
    sources: Object.fromEntries(sources),
  }
}

/** Whether something of a plan was masked, so that the scenario has to say what it was. */
export function isMasked({ target, sources }: Pick<Plan, 'target' | 'sources'>): boolean {
  const urls = Object.values(sources).map((source) => ('url' in source ? source.url : ''))
  return [target.url, ...urls].some((url) => url.includes(MASK))
}

/**
 * A stored plan with the secrets that its scenario holds. The target's URL is the one given, or the scenario's where
 * that is the one that was masked.
 */
export function actualPlan(
  shown: Plan,
  { target, sources }: Pick<Scenario, 'target' | 'sources'>,
  targetUrl = scenarioUrl(shown, target),
): Plan {
  const isTheSame = targetUrl !== undefined && maskUrl(targetUrl) === shown.target.url
  const known = Object.keys(shown.sources).flatMap((name) => {
    const source = sources[name]
    return source ? [[name, source]] : []
  })
  return {
    ...shown,
    target: { ...shown.target, url: isTheSame ? targetUrl : shown.target.url },
    sources: { ...shown.sources, ...Object.fromEntries(known) },
  }
}

function scenarioUrl({ environment }: Plan, { url, environments }: Scenario['target']): string | undefined {
  return environment === undefined ? url : environments[environment]
}
