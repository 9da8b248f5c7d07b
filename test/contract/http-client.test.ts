import { createHttpClient } from '../../functions/generator/http-client.ts'
import { createGuard } from '../../functions/generator/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/tls-options.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { httpClientContract } from './http-client.contract.ts'

httpClientContract({
  name: 'the undici client',
  unasked100: 'malformed_response',
  create: ({
    connections = 'per-user',
    maxBodyBytes = 10_485_760,
    tls,
    allow = [],
    resolve,
    now = systemClock.now,
  }) =>
    createHttpClient({
      http: { connections, maxBodyBytes },
      guard: createGuard({ allow, now, ...(resolve && { resolve }) }),
      tls: createTlsOptions({ insecure: false, ...tls }),
      now,
    }),
})
