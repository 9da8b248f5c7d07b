/**
 * Puts every suite, or every scenario of a folder, ready to run on Node 24, and its data beside a function's code. Run by
 * the bundling of functions: `bundle-suites <out> [folder]`.
 */
import { join } from 'node:path'
import { explain, VolleyError } from '../../core/base/errors.ts'
import { bundleScenario } from '../../scenario/bundle-scenario.ts'
import { findScenario, suiteNames } from '../../scenario/find-scenario.ts'
import { loadScenario } from '../../scenario/scenario-file.ts'
import { scenariosIn } from '../settings/deployed-scenarios.ts'

const [out = '', folder] = process.argv.slice(2)
const files =
  folder === undefined ? new Map(suiteNames().map((name) => [name, findScenario(name)])) : scenariosIn(folder)
try {
  for (const [name, file] of files)
    await bundleScenario(await loadScenario(file), join(out, 'scenarios', name))
} catch (error) {
  if (!(error instanceof VolleyError)) throw error
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = error.exitCode
}
