import type { CarrierKind } from '../../functions/generator/http/carrier.ts'
import { SOCKETS } from '../../functions/generator/http/socket-carrier.ts'
import { createHttpClient } from '../../functions/generator/http-client.ts'
import { createGuard } from '../../functions/generator/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/tls-options.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { httpClientContract } from './http-client.contract.ts'
import type { ClientOptions, HttpClientMaker } from './http-probe.ts'
import { UNDICI } from './undici-carrier.ts'

function clientOn(carrier: CarrierKind): HttpClientMaker['create'] {
  return ({
    connections = 'per-user',
    maxBodyBytes = 10_485_760,
    tls,
    allow = [],
    resolve,
    now = systemClock.now,
  }: ClientOptions) =>
    createHttpClient({
      http: { connections, maxBodyBytes, version: '1.1' },
      guard: createGuard({ allow, now, ...(resolve && { resolve }) }),
      tls: createTlsOptions({ insecure: false, ...tls }),
      now,
      carrier,
    })
}

httpClientContract({
  name: 'the client on sockets',
  unasked100: 'skipped',
  lenient: false,
  forgiving: true,
  create: clientOn(SOCKETS),
})
httpClientContract({
  name: 'the client on undici',
  unasked100: 'malformed_response',
  lenient: true,
  forgiving: false,
  create: clientOn(UNDICI),
})
