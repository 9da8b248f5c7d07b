import { readdir } from 'node:fs/promises'
import { VolleyError } from '../core/base/errors.ts'
import { didYouMean } from '../core/base/nearest.ts'
import { uploadedHash } from '../core/run/scenario-bundle.ts'
import type { SnapshotStore } from '../ports.ts'
import { type LoadedScenario, loadScenarioModule } from './scenario-file.ts'
import { loadUploadedScenario } from './uploaded-scenario.ts'

/** The suites that `lib/infra/run/bundle-suites.ts` put beside a function's code. */
const SUITES = new URL('./scenarios/', import.meta.url)
const SCHEME = 'suite:'

/** How a plan names a scenario of the deployment: its place differs from function to function. */
export const deployedModule = (scenario: string): string =>
  uploadedHash(scenario) === undefined ? `${SCHEME}${scenario}` : scenario

/**
 * Loads a deployed suite or an uploaded scenario by its name, or by the module a plan names.
 * Throws `SCENARIO_NOT_FOUND`, or `SCENARIO_INVALID`.
 */
export async function loadDeployedScenario(module: string, store: SnapshotStore): Promise<LoadedScenario> {
  const sha256 = uploadedHash(module)
  if (sha256 !== undefined) return loadUploadedScenario(sha256, store)
  const suite = module.startsWith(SCHEME) ? module.slice(SCHEME.length) : module
  const suites = await readdir(SUITES)
  if (suites.includes(suite)) return loadScenarioModule(new URL(`${suite}/scenario.mjs`, SUITES).href)
  throw new VolleyError('SCENARIO_NOT_FOUND', `no scenario ${suite} is deployed`, [
    {
      field: 'scenario',
      value: suite,
      limit: `one that was deployed with the stack (${suites.join(', ')}), or sha256:… for one that was uploaded`,
      next: didYouMean(suite, suites),
    },
  ])
}
