import { durationMs } from '../../../lib/core/base/duration.ts'
import { badOption } from '../../../lib/core/base/refusal.ts'
import type { Tags } from '../../../lib/core/metrics/metric.ts'
import { madeName, nameText, ownTags } from '../../../lib/core/scenario/flow/name.ts'
import { checkFields, REQUEST_FIELDS } from '../../../lib/core/scenario/flow/option-fields.ts'
import { timeMs } from '../../../lib/core/scenario/flow/time.ts'
import {
  FlowError,
  type RequestOptions,
  type SocketOptions,
  type TcpOptions,
} from '../../../lib/core/scenario/flow.ts'
import { type HttpSettings, MAX_REDIRECTS } from '../../../lib/core/scenario/scenario.ts'
import { maskUrl } from '../../../lib/core/secrets/mask.ts'
import { USERINFO_RULE, type Userinfo, userinfoOf } from '../../../lib/core/secrets/userinfo.ts'
import type { WireRequest } from '../contract/exchange-record.ts'
import { checkExpect } from '../http/expected-status.ts'
import { tcpUrl } from '../net/tcp-address.ts'
import { FlowHeaders } from './flow-headers.ts'
import { bodyOf } from './request-body.ts'
import {
  filledPath,
  isAbsolute,
  isWirePath,
  methodOf,
  parsedUrl,
  textPath,
  withoutQuery,
} from './request-location.ts'
import { type Headers, HeadersByOrigin, type StandingHeaders } from './standing-headers.ts'

/** A request and the step it is reported as. */
export interface NamedRequest extends WireRequest {
  name: string
  /** Of its series, beside those that all requests have. */
  tags: Tags | undefined
}

/** What requests of one kind have in common. */
export interface RequestKind {
  /** The options that may be given. */
  fields: ReadonlySet<string>
  /** In place of the scenario's; a flow's own go before them. */
  headers?: WireRequest['headers']
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
  http: Pick<HttpSettings, 'headers' | 'timeout' | 'redirects' | 'version'>
}

/** The origin of a URL that is not for the web, as of a `tcp:` target. */
const NO_ORIGIN = 'null'
/** A path as flows write it, and what is the same in all requests for it. */
interface KnownPath {
  /** In capitals. */
  method: string
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

/** Besides `sec-websocket-…`. */
const OF_HANDSHAKE: ReadonlySet<string> = new Set(['connection', 'content-length'])
/** A flow may write paths without bounds. */
const MAX_KNOWN = 1_000

const PLAIN: RequestKind = { fields: REQUEST_FIELDS }
const NO_OPTIONS: RequestOptions = Object.freeze({})
/** Turns the options of a flow's request into what goes on the wire. */
export class RequestBuilder {
  readonly #targetUrl: string
  readonly #origin: string
  readonly #basePath: string
  readonly #headers: HeadersByOrigin
  readonly #ofTarget: StandingHeaders
  readonly #flowHeaders: FlowHeaders
  /** By method, then by path, as flows write them. */
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
    this.#flowHeaders = new FlowHeaders(http.version)
    this.#timeoutMs = durationMs(http.timeout)
    this.#redirects = http.redirects
  }

  /** Throws a `FlowError` of class `bad_request_options`. */
  request(
    writtenMethod: string,
    path: string,
    options: RequestOptions = NO_OPTIONS,
    kind: RequestKind = PLAIN,
  ): NamedRequest {
    if (options !== NO_OPTIONS) checkFields(options, kind.fields)
    const body = bodyOf(options)
    const known = this.#knownOf(writtenMethod, path)
    const { name, redirects, tags, params, query, expect } = options
    const isFixed = params === undefined && query === undefined
    const location = (isFixed && known.location) || this.#locate(path, options)
    if (expect !== undefined) checkExpect(expect)
    const request = {
      name: name === undefined ? known.name : nameText('name', name, badOption),
      tags: ownTags(tags),
      method: known.method,
      origin: location.origin,
      path: location.path,
      headers: this.#headersWith(location.headers, options.headers, body?.contentType, kind.headers),
      credentials: this.#headers,
      timeoutMs: this.timeoutMs(options.timeout),
      redirects: redirects === undefined ? this.#redirects : redirectsOf(redirects),
    }
    if (options.headers !== undefined) checkLength(request.headers, body?.content)
    return body === undefined ? request : { ...request, body: body.content }
  }

  /** Throws a `FlowError` of class `bad_request_options`. */
  socket(
    path: string,
    options: Pick<SocketOptions, 'name' | 'params' | 'query' | 'headers' | 'timeout'> = {},
  ): NamedSocketRequest {
    const location = this.#locate(textPath(path).replace(/^ws(?=s?:\/\/)/i, 'http'), options)
    const { origin, path: wirePath } = location
    const headers = this.#headersWith(location.headers, options.headers, undefined)
    return {
      name: nameOf(options.name) ?? madeName(`WS ${maskUrl(withoutQuery(path))}`),
      url: `${origin.replace(/^http/, 'ws')}${wirePath}`,
      headers: besideHandshake(headers, location.headers.plain),
      timeoutMs: this.timeoutMs(options.timeout),
    }
  }

