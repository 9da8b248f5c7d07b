import { connect } from 'node:net'
import { checkProxy, createGuard } from '../../functions/generator/net/target-guard.ts'
import { VolleyError } from '../core/base/errors.ts'
import { didYouMean } from '../core/base/nearest.ts'
import type { LoadRequest } from '../core/plan/make-plan.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Scenario } from '../core/scenario/scenario.ts'
import { maskUrl } from '../core/secrets/mask.ts'
import { isSoundUserinfo, USERINFO_RULE } from '../core/secrets/userinfo.ts'
import { type LoadedScenario, modelModule } from '../scenario/scenario-file.ts'

/** Where the load goes: a URL, or a model of the system that is started for this run. */
export type ChosenTarget = { url: string; model?: undefined } | { url?: undefined; model: string }

const REACH_TIMEOUT_MS = 5_000
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:'])

/**
 * The target that was asked for, else the scenario's own, else its model.
 * Throws `INPUT_INVALID` where there is none, `TARGET_NOT_ALLOWED` where it must not be sent load.
 */
export function chooseTarget({ scenario, module }: LoadedScenario, request: LoadRequest): ChosenTarget {
  const guard = createGuard(request)
  checkProxy(guard, scenario.http.proxy)
  const environment = environmentUrl(scenario, request)
  const url = request.target ?? environment ?? scenario.target.url
  if (url !== undefined) {
    guard.checkUrl(parseTarget(url))
    return { url }
  }
  if (scenario.target.model !== undefined) return { model: modelModule(module, scenario.target.model) }
  throw new VolleyError('INPUT_INVALID', `${scenario.name} has no target`, [
    {
      field: '--target',
      value: 'not given',
      limit: 'a URL such as http://127.0.0.1:8080',
      next: 'give one here, or set target.url or target.model in the scenario',
    },
  ])
}

/** Throws `TARGET_UNREACHABLE` unless something accepts connections there, or at the proxy on the way. Nothing is sent. */
export async function reachTarget(
  targetUrl: string,
  { allow, proxy }: Pick<Plan['target'], 'allow' | 'proxy'>,
): Promise<void> {
  const url = new URL(proxy ?? targetUrl)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const { lookup } = createGuard({ allow })
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, lookup, timeout: REACH_TIMEOUT_MS }, () => {
      socket.destroy()
      resolve()
    })
    const refuse = (why: string): void => {
      socket.destroy()
      reject(proxy === undefined ? unreachable(targetUrl, why) : unreachableProxy(proxy, why))
    }
    socket.once('timeout', () => refuse(`no answer within ${REACH_TIMEOUT_MS / 1_000} s`))
    socket.once('error', (error) => (error instanceof VolleyError ? reject(error) : refuse(error.message)))
  })
}

function unreachable(url: string, why: string): VolleyError {
  return new VolleyError('TARGET_UNREACHABLE', `nothing answers at ${url}: ${why}`, [
    {
      field: '--target',
      value: url,
      limit: 'a host and port that accept connections',
      next: 'start the target, or fix the URL',
    },
  ])
}

function unreachableProxy(proxy: string, why: string): VolleyError {
  const value = maskUrl(proxy)
  return new VolleyError('TARGET_UNREACHABLE', `nothing answers at the proxy ${value}: ${why}`, [
    {
      field: 'http.proxy',
      value,
      limit: 'a host and port that accept connections',
      next: 'start the proxy, or correct the URL',
    },
  ])
}

function environmentUrl({ target }: Scenario, { environment }: LoadRequest): string | undefined {
  if (environment === undefined) return undefined
  const names = Object.keys(target.environments)
  const url = target.environments[environment]
  if (url !== undefined) return url
  throw new VolleyError('INPUT_INVALID', `there is no environment ${environment}`, [
    {
      field: '--environment',
      value: environment,
      limit: names.length > 0 ? `one of ${names.join(', ')}` : 'one named in target.environments',
      next: didYouMean(environment, names),
    },
  ])
}

function isTcp({ protocol }: URL): boolean {
  return protocol === 'tcp:' || protocol === 'tls:'
}

function parseTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !(SCHEMES.has(url.protocol) || (isTcp(url) && url.port !== '')))
    throw noTarget(text, {
      limit: 'an http or https URL, or tcp://host:port or tls://host:port',
      next: 'write it as http://host:port',
    })
  if (!isSoundUserinfo(url))
    throw noTarget(text, {
      limit: 'a user name and password in percent-encoded UTF-8',
      next: `write them in ${USERINFO_RULE}`,
    })
  return url
}

function noTarget(text: string, { limit, next }: { limit: string; next: string }): VolleyError {
  const value = maskUrl(text)
  return new VolleyError('INPUT_INVALID', `${value} is no target`, [
    { field: '--target', value, limit, next },
  ])
}
