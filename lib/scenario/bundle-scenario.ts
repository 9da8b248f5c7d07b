import { cp, mkdir } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mistake, VolleyError } from '../core/base/errors.ts'
import { BUNDLE_ENTRY } from '../core/run/scenario-bundle.ts'
import { ownModulePath } from '../package/own-files.ts'
import { REQUIRE_BANNER } from './require-banner.ts'
import { besideScenario, type LoadedScenario } from './scenario-file.ts'

const AUTHORING = ownModulePath('lib/index')

/**
 * Bundles a scenario into `folder/scenario.mjs`, ready to run on Node 24, its data files at the same places relative
 * to it. Returns the paths of all files in the folder. Throws `DATA_INVALID` for data that has no such place, and
 * `SCENARIO_INVALID` for code that can't be bundled.
 */
export async function bundleScenario(
  { scenario, module }: LoadedScenario,
  folder: string,
): Promise<string[]> {
  const file = fileURLToPath(module)
  const data = Object.entries(scenario.data).map(([name, { path }]) => {
    const source = besideScenario(module, path)
    return { name, source, place: relative(dirname(file), source).split(sep).join('/') }
  })
  refuseOutside(data)
  await bundleCode(file, join(folder, BUNDLE_ENTRY))
  for (const { source, place } of data) {
    await mkdir(dirname(join(folder, place)), { recursive: true })
    await cp(source, join(folder, place))
  }
  return [BUNDLE_ENTRY, ...new Set(data.map(({ place }) => place))]
}

async function bundleCode(file: string, outfile: string): Promise<void> {
  const { build } = await import('esbuild').catch(() => {
    throw unbundled(file, 'esbuild is not installed', 'install the development packages too: npm ci')
  })
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    alias: { volley: AUTHORING },
    banner: { js: REQUIRE_BANNER },
    // Without it, comments tell where on this machine the code came from, and the same file has many hashes.
    minifyWhitespace: true,
    legalComments: 'none',
    absWorkingDir: dirname(file),
    logLevel: 'silent',
  }).catch((error: Error) => {
    throw unbundled(file, error.message, 'fix its imports: whatever it needs has to be installed beside it')
  })
}

function unbundled(file: string, why: string, next: string): VolleyError {
  return new VolleyError('SCENARIO_INVALID', `${file} cannot be bundled: ${why}`, [
    { field: 'scenario', value: file, limit: 'a module whose imports can be put into one file', next },
  ])
}

function refuseOutside(data: readonly { name: string; source: string; place: string }[]): void {
  const mistakes = data
    .filter(({ place }) => place.startsWith('../') || place.startsWith('/') || /^[A-Za-z]:/.test(place))
    .map(
      ({ name, source }): Mistake => ({
        field: `data.${name}`,
        value: source,
        limit: 'a file in the folder of the scenario, or below it',
        next: 'put it or a copy of it there',
      }),
    )
  if (mistakes.length > 0)
    throw new VolleyError('DATA_INVALID', 'data files cannot travel with their scenario', mistakes)
}
