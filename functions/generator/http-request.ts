import { durationMs, parseDuration } from '../../lib/core/duration.ts'
import { FlowError, type RequestOptions, type SocketOptions, type TcpOptions } from '../../lib/core/flow.ts'
import { maskUrl } from '../../lib/core/mask.ts'
import type { HttpSettings } from '../../lib/core/scenario.ts'
import { USERINFO_RULE, type Userinfo, userinfoOf } from '../../lib/core/userinfo.ts'
import type { WireRequest } from './exchange.ts'
import { tcpUrl } from './link/tcp-address.ts'
import { encodeMultipart } from './multipart.ts'
import { type Headers, HeadersByOrigin, type StandingHeaders } from './standing-headers.ts'

/** A request and the step it is reported as. */
export interface NamedRequest extends WireRequest {
  name: string
}

/** What opens a WebSocket, and the step it is reported as. */
export interface NamedSocketRequest extends NamedAddress {
  headers: Readonly<Record<string, string>>
}

/** Where a connection with messages goes. */
export interface NamedAddress {
  name: string
  /** `ws:` or `wss:`; for TCP and TLS `http:` and `https:`. */
  url: string
  timeoutMs: number
}

interface BuilderOptions {
  /** Where paths belong; a path of its own is put before each of them. */
  targetUrl: string
  http: Pick<HttpSettings, 'headers' | 'timeout' | 'redirects'>
}

interface Body {
  content: string | Uint8Array
  contentType?: string
}

/** The origin of a URL that is not for the web, as of a `tcp:` target. */
const NO_ORIGIN = 'null'
/** A path as flows write it, and what is the same in all requests for it. */
interface KnownPath {
  /** Name of its step. */
  name: string
  /** Where it leads when there is nothing to fill in. */
  location: Location | undefined
}

interface Location {
  origin: string
  path: string
  /** What every request there carries. */
  headers: StandingHeaders
}

/** A flow may write paths without bounds. */
const MOST_KNOWN = 1_000

const BODY_FIELDS = ['json', 'form', 'multipart', 'body'] as const
/** Sent as they are; any other path is encoded as browsers encode it. */
const WIRE_PATH = /^\/[\w\-.~!$&'()*+,;=:@/?%[\]]*$/
const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i
const PLACEHOLDER = /\{([^{}]*)\}/g

/** Turns the options of a flow's request into what goes on the wire. */
export class RequestBuilder {
  readonly #targetUrl: string
  readonly #origin: string
  readonly #basePath: string
  readonly #headers: HeadersByOrigin
  readonly #ofTarget: StandingHeaders
  /** By method, then by path. */
  readonly #known = new Map<string, Map<string, KnownPath>>()
  readonly #timeoutMs: number
  readonly #redirects: number

  constructor({ targetUrl, http }: BuilderOptions) {
    const url = new URL(targetUrl)
    this.#targetUrl = targetUrl
    this.#origin = url.origin
    this.#basePath = url.pathname.replace(/\/$/, '')
    this.#headers = new HeadersByOrigin({
      origin: url.origin === NO_ORIGIN ? undefined : url.origin,
      userinfo: userinfoOf(url),
      headers: lowerCased(http.headers),
    })
    this.#ofTarget = this.#headers.of(url.origin)
    this.#timeoutMs = durationMs(http.timeout)
    this.#redirects = http.redirects
  }

  /** Throws a `FlowError` of class `bad_request_options`. */
  request(writtenMethod: string, path: string, options: RequestOptions = {}): NamedRequest {
    const method = writtenMethod.toUpperCase()
    const body = bodyOf(options)
    const known = this.#knownOf(method, path)
    const isFixed = options.params === undefined && options.query === undefined
    const location = (isFixed && known.location) || this.#locate(path, options)
    const { origin, path: wirePath } = location
    const request = {
      name: options.name ?? known.name,
      method,
      origin,
      path: wirePath,
      headers: headersWith(location.headers, options.headers, body?.contentType),
      credentials: this.#headers,
      timeoutMs: this.timeoutMs(options.timeout),
      redirects: options.redirects ?? this.#redirects,
    }
    return body === undefined ? request : { ...request, body: body.content }
  }

  /** Throws a `FlowError` of class `bad_request_options`. */
  socket(
    path: string,
    options: Pick<SocketOptions, 'name' | 'params' | 'query' | 'headers' | 'timeout'> = {},
  ): NamedSocketRequest {
    const location = this.#locate(path.replace(/^ws(?=s?:\/\/)/i, 'http'), options)
    const { origin, path: wirePath } = location
    const { 'accept-encoding': _, ...headers } = headersWith(location.headers, options.headers, undefined)
    return {
      name: options.name ?? `WS ${maskUrl(withoutQuery(path))}`,
      url: `${origin.replace(/^http/, 'ws')}${wirePath}`,
      headers,
      timeoutMs: this.timeoutMs(options.timeout),
    }
  }

  /** The time a flow gives something, or the scenario's. Throws a `FlowError` of class `bad_request_options`. */
  timeoutMs(timeout: string | undefined): number {
    return timeoutOf(timeout) ?? this.#timeoutMs
  }

  /** Throws a `FlowError` of class `bad_request_options`. */
  tcp(address: string, { name, timeout }: Pick<TcpOptions, 'name' | 'timeout'> = {}): NamedAddress {
    return {
      name: name ?? `TCP ${maskUrl(address)}`,
      url: tcpUrl(address, this.#targetUrl).href,
      timeoutMs: this.timeoutMs(timeout),
    }
  }

  #knownOf(method: string, path: string): KnownPath {
    const paths = this.#known.get(method) ?? new Map<string, KnownPath>()
    const known = paths.get(path)
    if (known) return known
    const found = {
      name: `${method} ${maskUrl(withoutQuery(path))}`,
      location: path.includes('{') ? undefined : this.#locate(path, {}),
    }
    if (paths.size < MOST_KNOWN && this.#known.size < MOST_KNOWN) {
      paths.set(path, found)
      this.#known.set(method, paths)
    }
    return found
  }

  #locate(template: string, { params, query }: Pick<RequestOptions, 'params' | 'query'>): Location {
    const path = withQuery(template.includes('{') ? filled(template, params) : template, query)
    if (ABSOLUTE.test(path)) return this.#parsed(path)
    if (this.#origin === NO_ORIGIN)
      throw bad(
        `${maskUrl(path)} has no host: the target ${maskUrl(this.#targetUrl)} speaks no HTTP, so write the whole URL`,
      )
    const ownPath = `${this.#basePath}${path.startsWith('/') ? '' : '/'}${path}`
    return WIRE_PATH.test(ownPath)
      ? { origin: this.#origin, path: ownPath, headers: this.#ofTarget }
      : this.#parsed(this.#origin + ownPath)
  }

  #parsed(text: string): Location {
    if (!URL.canParse(text)) throw bad(`${maskUrl(text)} is no URL`)
    const url = new URL(text)
    const origin = `${url.protocol}//${url.host}`
    const userinfo = readUserinfo(url)
    const headers = userinfo ? this.#headers.as(userinfo, origin) : this.#headers.of(origin)
    return { origin, path: url.pathname + url.search, headers }
  }
}

