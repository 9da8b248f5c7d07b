import { isIP, isIPv6, type LookupFunction } from 'node:net'
import { systemClock } from '../../../lib/adapters/clock/system.ts'
import { checkedLookup, type Resolve, systemResolve } from '../../../lib/adapters/net/checked-lookup.ts'
import { forbiddenReason, isLoopback } from '../../../lib/adapters/net/forbidden-address.ts'
import { VolleyError } from '../../../lib/core/base/errors.ts'
import { AddressBook } from './address-book.ts'
import { endpointOf } from './endpoint.ts'

/** Decides where load may go. Loopback is always allowed, anything else only by name, some addresses never. */
export interface TargetGuard {
  /** Throws `TARGET_NOT_ALLOWED` before anything is sent. */
  checkUrl(url: URL): void
  /** Resolves a name for a connection and refuses it by the addresses found. Addresses are kept for a few seconds. */
  lookup: LookupFunction
}

interface GuardOptions {
  /** `host`, `host:port` or `*.domain`. */
  allow: readonly string[]
  now?: () => number
  resolve?: Resolve
}

/** A parsed entry of the allow list; `host` of a wildcard starts with its dot. */
interface Rule {
  host: string
  wildcard: boolean
  port?: number
}

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'tcp:', 'tls:'])

/** Throws `TARGET_NOT_ALLOWED` where the proxy of a scenario is no host that may be sent load. */
export function checkProxy(guard: Pick<TargetGuard, 'checkUrl'>, proxy: string | undefined): void {
  if (proxy === undefined) return
  try {
    guard.checkUrl(new URL(proxy))
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error
    const mistakes = error.mistakes.map((mistake) => ({ ...mistake, field: 'http.proxy' }))
    throw new VolleyError(error.code, `the proxy is refused: ${error.message}`, mistakes)
  }
}

/** Throws `INPUT_INVALID` with every entry of the list that is no host. */
export function createGuard({
  allow,
  now = systemClock.now,
  resolve = systemResolve,
}: GuardOptions): TargetGuard {
  const rules = parseRules(allow)
  const book = new AddressBook(resolve, now)
  return {
    checkUrl(url) {
      if (!PROTOCOLS.has(url.protocol))
        throw refused(
          url.href,
          `${url.protocol} is no protocol for load`,
          'use http, https, ws, wss, tcp or tls',
        )
      const { port, ...endpoint } = endpointOf(url)
      const host = plainHost(endpoint.host)
      const reason = isIP(host) === 0 ? undefined : forbiddenReason(host)
      if (reason !== undefined) throw forbidden(host, reason)
      if (isLocal(host) || rules.some((rule) => matches(rule, host) && (rule.port ?? port) === port)) return
      throw refused(
        host,
        `${host}:${port} is not an allowed target`,
        `add --allow ${host} if it is yours to load`,
      )
    },
    lookup: checkedLookup(
      (hostname, done) => book.find(plainHost(hostname), done),
      (hostname, found) => {
        const host = plainHost(hostname)
        return refusalOf(
          host,
          rules.some((rule) => matches(rule, host)),
          found,
        )
      },
    ),
  }
}

function refusalOf(
  host: string,
  named: boolean,
  found: readonly { address: string }[],
): VolleyError | undefined {
  for (const { address } of found) {
    const reason = forbiddenReason(address)
    if (reason !== undefined) return forbidden(`${host} (${address})`, reason)
    if (named || (isLocal(host) && isLoopback(address))) continue
    return refused(
      host,
      `${host} (${address}) is not an allowed target`,
      `add --allow ${host} if it is yours to load`,
    )
  }
  return undefined
}

/** An address of this machine, or a name that must resolve to one. */
function isLocal(host: string): boolean {
  return isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : isLoopback(host)
}

function matches(rule: Rule, host: string): boolean {
  return rule.wildcard ? host.endsWith(rule.host) : host === rule.host
}

/** A host without a dot at its end, in lower case. */
function plainHost(host: string): string {
  return host.replace(/\.$/, '').toLowerCase()
}

function parseRules(allow: readonly string[]): Rule[] {
  const parsed = allow.map((entry) => ({ entry, rule: parseRule(entry) }))
  const wrong = parsed.filter(({ rule }) => rule === undefined)
  if (wrong.length === 0) return parsed.flatMap(({ rule }) => rule ?? [])
  throw new VolleyError(
    'INPUT_INVALID',
    'the list of allowed targets has entries that are no hosts',
    wrong.map(({ entry }) => ({
      field: '--allow',
      value: entry,
      limit: 'host, host:port or *.domain',
      next: 'write the host alone, without a scheme or a path',
    })),
  )
}

function parseRule(entry: string): Rule | undefined {
  const wildcard = entry.startsWith('*.')
  const written = wildcard ? entry.slice(2) : entry
  const [, host = '', port] = isIPv6(written)
    ? [written, `[${written}]`]
    : (/^(.*?)(?::(\d{1,5}))?$/.exec(written) ?? [])
  if (/[\s/*@?#]/.test(host) || !URL.canParse(`http://${host}`)) return undefined
  const name = plainHost(endpointOf(new URL(`http://${host}`)).host)
  if (wildcard && isIP(name) !== 0) return undefined
  return {
    host: wildcard ? `.${name}` : name,
    wildcard,
    ...(port === undefined ? {} : { port: Number(port) }),
  }
}

function forbidden(target: string, reason: string): VolleyError {
  return refused(target, `${target} is ${reason}`, 'choose another target: --allow cannot lift this')
}

function refused(target: string, message: string, next: string): VolleyError {
  const limit = 'loopback, and hosts named with --allow'
  return new VolleyError('TARGET_NOT_ALLOWED', message, [{ field: '--target', value: target, limit, next }])
}
