import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { VolleyError } from '../../core/base/errors.ts'
import { findScenario, suiteNames } from '../../scenario/find-scenario.ts'

const MODULE = /^(?!.*\.d\.)([\w-]+)\.[mc]?[tj]s$/
const FOLDER = /^[\w-]+$/
const ENTRY = /^scenario\.[mc]?[tj]s$/

/** Files of the scenarios that are deployed, by name: the suites, and those of the user's folder. */
export function deployedScenarios(folder: string | undefined): Map<string, string> {
  const suites = new Map(suiteNames().map((name) => [name, findScenario(name)]))
  if (folder === undefined) return suites
  const own = scenariosIn(folder)
  const taken = [...own.keys()].filter((name) => suites.has(name))
  if (taken.length > 0)
    throw refused(folder, `names other than those of suites: ${taken.join(', ')}`, 'rename them')
  return new Map([...suites, ...own])
}

/**
 * Files of a folder's scenarios by name: `name.ts`, and `name/scenario.ts`. Throws `INPUT_INVALID` where there is none.
 */
export function scenariosIn(folder: string): Map<string, string> {
  const found = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  const scenarios = new Map(found.flatMap((entry) => scenarioOf(resolve(folder), entry)))
  if (scenarios.size > 0) return scenarios
  throw refused(folder, 'a folder with scenarios: name.ts, or name/scenario.ts', 'name that folder')
}

function scenarioOf(folder: string, entry: Dirent): [name: string, file: string][] {
  if (!entry.isDirectory()) {
    const name = MODULE.exec(entry.name)?.[1]
    return name === undefined ? [] : [[name, join(folder, entry.name)]]
  }
  if (!FOLDER.test(entry.name) || entry.name === 'node_modules') return []
  const file = readdirSync(join(folder, entry.name)).find((name) => ENTRY.test(name))
  return file === undefined ? [] : [[entry.name, join(folder, entry.name, file)]]
}

function refused(folder: string, limit: string, next: string): VolleyError {
  const mistake = { field: '-c scenarios', value: folder, limit, next }
  return new VolleyError('INPUT_INVALID', 'the stack cannot be built', [mistake])
}
