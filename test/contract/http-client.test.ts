import { createHttpClient } from '../../functions/generator/http-client.ts'
import { createGuard } from '../../functions/generator/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/tls-options.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { httpClientContract } from './http-client.contract.ts'
import type { ClientOptions, HttpClientMaker } from './http-probe.ts'

function clientOn(carrier: 'socket' | 'undici'): HttpClientMaker['create'] {
  return ({
    connections = 'per-user',
    maxBodyBytes = 10_485_760,
    tls,
    allow = [],
    resolve,
    now = systemClock.now,
  }: ClientOptions) =>
    createHttpClient({
      http: { connections, maxBodyBytes },
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
  create: clientOn('socket'),
})
httpClientContract({
  name: 'the client on undici',
  unasked100: 'malformed_response',
  lenient: true,
  create: clientOn('undici'),
})
