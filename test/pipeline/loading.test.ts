import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { freshDirectory, readSummary, volley } from './volley.ts'

const REST = `target: { url: 'http://127.0.0.1:9' }, flows: { f: { run: visit } },
  profiles: { p: { executors: [{ executor: 'per-vu-iterations', users: 1, iterations: 1 }] } }`
const ESM = `import { defineScenario } from 'volley'
import { visit } from './pages'
import { two } from './parts/two.js'
export default defineScenario({ name: \`name\${two as number}\`, ${REST} })`
const CJS = `const { defineScenario } = require('volley')
const { visit } = require('./pages')
module.exports = defineScenario({ name: 'name2', ${REST} })`
const COMPILED = `Object.defineProperty(exports, '__esModule', { value: true })
const visit = async (vu) => { await vu.get('/') }
exports.default = require('volley').defineScenario({ name: 'name2', ${REST} })`
const PAGES =
  "import type { VirtualUser } from 'volley'\nexport const visit = async (vu: VirtualUser) => void (await vu.get('/'))"

/** What loads, whatever the package.json beside it says. */
const SOUND = ['scenario.ts', 'scenario.mts', 'old.js', 'old.ts', 'old.cjs', 'compiled.cjs']
const FOLDERS = { commonjs: '{ "type": "commonjs" }', module: '{ "type": "module" }', untyped: '{}' }

/** What does not load, and what is said of it: the message, and the one mistake's value and advice. */
const BROKEN: Record<string, [text: string, message: string, value: string, next: string]> = {
  'exits.ts': ['process.exit(0)', 'process.exit(0) was called at', 'exits.ts:1:9', 'remove the call'],
  'aborts.ts': [
    'try { process.abort() } catch {}\nexport default {}',
    'process.abort() was called',
    'aborts.ts:1',
    'remove',
  ],
  'waits.ts': [
    'await new Promise(() => undefined)',
    'waiting at its top level for 0.5 s',
    'waits.ts',
    'setup',
  ],
  'throws.ts': [
    "\nthrow new RangeError('no good')",
    'RangeError: no good',
    'throws.ts:2:7',
    'correct what throws there',
  ],
  'throws-text.ts': ["throw 'text'", 'it throws text', 'throws-text.ts', 'correct what throws there'],
  'enum.ts': ['export enum A { B }', 'enum is not supported', 'enum.ts:1', 'as const'],
  'half.ts': ['export default {', 'SyntaxError', 'half.ts:1', 'correct the syntax'],
  'misspelt.ts': [
    "import { x } from './paegs.ts'\nexport default x",
    'paegs.ts',
    'paegs.ts, in ',
    'did you mean pages.ts?',
  ],
  'package.ts': [
    "import x from 'no-such-package'\nexport default x",
    'no-such-package',
    'no-such-package, in ',
    'npm install no-such-package in ',
  ],
  'required.cjs': [
    "module.exports = require('no-such-package')",
    'no-such-package',
    'no-such-package, in ',
    'npm install',
  ],
  'name.ts': [
    "import { defineScenaro } from 'volley'",
    "'defineScenaro'",
    'name.ts:1',
    'import type { defineScenaro }',
  ],
  'mixed.ts': ["export const x = require('node:fs')", 'require is not defined', 'mixed.ts:1', 'use import'],
  'json.ts': ["import x from './x.json'\nexport default x", 'type: json', 'json.ts', "with { type: 'json' }"],
  'named.ts': [
    'export const scenario = {}',
    'exports no scenario',
    'not given; it exports scenario',
    'export default',
  ],
  'function.ts': ['export default async () => ({})', 'exports no scenario', 'a function', 'export default'],
  'promise.ts': ['export default (async () => ({}))()', 'exports no scenario', 'a promise', 'export default'],
}

interface Loaded {
  name?: string
  message?: string
  mistakes?: { field: string; value: string; next: string }[]
}

let directory: string
let loaded: Record<string, Loaded>
let stderr: string

