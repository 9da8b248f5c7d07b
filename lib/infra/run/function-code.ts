import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { CODE_ROOT, ownModulePath } from '../../package/own-files.ts'

const BUNDLES = fileURLToPath(new URL('lambda/', CODE_ROOT))
const BUNDLE_SUITES = ownModulePath('lib/infra/run/bundle-suites')

/** A file or folder that travels with a function's code. */
export interface Companion {
  from: string
  /** Relative to the code. */
  to: string
}

export interface CodeProps {
  /** The handler's file, from the project's root. */
  entry: string
  /** Whether suites travel with it, and the user's folder of scenarios beside them. */
  suites?: boolean
  scenarios?: string | undefined
  companions?: readonly Companion[]
}

/** Name of a prebuilt bundle below `dist/lambda/`. */
export const bundleName = (entry: string): string => `${dirname(entry).replaceAll('/', '-')}.mjs.br`

/** The folder with a function's code where the package brought it along; `undefined` in a checkout, which bundles. */
export function prebuiltCode({ entry, suites, scenarios, companions = [] }: CodeProps): string | undefined {
  const bundle = join(BUNDLES, bundleName(entry))
  if (!existsSync(bundle)) return undefined
  const out = mkdtempSync(join(tmpdir(), 'volley-code-'))
  writeFileSync(join(out, 'index.mjs'), brotliDecompressSync(readFileSync(bundle)))
  if (suites) cpSync(join(BUNDLES, 'scenarios'), join(out, 'scenarios'), { recursive: true })
  if (suites && scenarios !== undefined)
    execFileSync(process.execPath, [BUNDLE_SUITES, out, scenarios], { stdio: 'inherit' })
  for (const { from, to } of companions) {
    mkdirSync(dirname(join(out, to)), { recursive: true })
    cpSync(from, join(out, to), { recursive: true })
  }
  return out
}

/** Commands of a shell that put everything else beside code that was just bundled into a folder. */
export function companionCommands({ suites, scenarios, companions = [] }: CodeProps, out: string): string[] {
  const bundling = `"${process.execPath}" "${BUNDLE_SUITES}" "${out}"`
  return [
    ...(suites ? [bundling] : []),
    ...(suites && scenarios !== undefined ? [`${bundling} "${scenarios}"`] : []),
    ...companions.flatMap(({ from, to }) => [
      `mkdir -p "${dirname(join(out, to))}"`,
      `cp -R "${from}" "${join(out, to)}"`,
    ]),
  ]
}
