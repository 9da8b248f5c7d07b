import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Ignored by git; removing it costs only the time to install again. */
const PLACE = join(import.meta.dirname, '../../.bench')
const PACKAGES = join(PLACE, 'peers')
const BIN = join(PLACE, 'bin')

export const VERSIONS = { autocannon: '9.0.0', artillery: '2.0.34', k6: 'v1.8.1' } as const

/** A package of another load generator, installed at its version unless it is there. Returns its directory. */
export function installedPackage(
  name: 'autocannon' | 'artillery',
  say: (text: string) => void,
): string | Error {
  const directory = join(PACKAGES, 'node_modules', name)
  if (versionIn(directory) === VERSIONS[name]) return directory
  say(`installing ${name} ${VERSIONS[name]} into .bench/`)
  mkdirSync(PACKAGES, { recursive: true })
  const both = Object.entries(VERSIONS).flatMap(([one, version]) =>
    one === 'k6' ? [] : [`${one}@${version}`],
  )
  const flags = ['--no-audit', '--no-fund', '--omit=optional', '--ignore-scripts', '--loglevel=error']
  const result = spawnSync('npm', ['install', '--prefix', PACKAGES, ...flags, ...both], { stdio: 'ignore' })
  if (result.status === 0 && versionIn(directory) === VERSIONS[name]) return directory
  return new Error('npm could not install it')
}

function versionIn(directory: string): string | undefined {
  const file = join(directory, 'package.json')
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
    : undefined
}

/** k6 at its version: built into `.bench/` where Go is, else the one on the path. Returns its command. */
export function installedK6(say: (text: string) => void): string | Error {
  const own = join(BIN, 'k6')
  if (versionOf(own)?.includes(VERSIONS.k6)) return own
  if (spawnSync('go', ['version']).error === undefined) {
    say(`building k6 ${VERSIONS.k6} into .bench/ (some minutes, once)`)
    mkdirSync(BIN, { recursive: true })
    // biome-ignore lint/style/noProcessEnv: the tool chain finds its caches by the environment.
    const env = { ...process.env, GOBIN: BIN, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' }
    spawnSync('go', ['install', `go.k6.io/k6@${VERSIONS.k6}`], { env, stdio: 'ignore' })
    if (versionOf(own)?.includes(VERSIONS.k6)) return own
    return new Error('go install could not build it')
  }
  return versionOf('k6') === undefined ? new Error('neither Go nor k6 is installed') : 'k6'
}

/** What a command says of its version, `undefined` where it is not there. */
export function versionOf(command: string, flag = 'version'): string | undefined {
  try {
    return execFileSync(command, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch (error) {
    // Some say their version and exit with 1.
    const said = (error as { stdout?: string }).stdout
    return said ? said.trim() : undefined
  }
}
