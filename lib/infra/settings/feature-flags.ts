import { readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package/own-files.ts'

/** The flags of CDK that the stack is written for. CDK itself reads them only where it is started in a checkout. */
export function featureFlags(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(new URL('cdk.json', PACKAGE_ROOT), 'utf8')) as {
    context: Record<string, unknown>
  }
  return context
}
