import { onTestFinished } from 'vitest'
import type { UserCookies } from '../../functions/generator/cookies/cookie-jar.ts'
import {
  type ExchangeRecord,
  exchanged,
  type HttpClient,
  type HttpState,
  type WireRequest,
} from '../../functions/generator/http-client/http-client.ts'
import type { Resolve } from '../../lib/adapters/net/checked-lookup.ts'
import type { HttpSettings } from '../../lib/core/scenario/scenario.ts'

/** What a contract asks of the client it makes. */
export interface ClientOptions {
  connections?: HttpSettings['connections']
  maxBodyBytes?: number
  tls?: Partial<HttpSettings['tls']>
  allow?: string[]
  resolve?: Resolve
  now?: () => number
}

/** A client under test. */
export interface HttpClientMaker {
  name: string
  create: (options: ClientOptions) => HttpClient
  /** What it makes of a `100 Continue` that nobody asked for. */
  unasked100: 'skipped' | 'malformed_response'
  /** It passes over some of what RFC 9112 lets a reader of answers pass over; it fails no less where that matters. */
  lenient: boolean
  /** It reads what curl and Go read of servers that break a rule without being ambiguous, and says so. */
  forgiving: boolean
}

type ProbeOptions = ClientOptions & { cookies?: UserCookies; signal?: AbortSignal }

/** One user of a client that ends with its test, and everything it was told about the wire. */
export class HttpProbe {
  readonly client: HttpClient
  readonly connection: HttpState
  readonly exchanges: ExchangeRecord[] = []

  constructor({ create }: HttpClientMaker, { cookies, signal, ...options }: ProbeOptions = {}) {
    this.client = create(options)
    this.connection = this.client.openState(cookies && { cookies })
    if (signal?.aborted) this.connection.interrupt()
    else signal?.addEventListener('abort', () => this.connection.interrupt())
    onTestFinished(async () => {
      await this.connection.close()
      await this.client.close()
    })
  }

  request(url: string, options: Partial<WireRequest> = {}): Promise<ExchangeRecord> {
    return this.requestAs(this.connection, url, options)
  }

  async requestAs(
    connection: HttpState,
    url: string,
    options: Partial<WireRequest> = {},
  ): Promise<ExchangeRecord> {
    const { origin } = new URL(url)
    const request = { method: 'GET', origin, path: url.slice(origin.length) || '/', headers: {} }
    const wireRequest = { ...request, timeoutMs: 10_000, redirects: 10, ...options }
    const keep = (exchange: ExchangeRecord): number => this.exchanges.push(exchange)
    const last = await exchanged(this.client, connection, wireRequest, keep)
    keep(last)
    return last
  }
}

export const textOf = ({ body }: ExchangeRecord): string => new TextDecoder().decode(body)
