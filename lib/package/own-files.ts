import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A checkout runs its TypeScript as it stands, a package the JavaScript that `npm run build` made of it in `dist/`. */
export const MODULE_ENDING = extname(import.meta.url)

/** The folder of `bin`, `lib`, `functions` and the others: the checkout, or the package's `dist/`. */
export const CODE_ROOT = new URL('../../', import.meta.url)

/** The folder of `package.json`. */
export const PACKAGE_ROOT = MODULE_ENDING === '.js' ? new URL('../', CODE_ROOT) : CODE_ROOT

/** One of Volley's own modules, by its path from the root without an ending, for whatever is started or bundled by path. */
export function ownModule(path: string): URL {
  return new URL(`${path}${MODULE_ENDING}`, CODE_ROOT)
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8')) as {
    version: string
  }
  return version
}

/** The same file as a path. */
export const ownModulePath = (path: string): string => fileURLToPath(ownModule(path))
