/** RFC 9110 sections 5.6.2 and 5.5. */
const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const LENGTH = /^\d{1,15}$/
/** A name or an address, perhaps with a port: RFC 9110 section 7.2. */
const HOST = /^(?:\[[\da-f:.]+\]|[^\s:/?#@[\]\\\x80-\xff]+)(?::\d{0,5})?$/i

/** They belong to the connection or to how the message is cut, which the generator sees to. */
const NOT_A_FLOWS: ReadonlySet<string> = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect'])
/** About a connection, which HTTP/2 has other means for (RFC 9113 section 8.2.2). */
const NOT_OVER_HTTP2: ReadonlySet<string> = new Set(['proxy-connection', 'http2-settings'])

export type HttpVersion = '1.1' | '2'

/** A token of RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  if (knownTokens.has(text)) return true
  if (!TOKEN.test(text)) return false
  if (knownTokens.size < MAX_KNOWN_TOKENS) knownTokens.add(text)
  return true
}

const knownTokens = new Set<string>()
const MAX_KNOWN_TOKENS = 1_000

export function isHeaderValue(value: string): boolean {
  return VALUE.test(value)
}

/** What names of headers have to be, where this one, in lower case, cannot be sent. */
export function nameFault(name: string, version: HttpVersion): string | undefined {
  if (!isToken(name) || name === '__proto__') return "a token: letters, digits and !#$%&'*+-.^_`|~"
  if (NOT_A_FLOWS.has(name)) return `other headers: a flow cannot set ${name}`
  if (version === '2' && NOT_OVER_HTTP2.has(name))
    return `other headers: a flow cannot set ${name} over HTTP/2`
  return undefined
}

/** What the value of a header has to be, where this one cannot be sent. */
export function valueFault(name: string, value: string, version: HttpVersion): string | undefined {
  if (!VALUE.test(value)) return 'characters up to U+00FF, no line breaks and no other control characters'
  switch (name) {
    case 'host':
      return HOST.test(value) ? undefined : 'a host, perhaps with a port'
    case 'content-length':
      return LENGTH.test(value) ? undefined : 'a number of bytes'
    case 'connection':
      return isTokenList(value) ? undefined : 'tokens with commas between them, such as close'
    case 'te':
      return version === '2' && value !== 'trailers' ? 'trailers, over HTTP/2' : undefined
  }
  return undefined
}

function isTokenList(value: string): boolean {
  return value.split(',').every((option) => TOKEN.test(option.trim()))
}
