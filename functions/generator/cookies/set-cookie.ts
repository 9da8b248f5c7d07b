import { isIP } from 'node:net'
import { getPublicSuffix } from 'tldts'
import { isLoopback } from '../../../lib/adapters/net/forbidden-address.ts'
import { parseCookieDate } from './cookie-date.ts'

/** What a request says about itself to cookies. */
export interface CookieScope {
  secure: boolean
  /** IPv6 without brackets. */
  host: string
  /** Path of the URL; what follows a `?` is not looked at. */
  path: string
}

export interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  /** Only for the very host that set it. */
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  readonly expiresAtMs: number
}

/** Bytes of name and value together; of an attribute, which is ignored when it is longer (RFC 6265bis section 5.6). */
const MAX_COOKIE_BYTES = 4_096
const MAX_ATTRIBUTE_BYTES = 1_024
/** What ends a line for some servers ends a cookie; it is refused with any other control character. */
const ENDS = /[\0\r]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\x01-\x08\x0a-\x1f\x7f]/
const BLANKS = /^[ \t]+|[ \t]+$/g
const SECONDS = /^-?\d+$/

/** What the attributes say; of those that are repeated, the last that is valid. */
interface Attributes {
  path?: string | undefined
  hasPath: boolean
  domain?: string
  secure: boolean
  expiresAtMs?: number | undefined
  maxAgeS?: number
}

/** The cookie that one `set-cookie` line sets, a character for each byte; undefined where it sets none. */
export function parseSetCookie(line: string, scope: CookieScope, nowMs: number): Cookie | undefined {
  const [ended = ''] = line.split(ENDS, 1)
  if (CONTROL.test(ended)) return undefined
  const [pair = '', ...written] = ended.split(';')
  const equals = pair.indexOf('=')
  if (equals === -1) return undefined
  const name = trimmed(pair.slice(0, equals))
  const value = trimmed(pair.slice(equals + 1))
  if (name === '' || name.length + value.length > MAX_COOKIE_BYTES) return undefined
  const attributes = readAttributes(written)
  const domain = domainOf(attributes.domain, scope.host)
  if (!domain) return undefined
  const cookie: Cookie = {
    ...{ name, value, ...domain },
    path: attributes.path ?? defaultPath(scope.path),
    secure: attributes.secure,
    expiresAtMs: expiryOf(attributes, nowMs),
  }
  return keepsPromises(cookie, attributes, scope) ? cookie : undefined
}

function readAttributes(written: readonly string[]): Attributes {
  const read: Attributes = { hasPath: false, secure: false }
  for (const attribute of written) {
    const equals = attribute.indexOf('=')
    const key = trimmed(equals === -1 ? attribute : attribute.slice(0, equals)).toLowerCase()
    const value = equals === -1 ? '' : trimmed(attribute.slice(equals + 1))
    if (value.length > MAX_ATTRIBUTE_BYTES) continue
    if (key === 'secure') read.secure = true
    else if (key === 'path') readPath(read, value)
    else if (key === 'domain') readDomain(read, value)
    else if (key === 'expires') read.expiresAtMs = parseCookieDate(value) ?? read.expiresAtMs
    else if (key === 'max-age' && SECONDS.test(value)) read.maxAgeS = Number(value)
  }
  return read
}

/** A path that is none stands for the directory of the request, also after one that is. */
function readPath(read: Attributes, value: string): void {
  read.hasPath = true
  read.path = value.startsWith('/') ? value : undefined
}

/** An empty domain is as good as none: one that was named before counts. */
function readDomain(read: Attributes, value: string): void {
  const domain = (value.startsWith('.') ? value.slice(1) : value).toLowerCase()
  if (value !== '') read.domain = domain.replace(/^\[|\]$/g, '')
}

/** Max-Age wins over Expires. */
function expiryOf({ maxAgeS, expiresAtMs = Number.POSITIVE_INFINITY }: Attributes, nowMs: number): number {
  if (maxAgeS === undefined) return expiresAtMs
  return maxAgeS <= 0 ? Number.NEGATIVE_INFINITY : nowMs + maxAgeS * 1_000
}

/** Whom a cookie belongs to; undefined where this host may not set it for that domain. */
function domainOf(domain: string | undefined, host: string): Pick<Cookie, 'domain' | 'hostOnly'> | undefined {
  if (domain === undefined || domain === '') return { domain: host, hostOnly: true }
  if (!belongsTo(host, domain)) return undefined
  if (!isPublicSuffix(domain)) return { domain, hostOnly: false }
  return domain === host ? { domain, hostOnly: true } : undefined
}

/** Whether anyone can have a name below this one: `com`, `co.uk`, `github.io`, and every name of one part. */
function isPublicSuffix(domain: string): boolean {
  if (isIP(domain) !== 0) return false
  const options = { allowPrivateDomains: true, extractHostname: false, validateHostname: false }
  return getPublicSuffix(domain, options) === domain
}

/** What `Secure` and the prefixes of names promise (RFC 6265bis sections 5.7 and 4.1.3). */
function keepsPromises(
  { name, secure, hostOnly, path }: Cookie,
  { hasPath }: Attributes,
  scope: CookieScope,
): boolean {
  if (secure && !isTrustworthy(scope)) return false
  if (!name.startsWith('__')) return true
  const prefix = name.toLowerCase()
  if (prefix.startsWith('__secure-')) return secure
  if (prefix.startsWith('__host-')) return secure && hostOnly && hasPath && path === '/'
  return true
}

/** Whether what is sent there cannot be read on the way: over TLS, or on this machine, as browsers have it. */
export function isTrustworthy({ secure, host }: CookieScope): boolean {
  if (secure || host === 'localhost' || host.endsWith('.localhost')) return true
  return isIP(host) !== 0 && isLoopback(host)
}

/** RFC 6265 section 5.1.3. */
export function belongsTo(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0)
}

/** The directory of the path, RFC 6265 section 5.1.4. */
function defaultPath(path: string): string {
  const plain = pathOnly(path)
  return plain.slice(0, Math.max(1, plain.lastIndexOf('/')))
}

export function pathOnly(path: string): string {
  const query = path.indexOf('?')
  return query === -1 ? path : path.slice(0, query)
}

function trimmed(text: string): string {
  return text.replace(BLANKS, '')
}
