import { existsSync, readdirSync, statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { checkScenario } from './core/check-scenario.ts'
import { VolleyError } from './core/errors.ts'
import { didYouMean } from './core/nearest.ts'
import type { Scenario } from './core/scenario.ts'

const SUITES = fileURLToPath(new URL('../scenarios/', import.meta.url))
const AUTHORING = new URL('./index.ts', import.meta.url).href

/** A validated scenario and the URL of the module it came from. */
export interface LoadedScenario {
  scenario: Scenario
  module: string
}

/**
 * Loads a scenario by the name of a suite (`codepal`) or by its file.
 * Throws `SCENARIO_NOT_FOUND`, or `SCENARIO_INVALID` with every mistake in it.
 */
export async function loadScenario(nameOrFile: string): Promise<LoadedScenario> {
  return loadScenarioModule(pathToFileURL(locate(nameOrFile)).href)
}

/** Loads a scenario from the URL of its module. */
export async function loadScenarioModule(module: string): Promise<LoadedScenario> {
  const checked = checkScenario((await importModule(module)).default)
  if (checked.scenario) return { scenario: checked.scenario, module }
  throw new VolleyError(
    'SCENARIO_INVALID',
    `${fileURLToPath(module)} is not a valid scenario`,
    checked.mistakes,
  )
}

/** Path of a file that a scenario names relative to itself. */
export function besideScenario(module: string, path: string): string {
  return resolve(dirname(fileURLToPath(module)), path)
}

/** Names of the suites that come with the project. */
export function suiteNames(): string[] {
  return readdirSync(SUITES).filter((name) => existsSync(resolve(SUITES, name, 'scenario.ts')))
}

function locate(nameOrFile: string): string {
  const suite = resolve(SUITES, nameOrFile, 'scenario.ts')
  if (/^[\w-]+$/.test(nameOrFile) && existsSync(suite)) return suite
  const file = resolve(nameOrFile)
  if (existsSync(file) && statSync(file).isFile()) return file
  const suites = suiteNames()
  throw new VolleyError('SCENARIO_NOT_FOUND', `no scenario ${nameOrFile}`, [
    {
      field: 'scenario',
      value: nameOrFile,
      limit: `a file, or a suite: ${suites.join(', ')}`,
      next: didYouMean(nameOrFile, suites),
    },
  ])
}

let resolvesVolley = false

/** Lets scenario files anywhere on the machine import `volley`. */
function resolveVolley(): void {
  if (resolvesVolley) return
  resolvesVolley = true
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'volley' ? { url: AUTHORING, shortCircuit: true } : next(specifier, context),
  })
}

async function importModule(url: string): Promise<{ default?: unknown }> {
  resolveVolley()
  try {
    return await import(url)
  } catch (error) {
    const file = fileURLToPath(url)
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new VolleyError('SCENARIO_INVALID', `${file} does not load: ${message}`, [
      {
        field: 'scenario',
        value: placeOf(error, file),
        limit: 'a TypeScript or JavaScript module that Node 24 can run as it is',
        next: 'mend the file; types that are more than annotations (enums, namespaces) do not run',
      },
    ])
  }
}

/** `file:line` of the first frame inside the scenario's folder. */
function placeOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const line = stack.split('\n').find((text) => text.includes(dirname(file)))
  return line?.match(/(?:file:\/\/)?[^\s()]+:\d+(?::\d+)?/)?.[0] ?? file
}
