/** `npm run build`: makes `dist/`, which the package ships: JavaScript, types, source maps, and what is read beside them. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { bundleName } from '../lib/infra/run/function-code.ts'
import { REQUIRE_BANNER } from '../lib/scenario/require-banner.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')
const LAMBDA = join(DIST, 'lambda')
/** Read by their place beside a module: the report's styles and scripts, the data and texts of suites. */
const ASSETS = ['aggregator/report/html/{client,style}/*.{js,css}', 'scenarios/**/*.{csv,json,jsonl,md}']

/** The best would take half a minute. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 9 }

rmSync(DIST, { recursive: true, force: true })
compile('tsconfig.build.json')
// Types are for those who write scenarios: of what `volley` exports alone.
compile('tsconfig.types.json')
for (const file of globSync(ASSETS, { cwd: ROOT })) cpSync(join(ROOT, file), join(DIST, file))
await bundleServer()
mkdirSync(LAMBDA)
await Promise.all(globSync('{functions/*,aggregator}/handler.ts', { cwd: ROOT }).map(bundleFunction))
execFileSync(process.execPath, [join(ROOT, 'lib/infra/run/bundle-suites.ts'), LAMBDA], { stdio: 'inherit' })

function compile(project: string): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const tsc = join(typescript, 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(ROOT, project)], { cwd: ROOT, stdio: 'inherit' })
}

/** As the stack bundles it in a checkout, see `lib/infra/run/run-function.ts`; small, since most users deploy nothing. */
async function bundleFunction(entry: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    minify: true,
    keepNames: true,
    write: false,
    logLevel: 'warning',
  })
  for (const { contents } of outputFiles)
    writeFileSync(join(LAMBDA, bundleName(entry)), brotliCompressSync(contents, { params: BROTLI }))
}

/** The web server of model targets, with the packages in it: installed one by one, they were a third of everything. */
async function bundleServer(): Promise<void> {
  const file = join(DIST, 'lib/target/server.js')
  const { metafile } = await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    banner: { js: REQUIRE_BANNER },
    minifyWhitespace: true,
    keepNames: true,
    metafile: true,
    plugins: [packagesOnly(file)],
    absWorkingDir: ROOT,
    logLevel: 'warning',
  })
  rmSync(`${file}.map`)
  const folders = Object.keys(metafile.inputs).flatMap(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  )
  const licences = [...new Set(folders)]
    .sort()
    .map((folder) => `${folder}\n\n${licenceOf(join(ROOT, folder))}`)
  writeFileSync(join(dirname(file), 'server.licences.txt'), licences.join('\n\n---\n\n'))
}

/** Volley's own modules stay files of their own. */
function packagesOnly(entry: string): Plugin {
  return {
    name: 'packages only',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, importer }) =>
        importer === entry ? { path, external: true } : undefined,
      )
    },
  }
}

function licenceOf(folder: string): string {
  const [file] = globSync('{LICENSE,LICENCE,license,LICENSE.md,LICENSE.txt}', { cwd: folder })
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8')
  return String(
    (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { license?: string }).license,
  )
}
