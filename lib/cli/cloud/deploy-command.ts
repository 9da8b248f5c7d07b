import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EXIT } from '../../core/base/errors.ts'
import { missingPackages } from '../../package/optional-package.ts'
import { ownModulePath } from '../../package/own-files.ts'

export interface DeployFlags {
  /** Settings as `name=value`. */
  context?: string[]
  scenarios?: string
}

/** What the stack is made with; the command line of CDK first. */
const PACKAGES = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'cdk-nag']

/**
 * `volley deploy` and `volley destroy`: CDK's own command with the stack of this installation. `rest` is handed on to
 * CDK as it is. Returns the exit code. Throws `SETUP_FAILED` where CDK is not installed.
 */
export async function deployCommand(
  command: 'deploy' | 'destroy',
  { context = [], scenarios }: DeployFlags,
  rest: readonly string[],
): Promise<number> {
  const cdk = findCdk()
  const folder = scenarios === undefined ? [] : [`scenarios=${resolve(scenarios)}`]
  const settings = [...context, ...folder].flatMap((setting) => ['-c', setting])
  // The space in front keeps CDK from taking the first and the last quote for those of the whole.
  const app = ` "${process.execPath}" "${ownModulePath('bin/app')}"`
  const args = [command, '--app', app, ...settings, ...rest]
  const child = spawn(process.execPath, [cdk, ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code === 0 ? EXIT.ok : EXIT.infrastructure
}

/** CDK's command line: that of the user's project, else the one beside Volley. The stack's packages have to be there, too. */
function findCdk(): string {
  const own = createRequire(import.meta.url)
  const places = [createRequire(pathToFileURL(join(process.cwd(), 'package.json'))), own]
  const cdk = places.map((place) => resolved(place, 'aws-cdk/bin/cdk')).find((path) => path !== undefined)
  const missing = PACKAGES.slice(1).filter((name) => resolved(own, name) === undefined)
  if (cdk !== undefined && missing.length === 0) return cdk
  const packages = cdk === undefined ? ['aws-cdk', ...missing] : missing
  throw missingPackages({ what: 'deploying and destroying', packages })
}

function resolved(place: NodeJS.Require, name: string): string | undefined {
  try {
    return place.resolve(name)
  } catch {
    return undefined
  }
}
