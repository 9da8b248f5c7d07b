import type { CarrierKind } from '../../functions/generator/http/carrier.ts'
import { createHttpClient, type HttpClient } from '../../functions/generator/http-client/http-client.ts'
import { SOCKETS } from '../../functions/generator/http1/socket-carrier.ts'
import type { Dial } from '../../functions/generator/net/dial.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import type { ClientOptions, HttpClientMaker } from './http-probe.ts'

/** A client for HTTP/1.1 on one of its carriers. */
export function clientOn(
  carrier: CarrierKind,
  {
    connections = 'per-user',
    maxBodyBytes = 10_485_760,
    tls,
    allow = [],
    resolve,
    now = systemClock.now,
  }: ClientOptions,
  dial?: Dial,
): HttpClient {
  return createHttpClient({
    http: { connections, maxBodyBytes, version: '1.1' },
    guard: createGuard({ allow, now, ...(resolve && { resolve }) }),
    tls: createTlsOptions({ insecure: false, ...tls }),
    now,
    carrier,
    ...(dial && { dial }),
  })
}

/** HTTP/1.1 as the product speaks it. */
export const SOCKETS_MAKER: HttpClientMaker = {
  name: 'the client on sockets',
  unasked100: 'skipped',
  lenient: false,
  forgiving: true,
  create: (options) => clientOn(SOCKETS, options),
}