  /** The time a flow gives something, or the scenario's. Throws a `FlowError` of class `bad_request_options`. */
  timeoutMs(timeout: string | undefined): number {
    return timeout === undefined ? this.#timeoutMs : timeMs('timeout', timeout)
  }

  /** Throws a `FlowError` of class `bad_request_options`. */
  tcp(address: string, { name, timeout }: Pick<TcpOptions, 'name' | 'timeout'> = {}): NamedAddress {
    return {
      name: nameOf(name) ?? madeName(`TCP ${maskUrl(textPath(address))}`),
      url: tcpUrl(address, this.#targetUrl).href,
      timeoutMs: this.timeoutMs(timeout),
    }
  }

  #knownOf(writtenMethod: string, path: string): KnownPath {
    const paths = this.#known.get(writtenMethod) ?? new Map<string, KnownPath>()
    const known = paths.get(path)
    if (known) return known
    const method = methodOf(writtenMethod)
    const found = {
      method,
      name: madeName(`${method} ${maskUrl(withoutQuery(textPath(path)))}`),
      location: path.includes('{') ? undefined : this.#locate(path, {}),
    }
    if (paths.size < MAX_KNOWN && this.#known.size < MAX_KNOWN) {
      paths.set(path, found)
      this.#known.set(writtenMethod, paths)
    }
    return found
  }

  #locate(template: string, options: Pick<RequestOptions, 'params' | 'query'>): Location {
    const path = filledPath(template, options)
    if (isAbsolute(path)) return this.#parsed(path)
    if (this.#origin === NO_ORIGIN)
      throw bad(
        `${maskUrl(path)} has no host: the target ${maskUrl(this.#targetUrl)} speaks no HTTP, so write the whole URL`,
      )
    const ownPath = `${this.#basePath}${path.startsWith('/') ? '' : '/'}${path}`
    return isWirePath(ownPath)
      ? { origin: this.#origin, path: ownPath, headers: this.#ofTarget }
      : this.#parsed(this.#origin + ownPath)
  }

  #parsed(text: string): Location {
    const url = parsedUrl(text)
    const origin = `${url.protocol}//${url.host}`
    const userinfo = readUserinfo(url)
    const headers = userinfo ? this.#headers.as(userinfo, origin) : this.#headers.of(origin)
    return { origin, path: url.pathname + url.search, headers }
  }

  #headersWith(
    standing: StandingHeaders,
    own: unknown,
    contentType: string | undefined,
    ofKind?: Headers,
  ): Headers {
    const common = contentType === undefined ? standing.plain : standing.ofType(contentType)
    const headers = ofKind === undefined ? common : { ...common, ...ofKind }
    return own === undefined ? headers : this.#flowHeaders.over(headers, own)
  }
}

/** The handshake of a WebSocket says some things itself: a flow may not, and the scenario's headers for all requests give way. */
function besideHandshake(headers: Headers, standing: Headers): Headers {
  const kept: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const isOwn = headers[name] !== standing[name]
    if (name === 'accept-encoding' ? isOwn : !name.startsWith('sec-websocket-') && !OF_HANDSHAKE.has(name))
      kept[name] = headers[name] as string
    else if (isOwn)
      throw bad(
        `a flow cannot set the header ${name} of a WebSocket${name === 'sec-websocket-protocol' ? ': use protocols' : ''}`,
      )
  }
  return kept
}

function readUserinfo(url: URL): Userinfo | undefined {
  try {
    return userinfoOf(url)
  } catch {
    throw bad(`${maskUrl(url.href)} has a user name or password that is not ${USERINFO_RULE}`)
  }
}

function nameOf(name: unknown): string | undefined {
  return name === undefined ? undefined : nameText('name', name, badOption)
}

function redirectsOf(redirects: unknown): number {
  if (Number.isInteger(redirects) && (redirects as number) >= 0 && (redirects as number) <= MAX_REDIRECTS)
    return redirects as number
  throw badOption('redirects', redirects, `a whole number from 0 to ${MAX_REDIRECTS}`)
}

/** A length that is not that of the body would cut it, or have the server wait for more. */
function checkLength(headers: Headers, body: string | Buffer | undefined): void {
  const stated = headers['content-length']
  if (stated === undefined) return
  const bodyBytes = body === undefined ? 0 : Buffer.byteLength(body)
  if (Number(stated) !== bodyBytes)
    throw badOption(
      'headers.content-length',
      Number(stated),
      `the length of the body, which has ${bodyBytes} bytes`,
    )
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {}
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name] as string
  return lower
}

function bad(message: string): FlowError {
  return new FlowError('bad_request_options', message)
}
