import { hostOf } from '../../../functions/runtime/environment.ts'
import { type Mistake, VolleyError } from '../../core/base/errors.ts'
import { didYouMean } from '../../core/base/nearest.ts'
import { REFERENCE_REGION } from '../../core/price/prices.ts'
import { asField } from '../../core/run/run-request.ts'
import type { Scenario } from '../../core/scenario/scenario.ts'
import { allMistakes } from '../../planning/all-mistakes.ts'
import { draftLoaded, type Permitted } from '../../planning/draft-plan.ts'
import { type LoadedScenario, loadScenario } from '../../scenario/scenario-file.ts'
import { deployedScenarios } from './deployed-scenarios.ts'
import type { ScheduleSetting } from './schedule-settings.ts'
import type { Settings } from './settings.ts'

/** Of the scenarios that are deployed, by name. */
type Files = ReadonlyMap<string, string>

/**
 * Holds what settings say of suites against the suites: every scheduled run is planned, as it will be when its time
 * has come. Returns the scenario of the dashboard, if one is wanted. Throws all mistakes at once.
 */
export async function checkSuites(settings: Settings): Promise<Scenario | undefined> {
  const { dashboard, schedules } = settings
  const files = deployedScenarios(settings.scenarios)
  const [found] = await allMistakes(
    async () => dashboard && (await loadSuite(files, dashboard.scenario, '-c dashboard.scenario')).scenario,
    ...schedules.map(
      (schedule, i) => () => checkSchedule(schedule, `-c schedules[${i}].run`, { settings, files }),
    ),
  )
  return found as Scenario | undefined
}

async function checkSchedule(
  { name, run }: ScheduleSetting,
  at: string,
  { settings, files }: { settings: Settings; files: Files },
): Promise<void> {
  const loaded = await loadSuite(files, run.scenario, `${at}.scenario`)
  try {
    await draftLoaded(loaded, run, name, permittedBy(settings))
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error
    const mistakes = error.mistakes.map(asField).map((mistake) => placed(mistake, at))
    throw new VolleyError(error.code, error.message, mistakes)
  }
}

/** A field of the request has its place in the settings; a limit of the deployment is a setting itself. */
function placed(mistake: Mistake, at: string): Mistake {
  const field = mistake.field === 'maxBudgetUsd' ? '-c maxBudgetUsd' : `${at}.${mistake.field}`
  return { ...mistake, field }
}

function permittedBy(settings: Settings): Permitted {
  const { allowedTargets, chaosTemplates, maxBudgetUsd, reservedConcurrency } = settings
  return {
    allowedHosts: allowedTargets.map(hostOf),
    chaosTemplates,
    maxBudgetUsd,
    region: REFERENCE_REGION,
    ...(reservedConcurrency !== undefined && { concurrency: { reserved: reservedConcurrency } }),
  }
}

async function loadSuite(files: Files, name: string, field: string): Promise<LoadedScenario> {
  const file = files.get(name)
  if (file !== undefined) return loadScenario(file)
  const names = [...files.keys()]
  const limit = `a suite that is deployed with the stack: ${names.join(', ')}`
  throw new VolleyError('SCENARIO_NOT_FOUND', `there is no suite ${name}`, [
    { field, value: name, limit, next: didYouMean(name, names) },
  ])
}
