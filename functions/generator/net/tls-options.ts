import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { VolleyError } from '../../../lib/core/base/errors.ts'
import type { HttpSettings } from '../../../lib/core/scenario/scenario.ts'

/** What all TLS connections of a generator share. */
export interface TlsOptions {
  secureContext: SecureContext
  rejectUnauthorized: boolean
  /** Name to ask for and to check, where it is not the host's. */
  serverName?: string
}

/** Reads certificates and keys once. Throws `SCENARIO_INVALID` where they are not PEM or do not belong together. */
export function createTlsOptions({
  insecure,
  ca,
  cert,
  key,
  passphrase,
  serverName,
}: HttpSettings['tls']): TlsOptions {
  try {
    const secureContext = createSecureContext({
      ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    })
    return {
      secureContext,
      rejectUnauthorized: !insecure,
      ...(serverName === undefined ? {} : { serverName }),
    }
  } catch (error) {
    const message = (error as Error).message
    throw new VolleyError('SCENARIO_INVALID', `the certificates of http.tls cannot be read: ${message}`, [
      {
        field: 'http.tls',
        value: ['ca', 'cert', 'key'].filter((_, i) => [ca, cert, key][i] !== undefined).join(', '),
        limit: 'PEM text; cert and key that belong together',
        next: 'give the text of the files, not their names',
      },
    ])
  }
}
