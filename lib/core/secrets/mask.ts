import { maskPairs } from './mask-pairs.ts'
import { namesSecret } from './secret-name.ts'
import { patternOfSecrets } from './secret-values.ts'

export { namesSecret }

/** What stands where a secret stood. */
export const MASK = '***'

/** Text without its secrets. */
export type Mask = (text: string) => string

/** User name and password of a URL in text, also with the slashes that JSON and Windows write. */
const USERINFO = /([/\\][/\\])[^\s/?#"<>\\]*@/g
/** The same in a URL that is itself a value of a query. */
const ENCODED_USERINFO = /(%2f%2f)(?:(?!%2f|%3f|%23)[^\s/?#"<>&])*%40/gi
/** `ann:s3cret@host` without a scheme. A run of such characters is looked at once, from its beginning. */
const BARE_USERINFO = /(?<![^\s/?#"<>\\@])[^\s/?#"<>\\@:]+:[^\s/?#"<>\\@]+@/g
const SCHEME_CREDENTIALS = /\b(bearer|basic|negotiate)((?:[ \t]|%20|\+)+)([^\s"'<>,;&]+)/gi
/** Without one of these a name holds no URL with a secret. */
const MAY_HOLD_SECRET = /[@=]|%3d|%40/i
const JWT = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g

/**
 * A URL, whole or from its path on, that can be shown: its user name and password are masked, and so are the values of
 * query keys and fragments that name secrets. All else stays byte for byte. Takes what is no URL as well.
 *
 * @example maskUrl('https://ann:s3cret@host/x?token=abc&page=2') // 'https://***@host/x?token=***&page=2'
 */
export function maskUrl(url: string): string {
  return maskPairs(maskWholeUserinfo(url), 'url')
}

/**
 * Names of steps and the like: the URLs in them are masked, and what is known to be a secret. Words stay, so that a step
 * called `auth: sign in` keeps its name.
 */
export function maskName(name: string, known: readonly string[] = []): string {
  return maskerOfNames(known)(name)
}

/**
 * Free text that can be shown: masked are secrets of URLs, credentials of headers, values of JSON fields, forms and
 * `key: value` lines whose key names a secret, JSON Web Tokens, and the known secrets wherever they stand, also
 * percent-encoded and in Base64. Text that was cut off is masked to its end where a secret had begun.
 */
export function maskText(text: string, known: readonly string[] = []): string {
  return maskerOf(known)(text)
}

/** `maskText` with secrets that stay the same: what depends on them is made once. */
export function maskerOf(known: readonly string[]): Mask {
  const secrets = patternOfSecrets(known)
  return (text) => {
    const withoutKnown = secrets === undefined ? text : text.replace(secrets, MASK)
    const withoutPairs = maskPairs(maskUserinfo(withoutKnown).replace(BARE_USERINFO, `${MASK}@`), 'text')
    const withoutTokens = withoutPairs.replace(SCHEME_CREDENTIALS, maskCredentials).replace(JWT, MASK)
    return maskUserinfo(withoutTokens).replace(BARE_USERINFO, `${MASK}@`)
  }
}

/** `maskName` with secrets that stay the same. */
export function maskerOfNames(known: readonly string[]): Mask {
  const secrets = patternOfSecrets(known)
  return (name) => {
    const withoutKnown = secrets === undefined ? name : name.replace(secrets, MASK)
    if (!MAY_HOLD_SECRET.test(withoutKnown)) return withoutKnown
    return maskUserinfo(maskPairs(maskUserinfo(withoutKnown), 'links'))
  }
}

/** Headers that can be shown. A header whose name says that it is a secret loses its value, the others their secrets. */
export function maskHeaders<Value extends string | readonly string[]>(
  headers: Readonly<Record<string, Value>>,
  known: readonly string[] = [],
): Record<string, string | string[]> {
  const mask = maskerOf(known)
  const maskOne = (name: string, value: string) => (namesSecret(name, 'field') ? MASK : mask(value))
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? maskOne(name, value) : value.map((one) => maskOne(name, one)),
    ]),
  )
}

function maskUserinfo(text: string): string {
  return text.replace(USERINFO, `$1${MASK}@`).replace(ENCODED_USERINFO, `$1${MASK}%40`)
}

/** Of what no parser takes for a URL, all that stands before the last `@` may be a password with a slash in it. */
function maskWholeUserinfo(url: string): string {
  const isPath = /^[/\\](?![/\\])/.test(url)
  const from = /^(?:[a-z][\w+.-]*:)?[/\\]{2}/i.exec(url)?.[0].length ?? 0
  if (isPath || (from > 0 && URL.canParse(url))) return maskUserinfo(url)
  const authority = /[^/?#]*/y
  authority.lastIndex = from
  const end = from + (authority.exec(url)?.[0].length ?? 0)
  const hasColon = url.slice(from, end).includes(':')
  const at = url.lastIndexOf('@', hasColon ? url.length : end)
  return maskUserinfo(at < from ? url : url.slice(0, from) + MASK + url.slice(at))
}

function maskCredentials(text: string, scheme: string, between: string, value: string): string {
  return isCredential(scheme.toLowerCase(), value) ? scheme + between + MASK : text
}

/** "Bearer authentication" is no credential; what looks generated is. */
function isCredential(scheme: string, value: string): boolean {
  if (!/^[\w\-.~+/%]{6,}=*$/.test(value)) return false
  if (scheme === 'basic' && decodesToPair(value)) return true
  return value.length >= 20 || (value.length >= 8 && /\d/.test(value))
}

function decodesToPair(base64: string): boolean {
  try {
    return atob(base64).includes(':')
  } catch {
    return false
  }
}
