import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { VolleyError } from '../core/base/errors.ts'
import { printed } from '../core/base/mistake.ts'
import { checkScenario } from '../core/scenario/check-scenario.ts'
import type { Scenario } from '../core/scenario/scenario.ts'
import { onExitRefused } from '../user-code/exit-guard.ts'
import { tlsMistakes } from './check-tls.ts'
import { findScenario } from './find-scenario.ts'
import { LoadingTooLong, loadFailure } from './load-failure.ts'
import { registerModuleHooks } from './module-hooks.ts'

/** A validated scenario and the URL of the module it came from. */
export interface LoadedScenario {
  scenario: Scenario
  module: string
}

/** How long a module may wait at its top level. Time in which it keeps this process busy does not count. */
const PATIENCE_MS = 10_000
const TICK_MS = 100

/**
 * Loads a scenario by the name of a suite (`codepal`) or by its file.
 * Throws `SCENARIO_NOT_FOUND`, or `SCENARIO_INVALID` with every mistake in it.
 */
export async function loadScenario(nameOrFile: string): Promise<LoadedScenario> {
  return loadScenarioModule(pathToFileURL(findScenario(nameOrFile)).href)
}

/** Loads a scenario from the URL of its module. */
export async function loadScenarioModule(
  module: string,
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): Promise<LoadedScenario> {
  const file = fileURLToPath(module)
  const exported = exportedBy(await importModule(module, file, patienceMs), file)
  const { scenario, mistakes } = checkScenario(exported)
  const all = scenario ? tlsMistakes(scenario.http.tls) : mistakes
  if (scenario && all.length === 0) return { scenario, module }
  throw new VolleyError('SCENARIO_INVALID', `${file} is not a valid scenario`, all)
}

/** Path of a file that a scenario names relative to itself. */
export function besideScenario(module: string, path: string): string {
  return resolve(dirname(fileURLToPath(module)), path)
}

/** The URL of the module of a scenario's model target; of a compiled scenario, what became of its `.ts` file. */
export function modelModule(module: string, path: string): string {
  const file = besideScenario(module, path)
  const compiled = file.replace(/\.([mc]?)ts$/, '.$1js')
  return pathToFileURL(existsSync(file) ? file : existsSync(compiled) ? compiled : file).href
}

type Exports = Readonly<Record<string, unknown>>

async function importModule(module: string, file: string, patienceMs: number): Promise<Exports> {
  registerModuleHooks()
  const { promise: givenUp, reject: giveUp } = Promise.withResolvers<never>()
  const deaf = onExitRefused(giveUp)
  let waitedMs = 0
  const ticking = setInterval(() => {
    waitedMs += TICK_MS
    if (waitedMs >= patienceMs) giveUp(new LoadingTooLong(patienceMs / 1_000))
  }, TICK_MS)
  try {
    return await Promise.race([import(module), givenUp])
  } catch (error) {
    throw loadFailure(error, file)
  } finally {
    clearInterval(ticking)
    deaf()
  }
}

/** What a module exports as its scenario. Compilers to CommonJS wrap it once more. */
function exportedBy(exports: Exports, file: string): unknown {
  const { default: exported } = exports
  if (isRecord(exported)) return exported.__esModule === true ? exported.default : exported
  const others = Object.keys(exports).filter((name) => name !== 'default' && name !== 'module.exports')
  const value = 'default' in exports ? describe(exported) : 'not given'
  throw new VolleyError('SCENARIO_INVALID', `${file} exports no scenario`, [
    {
      field: 'default export',
      value: others.length === 0 ? value : `${value}; it exports ${others.join(', ')}`,
      limit: 'an object with name, target, flows and profiles',
      next: 'write export default defineScenario({ … })',
    },
  ])
}

function describe(exported: unknown): string {
  return exported instanceof Promise ? 'a promise' : printed(exported)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Promise)
}
