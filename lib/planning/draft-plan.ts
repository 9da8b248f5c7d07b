import type { Environment } from '../../functions/runtime/environment.ts'
import { durationMs } from '../core/base/duration.ts'
import { VolleyError } from '../core/base/errors.ts'
import { hashText } from '../core/base/random.ts'
import type { LoadRequest } from '../core/plan/make-plan.ts'
import type { Plan } from '../core/plan/plan.ts'
import { type CloudFacts, makeCloudPlan } from '../core/price/cloud-plan.ts'
import type { RunRequest } from '../core/run/run-request.ts'
import type { SnapshotStore } from '../ports.ts'
import { loadData } from '../scenario/data-file.ts'
import { deployedModule, loadDeployedScenario } from '../scenario/deployed-scenario.ts'
import type { LoadedScenario } from '../scenario/scenario-file.ts'
import { allMistakes } from './all-mistakes.ts'
import { chooseTarget } from './choose-target.ts'

/** What a deployment lets its runs do. */
export type Permitted = Pick<Environment, 'allowedHosts' | 'chaosTemplates' | 'maxBudgetUsd' | 'region'> &
  Pick<CloudFacts, 'concurrency'>

/** Plans and prices a run, and touches nothing. Throws whatever is wrong with the request, all of it at once. */
export async function draftPlan(
  request: RunRequest,
  run: string,
  permitted: Permitted,
  store: SnapshotStore,
): Promise<Plan> {
  return draftLoaded(await loadDeployedScenario(request.scenario, store), request, run, permitted)
}

/** The same for a scenario that is at hand. */
export async function draftLoaded(
  loaded: LoadedScenario,
  request: RunRequest,
  run: string,
  permitted: Permitted,
): Promise<Plan> {
  const { scenario, budgetUsd, lease, ...asked } = request
  const { allowedHosts, ...limits } = permitted
  const load: LoadRequest = { ...asked, allow: allowedHosts }
  const facts = { run, module: deployedModule(scenario), targetUrl: '', seed: hashText(run), ...limits }
  const [targetUrl, plan] = await allMistakes(
    () => targetOf(loaded, load),
    () => makeCloudPlan(loaded.scenario, load, { ...facts, budgetUsd }),
  )
  await loadData(loaded, plan.peakUsers)
  return {
    ...plan,
    ...(lease !== undefined && { leaseMs: durationMs(lease) }),
    target: { ...plan.target, url: targetUrl },
  }
}

/** A model of the system runs on one machine alone: in the cloud a run needs the real one. */
function targetOf(loaded: LoadedScenario, request: LoadRequest): string {
  const url = allowedUrl(loaded, request)
  if (url !== undefined) return url
  throw new VolleyError('INPUT_INVALID', `${loaded.scenario.name} has no target that the cloud could reach`, [
    {
      field: '--target',
      value: 'not given',
      limit: 'a URL that the deployment allows (allowedTargets)',
      next: 'add it, or an environment that the scenario names',
    },
  ])
}

/** Only the deployment allows targets: no flag and no field of a request does. */
function allowedUrl(loaded: LoadedScenario, request: LoadRequest): string | undefined {
  try {
    return chooseTarget(loaded, request).url
  } catch (error) {
    if (!(error instanceof VolleyError) || error.code !== 'TARGET_NOT_ALLOWED') throw error
    const limit = `what the deployment allows: ${request.allow.join(', ') || 'nothing so far'}`
    const next = 'choose another, or deploy with -c allowedTargets=…; link-local addresses are never allowed'
    const mistakes = error.mistakes.map((mistake) => ({ ...mistake, limit, next }))
    throw new VolleyError(error.code, error.message, mistakes)
  }
}
