import type { HttpSettings } from '../../../lib/core/scenario/scenario.ts'
import type { CarrierKind } from '../http/carrier.ts'
import { SOCKETS } from '../http1/socket-carrier.ts'
import { HTTP2 } from '../http2/http2-carrier.ts'
import { type Dial, dial } from '../net/dial.ts'
import { createTlsOptions } from '../net/tls-options.ts'
import { dialThrough, proxyOf } from '../undici/proxy.ts'
import { undiciKind } from '../undici/undici-carrier.ts'

/** How what a generator sends leaves it. */
export interface Route {
  carrier: CarrierKind
  dial: Dial
}

/** Straight, by a carrier of our own. */
export function ownRoute(version: HttpSettings['version'] = '1.1'): Route {
  return { carrier: version === '2' ? HTTP2 : SOCKETS, dial }
}

/** The route that a scenario chooses. Undici is loaded where it is chosen, and only there. */
export async function routeOf({
  carrier,
  version,
  proxy: written,
  tls,
}: Pick<HttpSettings, 'carrier' | 'version' | 'proxy' | 'tls'>): Promise<Route> {
  if (carrier === 'volley') return ownRoute(version)
  const { Client } = await import('undici')
  if (written === undefined) return { carrier: undiciKind(Client), dial }
  // The name of the target and the certificate of the client are for the target alone.
  const { insecure, ca } = tls
  const proxy = proxyOf(written, createTlsOptions({ insecure, ca }))
  return { carrier: undiciKind(Client, proxy), dial: dialThrough(Client, proxy) }
}
