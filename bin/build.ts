/** `npm run build`: makes `dist/`, which the package ships: JavaScript, types, source maps, and what is read beside them. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')
/** Read by their place beside a module: the report's styles and scripts, the data and texts of suites. */
const ASSETS = ['aggregator/report/html/{client,style}/*.{js,css}', 'scenarios/**/*.{csv,json,jsonl,md}']

rmSync(DIST, { recursive: true, force: true })
compile('tsconfig.build.json')
// Types are for those who write scenarios: of what `volley` exports alone.
compile('tsconfig.types.json')
for (const file of globSync(ASSETS, { cwd: ROOT })) cpSync(join(ROOT, file), join(DIST, file))

function compile(project: string): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const tsc = join(typescript, 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(ROOT, project)], { cwd: ROOT, stdio: 'inherit' })
}
