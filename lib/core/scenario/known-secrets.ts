import { namesSecret } from '../secrets/mask.ts'
import { userinfoOf } from '../secrets/userinfo.ts'
import type { Scenario } from './scenario.ts'

/** What a run knows to be secret, for masks that look for it wherever it may stand. */
export function secretsOfRun(
  { http, sources }: Pick<Scenario, 'http' | 'sources'>,
  targetUrl: string,
): string[] {
  const urls = Object.values(sources).flatMap((source) => ('url' in source ? [source.url] : []))
  return [
    ...secretsOfHeaders(http.headers),
    ...[targetUrl, ...urls, ...(http.proxy === undefined ? [] : [http.proxy])].flatMap(secretsOfUrl),
    ...(http.tls.key === undefined ? [] : [http.tls.key]),
  ]
}

/**
 * The secrets of a URL or of a path: the password, or the user name where that is all there is, as with tokens; both as
 * Basic authorization has them; the values of query keys that name secrets.
 */
export function secretsOfUrl(text: string): string[] {
  const base = 'http://host'
  if (!URL.canParse(text, base)) return []
  const url = new URL(text, base)
  const named = [...url.searchParams].filter(([key]) => namesSecret(key)).map(([, value]) => value)
  return [...secretsOfUserinfo(url), ...named]
}

/** The values of headers whose names say that they are secrets, and what is secret in them by itself. */
export function secretsOfHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => namesSecret(name, 'field'))
    .flatMap(([name, value]) => [value, ...partsOf(name.toLowerCase(), value)])
}

/** The texts that stand under keys which name secrets, however deep, in what a scenario's `setup` returned. */
export function secretsOfValue(value: unknown, isSecret = false): string[] {
  if (typeof value === 'string') return isSecret ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) =>
    secretsOfValue(one, namesSecret(key, 'field') || (isSecret && Array.isArray(value))),
  )
}

function secretsOfUserinfo(url: URL): string[] {
  try {
    const userinfo = userinfoOf(url)
    if (!userinfo) return []
    const { user, password } = userinfo
    return password === '' ? [user] : [password, `${user}:${password}`]
  } catch {
    return [url.password, url.username]
  }
}

function partsOf(name: string, value: string): string[] {
  if (name === 'cookie') return value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim())
  const [, scheme, credentials] = /^([\w-]+) +(\S+)$/.exec(value) ?? []
  if (scheme === undefined || credentials === undefined) return []
  return [credentials, ...(scheme.toLowerCase() === 'basic' ? passwordOf(credentials) : [])]
}

function passwordOf(credentials: string): string[] {
  try {
    const bytes = Uint8Array.from(atob(credentials), (char) => char.charCodeAt(0))
    const pair = new TextDecoder().decode(bytes)
    return [pair, pair.slice(pair.indexOf(':') + 1)]
  } catch {
    return []
  }
}
