import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mistake, VolleyError } from '../core/base/errors.ts'
import { didYouMean, nearest } from '../core/base/nearest.ts'
import { maskUrl } from '../core/secrets/mask.ts'
import { CODE_ROOT, MODULE_ENDING } from '../package/own-files.ts'

const SUITES = fileURLToPath(new URL('scenarios/', CODE_ROOT))
const SUITE_ENTRY = `scenario${MODULE_ENDING}`
/** Of the files in a folder. */
const MAX_LISTED = 8
const MODULE = /\.[mc]?[tj]s$/

/** Names of the suites that come with the project. */
export function suiteNames(): string[] {
  return readdirSync(SUITES).filter((name) => existsSync(resolve(SUITES, name, SUITE_ENTRY)))
}

/** The file of a scenario that is named by its suite or its path. Throws `SCENARIO_NOT_FOUND` with what might be meant. */
export function findScenario(nameOrFile: string): string {
  const suite = resolve(SUITES, nameOrFile, SUITE_ENTRY)
  if (/^[\w-]+$/.test(nameOrFile) && existsSync(suite)) return suite
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(nameOrFile)) throw isTarget(nameOrFile)
  const file = resolve(nameOrFile)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory()) throw isDirectory(nameOrFile, file)
  if (found?.isFile()) {
    if (MODULE.test(file)) return file
    throw notFound(nameOrFile, 'is no scenario', {
      limit: 'a TypeScript or JavaScript module (.ts, .mts, .cts, .js, .mjs, .cjs)',
      next: 'write one that exports the scenario, see docs/scenarios.md; it may import JSON and read files',
    })
  }
  throw isNowhere(nameOrFile, file)
}

function isTarget(url: string): VolleyError {
  const masked = maskUrl(url)
  return notFound(masked, 'is a target, and what to do there is missing', {
    limit: 'a scenario: a file, or a suite',
    next: `save this as first.ts and run it: volley run ./first.ts --target ${masked}\n\n${FIRST_SCENARIO}`,
  })
}

const FIRST_SCENARIO = `import { defineScenario } from 'volley'

export default defineScenario({
  name: 'first',
  target: {},
  flows: { visit: { run: async (vu) => void (await vu.get('/')) } },
  profiles: { light: { executors: [{ executor: 'constant-vus', users: 5, duration: '10s' }] } },
})`

function isDirectory(named: string, directory: string): VolleyError {
  const files = readdirSync(directory).filter((name) => MODULE.test(name))
  const likely = files.find((name) => basename(name, extname(name)) === 'scenario') ?? files[0]
  return notFound(named, 'is a directory', {
    limit: files.length === 0 ? 'a file, or a suite' : `a file: ${listed(files)}`,
    next: likely === undefined ? 'name a scenario file' : `name the file: ${join(named, likely)}`,
  })
}

/** A path gets the nearest files beside it, a bare word the nearest suites. */
function isNowhere(named: string, file: string): VolleyError {
  const suites = suiteNames()
  if (!/[./\\]/.test(named))
    return notFound(named, 'is no suite, and no file here has that name', {
      limit: `a file, or a suite: ${suites.join(', ')}`,
      next: nearFile(named, modulesIn(process.cwd())) ?? didYouMean(named, suites),
    })
  const folder = dirname(file)
  const files = modulesIn(folder)
  return notFound(named, 'does not exist', {
    limit: `a file, or a suite: ${suites.join(', ')}`,
    next:
      files.length > 0
        ? (nearFile(basename(file), files) ?? `there are ${listed(files)}`)
        : `there is no ${existsSync(folder) ? 'scenario file in' : 'directory'} ${relative('', folder) || '.'}`,
  })
}

function nearFile(name: string, files: readonly string[]): string | undefined {
  const near = nearest(name, files)
  return near === undefined ? undefined : `did you mean ${near}?`
}

function listed(files: readonly string[]): string {
  const rest = files.length - MAX_LISTED
  return [...files.slice(0, MAX_LISTED), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}

function modulesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => MODULE.test(name)) : []
}

function notFound(named: string, what: string, advice: Pick<Mistake, 'limit' | 'next'>): VolleyError {
  return new VolleyError('SCENARIO_NOT_FOUND', `${named} ${what}`, [
    { field: 'scenario', value: named, ...advice },
  ])
}
