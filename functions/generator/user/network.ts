import type { Plan } from '../../../lib/core/plan/plan.ts'
import type { Scenario } from '../../../lib/core/scenario/scenario.ts'
import type { Clock } from '../../../lib/ports.ts'
import { UserCookies } from '../cookies/cookie-jar.ts'
import { createHttpClient, type HttpClient } from '../http-client/http-client.ts'
import type { Route } from '../http-client/route.ts'
import type { Dial } from '../net/dial.ts'
import { checkProxy, createGuard, type TargetGuard } from '../net/target-guard.ts'
import { createTlsOptions, type TlsOptions } from '../net/tls-options.ts'
import { Preconnect, type UserNetwork } from './preconnect.ts'

/** The way of one generator to its target, which is there before anything is measured. */
export interface Network {
  guard: TargetGuard
  tls: TlsOptions
  client: HttpClient
  dial: Dial
  openNetwork: () => UserNetwork
  /** Undefined where users share connections, since nobody knows how many they will need, and where no HTTP is spoken. */
  preconnect: Preconnect | undefined
}

interface NetworkOptions {
  plan: Plan
  scenario: Scenario
  clock: Clock
  route: Route
  /** Hears how many connections have been opened ahead of the start. */
  onConnected?: ((count: number) => void) | undefined
}

export function createNetwork({
  plan,
  scenario: { http },
  clock,
  route,
  onConnected,
}: NetworkOptions): Network {
  const guard = createGuard({ allow: plan.target.allow, now: clock.now })
  checkProxy(guard, http.proxy)
  const tls = createTlsOptions(http.tls)
  const client = createHttpClient({ http, guard, tls, now: clock.now, ...route })
  const openNetwork = (): UserNetwork => {
    const cookies = new UserCookies(plan.target.url, clock.now)
    return { cookies, connection: client.openState({ cookies }) }
  }
  const { origin, protocol } = new URL(plan.target.url)
  const opensAhead = http.connections === 'per-user' && protocol.startsWith('http')
  const host = hostIn(http.headers)
  const preconnect = opensAhead
    ? new Preconnect({ client, origin, host, clock, openNetwork, onOpened: onConnected })
    : undefined
  return { guard, tls, client, dial: route.dial, openNetwork, preconnect }
}

/** The host that every request names, where a scenario sets one. */
function hostIn(headers: Scenario['http']['headers']): string | undefined {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'host')
  return name === undefined ? undefined : headers[name]
}
