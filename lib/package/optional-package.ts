import { VolleyError } from '../core/base/errors.ts'

const NOT_FOUND: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

interface Need {
  /** What needs them, as the subject of a sentence in the plural. */
  what: string
  packages: readonly string[]
}

/**
 * Loads packages that come with Volley only where they are asked for: most users do not need them. Throws `SETUP_FAILED`
 * with what to install.
 */
export async function optionalPackage<Loaded>(
  load: () => Promise<Loaded>,
  { what, packages }: Need,
): Promise<Loaded> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, packages)) throw error
    throw missingPackages({ what, packages }, error)
  }
}

export function missingPackages({ what, packages }: Need, cause?: unknown): VolleyError {
  const names = packages.join(' and ')
  const mistake = {
    field: packages.length === 1 ? 'package' : 'packages',
    value: 'not installed',
    limit: names,
    next: `npm i -D ${packages.join(' ')}`,
  }
  return new VolleyError('SETUP_FAILED', `${what} need ${names}`, [mistake], { cause })
}

/** Not what these packages themselves, or Volley, look for in vain. */
function isMissing(error: unknown, packages: readonly string[]): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string }
  return NOT_FOUND.has(code) && packages.some((name) => message.includes(`'${name}'`))
}
