import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { basicAuthorization, userinfoOf } from '../core/secrets/userinfo.ts'

/** A request that is no load. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `http:` or `https:`; a user name and a password in it become Basic authorization. */
  url: URL
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** From the call to the last byte of the reply. */
  timeoutMs: number
}

export interface HttpReply {
  status: number
  /** By its name in lower case; the values of a header that is repeated are joined with `, `. */
  header(name: string): string | undefined
  body: string
}

/** Sends one request and reads its whole reply; a redirect is a reply. Rejects with an `Error` that says why it could not. */
export type SendHttp = (request: HttpRequest) => Promise<HttpReply>

interface SenderOptions {
  /** Finds the addresses of a name, and refuses those that must not be asked. By default the system's. */
  lookup?: LookupFunction
  /** Leaves connections open for the next request. */
  keepAlive?: boolean
  /** Longer bodies are an error. */
  maxBodyBytes?: number
  /** Where it names proxies, and `NODE_USE_ENV_PROXY` asks for them as of Node's own `fetch`. */
  environment?: NodeJS.ProcessEnv
}

/** Some firewalls refuse clients that do not name themselves. */
const USER_AGENT = 'volley'

/** Sends by undici, which is loaded with the first request. */
export function httpSender(options: SenderOptions = {}): SendHttp {
  let opened: Promise<Dispatcher> | undefined
  return async ({ timeoutMs, ...request }) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      opened ??= openDispatcher(options)
      return await send(await opened, request, signal, options.maxBodyBytes)
    } catch (error) {
      throw signal.aborted ? new Error(`no answer within ${timeoutMs / 1_000} s`) : described(error)
    }
  }
}

async function openDispatcher({
  lookup,
  keepAlive = true,
  environment = {},
}: SenderOptions): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  const options = {
    // The signal limits the time of a request as a whole.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0, ...(lookup && { lookup }) },
    pipelining: keepAlive ? 1 : 0,
  }
  if (environment.NODE_USE_ENV_PROXY !== '1') return new Agent(options)
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: environment.http_proxy ?? environment.HTTP_PROXY ?? '',
    httpsProxy: environment.https_proxy ?? environment.HTTPS_PROXY ?? '',
    noProxy: environment.no_proxy ?? environment.NO_PROXY ?? '',
  })
}

async function send(
  dispatcher: Dispatcher,
  { method, url, headers, body }: Omit<HttpRequest, 'timeoutMs'>,
  signal: AbortSignal,
  maxBodyBytes = Number.POSITIVE_INFINITY,
): Promise<HttpReply> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`${url.protocol} is neither http: nor https:`)
  const userinfo = userinfoOf(url)
  const reply = await dispatcher.request({
    method,
    origin: url.origin,
    path: url.pathname + url.search,
    headers: {
      'user-agent': USER_AGENT,
      ...(userinfo && { authorization: basicAuthorization(userinfo) }),
      ...headers,
    },
    ...(body !== undefined && { body }),
    signal,
  })
  return {
    status: reply.statusCode,
    header(name) {
      const value = reply.headers[name]
      return typeof value === 'object' ? value.join(', ') : value
    },
    body: await readText(reply.body, maxBodyBytes),
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBodyBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBodyBytes) throw new Error(`the answer is larger than ${maxBodyBytes} B`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Where every address of a name failed, the error itself says nothing: its first one does. */
function described(error: unknown): unknown {
  return error instanceof AggregateError && error.message === '' ? (error.errors[0] ?? error) : error
}