function headersWith(
  standing: StandingHeaders,
  own: Record<string, string> | undefined,
  contentType: string | undefined,
): Headers {
  const headers = contentType === undefined ? standing.plain : standing.ofType(contentType)
  return own === undefined ? headers : Object.assign({ ...headers }, lowerCased(own))
}

function bodyOf(options: RequestOptions): Body | undefined {
  const { json, form, multipart, body } = options
  if (json === undefined && form === undefined && multipart === undefined && body === undefined)
    return undefined
  const given = BODY_FIELDS.filter((field) => options[field] !== undefined)
  if (given.length > 1) throw bad(`a request has one body: ${given.join(' and ')} were given`)
  if (json !== undefined) return { content: jsonText(json), contentType: 'application/json' }
  if (form !== undefined) return { content: formText(form), contentType: 'application/x-www-form-urlencoded' }
  if (body !== undefined) return { content: body }
  const encoded = encodeMultipart(multipart ?? {})
  return { content: encoded.body, contentType: encoded.contentType }
}

function jsonText(json: unknown): string {
  try {
    const text = JSON.stringify(json)
    if (text !== undefined) return text
  } catch (error) {
    throw bad(`json cannot be written: ${(error as Error).message}`)
  }
  throw bad(`json cannot be written: it is a ${typeof json}`)
}

function formText(form: Record<string, string | number>): string {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) text.append(name, String(value))
  return text.toString()
}

function filled(template: string, params: Record<string, string | number> = {}): string {
  return template.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = params[name]
    if (value === undefined) throw bad(`${placeholder} in ${template} has no value in params`)
    return encodeURIComponent(value)
  })
}

function withQuery(path: string, query: Record<string, string | number | boolean> | undefined): string {
  const plain = path.includes('#') ? path.slice(0, path.indexOf('#')) : path
  if (query === undefined) return plain
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return pairs.length === 0 ? plain : `${plain}${plain.includes('?') ? '&' : '?'}${pairs.join('&')}`
}

function withoutQuery(path: string): string {
  const end = path.search(/[?#]/)
  return end === -1 ? path : path.slice(0, end)
}

function readUserinfo(url: URL): Userinfo | undefined {
  try {
    return userinfoOf(url)
  } catch {
    throw bad(`${maskUrl(url.href)} has a user name or password that is not ${USERINFO_RULE}`)
  }
}

function timeoutOf(timeout: string | undefined): number | undefined {
  if (timeout === undefined) return undefined
  const timeoutMs = parseDuration(timeout)
  if (timeoutMs === undefined) throw bad(`timeout ${timeout} is no length of time such as 500ms or 30s`)
  return timeoutMs
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {}
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name] as string
  return lower
}

function bad(message: string): FlowError {
  return new FlowError('bad_request_options', message)
}
