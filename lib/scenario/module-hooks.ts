import { readFileSync, statSync } from 'node:fs'
import { type LoadHookContext, registerHooks } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownModule } from '../package/own-files.ts'
import { hasModuleSyntax } from './module-syntax.ts'

const AUTHORING = ownModule('lib/index').href

/** What a written path may lead to, as compilers and bundlers take it. */
const ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const
/** A compiler's input by the name of its output. */
const SOURCE_ENDING: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' }
const NOT_FOUND: ReadonlySet<unknown> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
])
/** What these hold depends on the nearest package.json, which may say something else: `npm init` writes "commonjs". */
const FORMAT_BY_ENDING: Readonly<Record<string, string>> = { '.ts': 'module-typescript', '.js': 'module' }

let registered = false

/**
 * From now on modules anywhere on the machine may import `volley`, name their own files with or without an ending, and be
 * written with import and export whatever the package.json beside them says.
 */
export function registerModuleHooks(): void {
  if (registered) return
  registered = true
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'volley') return { url: AUTHORING, shortCircuit: true }
      try {
        return next(specifier, context)
      } catch (error) {
        const url = asWritten(specifier, context.parentURL, error)
        if (url === undefined) throw error
        return { url, shortCircuit: true }
      }
    },
    load(url, context, next) {
      const format = formatOf(url, context)
      return next(url, format === undefined ? context : { ...context, format })
    },
  })
}

/** The file that was probably meant where a path led to none. */
function asWritten(specifier: string, parent: string | undefined, error: unknown): string | undefined {
  if (!NOT_FOUND.has((error as { code?: unknown }).code) || parent === undefined) return undefined
  if (!/^(?:\.{1,2}(?:\/|$)|file:|\/)/.test(specifier) || !isOfUser(parent)) return undefined
  const path = fileURLToPath(new URL(specifier, parent))
  const ending = extname(path)
  const source = SOURCE_ENDING[ending]
  const candidates = [
    ...(source === undefined ? [] : [path.slice(0, -ending.length) + source]),
    ...ENDINGS.map((each) => path + each),
    ...ENDINGS.map((each) => `${path}/index${each}`),
  ]
  const found = candidates.find(isFile)
  return found === undefined ? undefined : pathToFileURL(found).href
}

/** Another format than the package.json's, where the file is written in it. */
function formatOf(url: string, { format }: LoadHookContext): string | undefined {
  if (!isOfUser(url) || format?.startsWith('module')) return undefined
  const path = fileURLToPath(url)
  const byEnding = FORMAT_BY_ENDING[extname(path)]
  if (byEnding === undefined || !isFile(path)) return undefined
  return hasModuleSyntax(readFileSync(path, 'utf8')) ? byEnding : undefined
}

function isOfUser(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/')
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
