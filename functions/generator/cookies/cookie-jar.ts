import { cookieText } from '../../../lib/core/scenario/flow/cookie-text.ts'
import type { CookieJar } from '../../../lib/core/scenario/flow.ts'
import { endpointOf } from '../net/endpoint.ts'
import {
  belongsTo,
  type Cookie,
  type CookieScope,
  isTrustworthy,
  parseSetCookie,
  pathOnly,
} from './set-cookie.ts'

export type { CookieScope } from './set-cookie.ts'

type Headers = Readonly<Record<string, string>>

/** As browsers have it: more drop the oldest. */
const MAX_COOKIES = 180

const NO_COOKIES: readonly Cookie[] = []

/** The cookies of one user, as RFC 6265 has them, with the limits, prefixes and public suffixes of browsers. */
export class UserCookies implements CookieJar {
  readonly #targetUrl: string
  readonly #now: () => number
  #cookies: readonly Cookie[] = NO_COOKIES

  /** `targetUrl` is where the flow's own cookies belong. */
  constructor(targetUrl: string, now: () => number) {
    this.#targetUrl = targetUrl
    this.#now = now
  }

  get empty(): boolean {
    return this.#cookies.length === 0
  }

  get(name: string): string | undefined {
    const nowMs = this.#now()
    return this.#cookies.findLast((cookie) => cookie.name === name && cookie.expiresAtMs > nowMs)?.value
  }

  set(name: string, value: string): void {
    this.#put({
      ...cookieText(name, value),
      domain: endpointOf(new URL(this.#targetUrl)).host,
      hostOnly: true,
      path: '/',
      secure: false,
      expiresAtMs: Number.POSITIVE_INFINITY,
    })
  }

  clear(): void {
    this.#cookies = NO_COOKIES
  }

  /** Keeps what an answer sets: the text of its `set-cookie` headers, one a line. Cookies it may not set are left out. */
  store(setCookie: string, scope: CookieScope, nowMs: number): void {
    this.#keep(({ expiresAtMs }) => expiresAtMs > nowMs)
    for (const line of setCookie.split('\n')) {
      const cookie = parseSetCookie(line, scope, nowMs)
      if (!cookie) continue
      if (cookie.expiresAtMs > nowMs) this.#put(cookie)
      else this.#keep((other) => !isSame(other, cookie))
    }
  }

  /** The value of the request's `cookie` header; empty where there is none. */
  header(scope: CookieScope, nowMs: number): string {
    const path = pathOnly(scope.path)
    return this.#cookies
      .filter((cookie) => cookie.expiresAtMs > nowMs && isFor(cookie, scope, path))
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** A request's headers with these cookies behind those that the flow has written itself. */
  beside(headers: Headers, scope: CookieScope, nowMs: number): Headers {
    if (this.empty) return headers
    const cookie = this.header(scope, nowMs)
    if (cookie === '') return headers
    const own = headers.cookie
    return { ...headers, cookie: own === undefined ? cookie : `${own}; ${cookie}` }
  }

  /** A new value keeps the place of the one before. */
  #put(cookie: Cookie): void {
    const at = this.#cookies.findIndex((other) => isSame(other, cookie))
    const kept = at === -1 ? [...this.#cookies, cookie] : this.#cookies.with(at, cookie)
    this.#cookies = kept.length > MAX_COOKIES ? kept.slice(1) : kept
  }

  #keep(wanted: (cookie: Cookie) => boolean): void {
    if (!this.#cookies.every(wanted)) this.#cookies = this.#cookies.filter(wanted)
  }
}

/** A cookie is known by name, domain and path. */
function isSame(one: Cookie, other: Cookie): boolean {
  return one.name === other.name && one.domain === other.domain && one.path === other.path
}

function isFor(cookie: Cookie, scope: CookieScope, path: string): boolean {
  const { host } = scope
  return (
    (cookie.hostOnly ? host === cookie.domain : belongsTo(host, cookie.domain)) &&
    pathMatches(path, cookie.path) &&
    (!cookie.secure || isTrustworthy(scope))
  )
}

/** RFC 6265 section 5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}
