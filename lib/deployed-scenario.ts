import { readdir } from 'node:fs/promises'
import { VolleyError } from './core/errors.ts'
import { didYouMean } from './core/nearest.ts'
import { type LoadedScenario, loadScenarioModule } from './scenario-file.ts'

/** The suites that `lib/infra/bundle-suites.ts` put beside a function's code. */
const SUITES = new URL('./scenarios/', import.meta.url)
const SCHEME = 'suite:'

/** How a plan names a suite that is deployed with the stack: its place differs from function to function. */
export const deployedModule = (suite: string): string => `${SCHEME}${suite}`

/** Loads a deployed suite by the module a plan names. Throws `SCENARIO_NOT_FOUND`, or `SCENARIO_INVALID`. */
export async function loadDeployedScenario(module: string): Promise<LoadedScenario> {
  const suite = module.startsWith(SCHEME) ? module.slice(SCHEME.length) : module
  const suites = await readdir(SUITES)
  if (suites.includes(suite)) return loadScenarioModule(new URL(`${suite}/scenario.mjs`, SUITES).href)
  throw new VolleyError('SCENARIO_NOT_FOUND', `no scenario ${suite} is deployed`, [
    {
      field: 'scenario',
      value: suite,
      limit: `one that was deployed with the stack: ${suites.join(', ')}`,
      next: didYouMean(suite, suites),
    },
  ])
}
