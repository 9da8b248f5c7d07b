import { isIP } from 'node:net'
import { cookieText } from '../../lib/core/flow/cookie-text.ts'
import type { CookieJar } from '../../lib/core/flow.ts'
import { endpointOf } from './endpoint.ts'

/** What a request says about itself to cookies. */
export interface CookieScope {
  secure: boolean
  /** IPv6 without brackets. */
  host: string
  /** Path of the URL; what follows a `?` is not looked at. */
  path: string
}

interface Cookie {
  name: string
  value: string
  domain: string
  /** Only for the very host that set it. */
  hostOnly: boolean
  path: string
  secure: boolean
  expiresAtMs: number
}

/** As browsers have it: more drop the oldest. */
const MOST_COOKIES = 180
const LONGEST_COOKIE = 4_096

const NO_COOKIES: readonly Cookie[] = []

/** The cookies of one user: the part of RFC 6265 that servers use, without a list of public suffixes. */
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
    for (const line of setCookie.split('\n')) {
      const cookie = parseSetCookie(line, scope, nowMs)
      if (cookie) this.#put(cookie)
    }
    this.#cookies = this.#cookies.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
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

  /** A cookie is known by name, domain and path; a new value keeps its place. */
  #put(cookie: Cookie): void {
    const at = this.#cookies.findIndex(
      ({ name, domain, path }) => name === cookie.name && domain === cookie.domain && path === cookie.path,
    )
    const kept = at === -1 ? [...this.#cookies, cookie] : this.#cookies.with(at, cookie)
    this.#cookies = kept.length > MOST_COOKIES ? kept.slice(1) : kept
  }
}

function isFor(cookie: Cookie, { secure, host }: CookieScope, path: string): boolean {
  if (cookie.secure && !secure) return false
  return (
    (cookie.hostOnly ? host === cookie.domain : belongsTo(host, cookie.domain)) &&
    pathMatches(path, cookie.path)
  )
}

function parseSetCookie(line: string, scope: CookieScope, nowMs: number): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  if (equals < 1 || name === '' || line.length > LONGEST_COOKIE) return undefined
  const cookie: Cookie = {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: scope.host,
    hostOnly: true,
    path: defaultPath(scope.path),
    secure: false,
    expiresAtMs: Number.POSITIVE_INFINITY,
  }
  // Max-Age comes last: it wins over Expires.
  const written = new Map(attributes.map(splitOnce))
  for (const [key, apply] of ATTRIBUTES) {
    const value = written.get(key)
    if (value !== undefined && !apply(cookie, value, scope, nowMs)) return undefined
  }
  return cookie
}

/** Writes one attribute into a cookie; false where the cookie must not be set at all. */
type ApplyAttribute = (cookie: Cookie, value: string, scope: CookieScope, nowMs: number) => boolean

const ATTRIBUTES: readonly (readonly [string, ApplyAttribute])[] = [
  ['path', applyPath],
  ['domain', applyDomain],
  ['secure', applySecure],
  ['expires', applyExpires],
  ['max-age', applyMaxAge],
]

function applyPath(cookie: Cookie, value: string): boolean {
  if (value.startsWith('/')) cookie.path = value
  return true
}

function applyDomain(cookie: Cookie, value: string, { host }: CookieScope): boolean {
  const domain = value.replace(/^\./, '').toLowerCase()
  if (domain === '') return true
  cookie.domain = domain
  cookie.hostOnly = false
  return belongsTo(host, domain)
}

function applySecure(cookie: Cookie): boolean {
  cookie.secure = true
  return true
}

function applyExpires(cookie: Cookie, value: string): boolean {
  const atMs = Date.parse(value)
  if (!Number.isNaN(atMs)) cookie.expiresAtMs = atMs
  return true
}

function applyMaxAge(cookie: Cookie, value: string, _scope: CookieScope, nowMs: number): boolean {
  if (/^-?\d+$/.test(value)) cookie.expiresAtMs = nowMs + Number(value) * 1_000
  return true
}

function splitOnce(attribute: string): [string, string] {
  const equals = attribute.indexOf('=')
  if (equals === -1) return [attribute.trim().toLowerCase(), '']
  return [attribute.slice(0, equals).trim().toLowerCase(), attribute.slice(equals + 1).trim()]
}

/** RFC 6265 section 5.1.3. */
function belongsTo(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0)
}

/** RFC 6265 section 5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}

/** The directory of the path, RFC 6265 section 5.1.4. */
function defaultPath(path: string): string {
  const plain = pathOnly(path)
  return plain.slice(0, Math.max(1, plain.lastIndexOf('/')))
}

function pathOnly(path: string): string {
  const query = path.indexOf('?')
  return query === -1 ? path : path.slice(0, query)
}
