import { namesSecret } from '../../../lib/core/secrets/mask.ts'
import { basicAuthorization, type Userinfo } from '../../../lib/core/secrets/userinfo.ts'
import type { CredentialsByOrigin } from '../contract/exchange-record.ts'

export type Headers = Readonly<Record<string, string>>

/** A flow may write content types without bounds. */
const MAX_KNOWN = 1_000

/** What requests carry before the flow adds to it. */
export class StandingHeaders {
  readonly plain: Headers
  readonly #ofType = new Map<string, Headers>()

  /** Headers that last are frozen: they are known again on their way to the wire. */
  constructor(headers: Headers, lasts = true) {
    this.plain = lasts ? Object.freeze({ ...headers }) : headers
  }

  /** The same with the content type of a body. */
  ofType(contentType: string): Headers {
    if (!Object.isFrozen(this.plain)) return { ...this.plain, 'content-type': contentType }
    const known = this.#ofType.get(contentType)
    if (known) return known
    const headers = Object.freeze({ ...this.plain, 'content-type': contentType })
    if (this.#ofType.size < MAX_KNOWN) this.#ofType.set(contentType, headers)
    return headers
  }
}

interface ScenarioHeaders {
  /** The target's; undefined where it is not for the web. */
  origin: string | undefined
  /** Of the target's URL. */
  userinfo: Userinfo | undefined
  /** The scenario's, in lower case. */
  headers: Headers
}

/**
 * The headers of a scenario by where a request goes. Credentials are for one origin: those of the target's URL, and the
 * scenario's headers whose names say that they are secrets, for the target's alone. All others go everywhere.
 */
export class HeadersByOrigin implements CredentialsByOrigin {
  readonly #origin: string | undefined
  readonly #ofTarget: StandingHeaders
  readonly #elsewhere: StandingHeaders
  readonly #credentials: Headers

  constructor({ origin, userinfo, headers }: ScenarioHeaders) {
    const all = {
      'accept-encoding': 'gzip, br',
      ...(userinfo && { authorization: basicAuthorization(userinfo) }),
      ...headers,
    }
    this.#origin = origin
    this.#ofTarget = new StandingHeaders(all)
    this.#elsewhere = new StandingHeaders(pick(all, (name) => !isForOneOrigin(name)))
    this.#credentials = Object.freeze(pick(all, isForOneOrigin))
  }

  of(origin: string): StandingHeaders {
    return origin === this.#origin ? this.#ofTarget : this.#elsewhere
  }

  /** Those of requests to a URL with a user name and password of its own, which may be others for each user. */
  as(userinfo: Userinfo, origin: string): StandingHeaders {
    const { plain } = this.of(origin)
    return new StandingHeaders({ ...plain, authorization: basicAuthorization(userinfo) }, false)
  }

  credentialsFor(origin: string): Headers | undefined {
    return origin === this.#origin ? this.#credentials : undefined
  }
}

/** Whether a header stays behind where a redirect leads to another origin. */
export function isForOneOrigin(name: string): boolean {
  return namesSecret(name, 'field')
}

function pick(headers: Headers, wanted: (name: string) => boolean): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted(name)))
}
