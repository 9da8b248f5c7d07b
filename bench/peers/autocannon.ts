import { join } from 'node:path'
import { CLIENT_CORE } from '../workbench.ts'
import { installedPackage, VERSIONS } from './install.ts'
import type { Found } from './peer.ts'

export type Bodies = 'static' | 'per-request'

/** autocannon with the same three requests over and over, or with bodies of its own for each. */
export function autocannon(bodies: Bodies, say: (text: string) => void): Found {
  const name = bodies === 'static' ? 'autocannon, static bodies' : 'autocannon, bodies per request'
  const directory = installedPackage('autocannon', say)
  if (directory instanceof Error) return { name, missing: directory.message }
  const client = join(import.meta.dirname, 'autocannon-process.ts')
  return {
    name,
    version: VERSIONS.autocannon,
    start: ({ children }, url) =>
      children.spawn(CLIENT_CORE, process.execPath, [client, directory, url, bodies]),
  }
}