/** Loads all of them in one process, as the command line does it. */
beforeAll(async () => {
  directory = await freshDirectory()
  const files: Record<string, string> = { 'x.json': '{}', 'pages.ts': PAGES }
  for (const [folder, manifest] of Object.entries(FOLDERS)) {
    files[`${folder}/package.json`] = manifest
    files[`${folder}/pages/index.ts`] = PAGES
    files[`${folder}/parts/two.ts`] = 'export const two: number = 2'
    for (const file of ['scenario.ts', 'scenario.mts']) files[`${folder}/${file}`] = ESM
    files[`${folder}/old.cjs`] = CJS
    files[`${folder}/compiled.cjs`] = COMPILED
    if (folder !== 'module') for (const file of ['old.js', 'old.ts']) files[`${folder}/${file}`] = CJS
  }
  for (const [file, [text]] of Object.entries(BROKEN)) files[file] = text
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, file)), { recursive: true })
    await writeFile(join(directory, file), text)
  }
  const modules = Object.keys(files).filter((file) =>
    /\/(?:scenario|old|compiled)\.|^[a-z-]+\.c?ts$|^required/.test(file),
  )
  const urlOf = (path: string): string => new URL(`../../${path}`, import.meta.url).href
  const script = `
    import { pathToFileURL } from 'node:url'
    const { leaveProcess, refuseExit } = await import('${urlOf('lib/user-code/exit-guard.ts')}')
    const { loadScenarioModule } = await import('${urlOf('lib/scenario/scenario-file.ts')}')
    refuseExit()
    const loaded = {}
    for (const file of ${JSON.stringify(modules)})
      loaded[file] = await loadScenarioModule(pathToFileURL('${directory}/' + file).href, { patienceMs: 500 }).then(
        ({ scenario }) => ({ name: scenario.name }),
        ({ message, mistakes }) => ({ message, mistakes }),
      )
    process.stdout.write(JSON.stringify(loaded), () => leaveProcess(0))`
  await writeFile(join(directory, 'load.mjs'), script)
  const outcome = await promisify(execFile)(process.execPath, [join(directory, 'load.mjs')])
  loaded = JSON.parse(outcome.stdout)
  stderr = outcome.stderr
})

describe('a scenario file', () => {
  const all = Object.keys(FOLDERS).flatMap((folder) => SOUND.map((file) => `${folder}/${file}`))

  it.each(all.filter((file) => !/^module\/old\.[jt]s$/.test(file)))('loads as %s', (file) => {
    expect(loaded[file]).toEqual({ name: 'name2' })
  })

  it('loads without a warning of Node about the package.json', () => {
    expect(stderr).toBe('')
  })

  it.each(Object.entries(BROKEN))(
    'that breaks says why, where, and what to do: %s',
    (file, [, message, value, next]) => {
      const { message: said, mistakes } = loaded[file] as Loaded
      expect(said).toContain(join(directory, file))
      expect(said).toContain(message)
      expect(mistakes).toHaveLength(1)
      expect(mistakes?.[0]?.value).toContain(value)
      expect(mistakes?.[0]?.next).toContain(next)
    },
  )
})

describe('the command line', () => {
  it('runs a scenario in a CommonJS folder whose file prints, throws in a timer, and keeps a server open', async () => {
    const text = `${ESM}
import { createServer } from 'node:http'
console.log('loading')
createServer().listen(0, '127.0.0.1')
setTimeout(() => { throw new Error('in a timer') })
setInterval(() => undefined, 1_000)`
    const file = join(directory, 'commonjs', 'noisy.ts')
    await writeFile(file, text)
    const server = (await import('node:http')).createServer((_, response) => response.end('ok'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const out = join(directory, 'run')
    const flags = ['--target', `http://127.0.0.1:${port}`, '--generators', '1', '--json', '--out', out]
    const { code, stdout, stderr } = await volley('run', file, ...flags)
    server.close()
    expect(code).toBe(EXIT.ok)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'pass', requests: { count: 1 } })
    expect(stderr).toContain('loading')
    expect(stderr).toContain('in a timer, event or forgotten promise: Error: in a timer')
    expect((await readSummary(out)).metrics.unhandled_rejections?.values).toMatchObject({ count: 1 })
  })

  it('ends with 2 where a file calls process.exit(0) while it loads', async () => {
    const { code, stdout, stderr } = await volley('plan', join(directory, 'exits.ts'))
    expect([code, stdout]).toEqual([EXIT.badInput, ''])
    expect(stderr).toContain('process.exit(0) was called at')
  })
})
