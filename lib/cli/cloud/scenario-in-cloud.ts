import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VolleyError } from '../../core/base/errors.ts'
import { asFlag, parseRunRequest } from '../../core/run/run-request.ts'
import { encodeBundle, MAX_BUNDLE_BYTES, uploadedHash, uploadedName } from '../../core/run/scenario-bundle.ts'
import { allMistakes } from '../../planning/all-mistakes.ts'
import { bundleScenario } from '../../scenario/bundle-scenario.ts'
import { loadData } from '../../scenario/data-file.ts'
import { type LoadedScenario, loadScenario } from '../../scenario/scenario-file.ts'
import { loadBundle, sha256Of } from '../../scenario/uploaded-scenario.ts'
import type { Deployment } from './deployment.ts'

/** What a run in the cloud asks for, and what it is called after. */
export interface CloudRequest {
  request: { scenario: string }
  title: string
}

/**
 * A request in a deployment's words. A scenario's file is checked as a run on this machine checks it, bundled, and
 * uploaded unless the deployment has it already: `note` tells its name. Throws all that is wrong with file and request.
 */
export async function cloudRequestOf(
  nameOrFile: string,
  load: Record<string, unknown>,
  deployment: Deployment,
  note: (text: string) => void,
): Promise<CloudRequest> {
  if (isDeployed(nameOrFile)) return { request: { scenario: nameOrFile, ...load }, title: nameOrFile }
  const [loaded] = await allMistakes(
    () => loadScenario(nameOrFile),
    () => checkRequest({ scenario: nameOrFile, ...load }),
  )
  await loadData(loaded, 0)
  const bundle = await bundleOf(loaded)
  const sha256 = sha256Of(bundle)
  const scenario = uploadedName(sha256)
  const known = await deployment.hasScenario(sha256)
  if (!known) await deployment.uploadScenario(sha256, bundle)
  note(`${loaded.scenario.name} is ${known ? 'in the deployment' : 'uploaded'} as ${scenario}`)
  return { request: { scenario, ...load }, title: loaded.scenario.name }
}

/** A file is written with its ending or its folder, as in `./mine.ts`; whatever else is a name, for the deployment to know. */
function isDeployed(nameOrFile: string): boolean {
  return uploadedHash(nameOrFile) !== undefined || /^[\w-]*$/.test(nameOrFile)
}

function checkRequest(request: Record<string, unknown>): void {
  try {
    parseRunRequest(request)
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error
    throw new VolleyError(error.code, error.message, error.mistakes.map(asFlag))
  }
}

/** Loaded once more from where it was bundled to: what is not in the bundle would be missing in the cloud. */
async function bundleOf(loaded: LoadedScenario): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'volley-bundle-'))
  try {
    const paths = await bundleScenario(loaded, folder)
    const files = await Promise.all(
      paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const),
    )
    const bundle = encodeBundle(Object.fromEntries(files))
    if (bundle.length > MAX_BUNDLE_BYTES) throw tooLarge(loaded, bundle.length)
    await loadBundle(bundle, join(folder, 'unpacked'))
    return bundle
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function tooLarge({ scenario }: LoadedScenario, bytes: number): VolleyError {
  return new VolleyError('SCENARIO_INVALID', `${scenario.name} is too large to be uploaded`, [
    {
      field: 'scenario',
      value: `${bytes} bytes with its data, compressed`,
      limit: `at most ${MAX_BUNDLE_BYTES} bytes`,
      next: 'use smaller data files, or put it into scenarios/ and deploy it with the stack',
    },
  ])
}
