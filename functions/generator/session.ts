import type { HttpResponse, RequestOptions, SocketOptions, VirtualSocket } from '../../lib/core/flow.ts'
import type { Clock } from '../../lib/ports.ts'
import type { UserCookies } from './cookie-jar.ts'
import type { Connection, Exchange, HttpClient } from './http-client.ts'
import type { HttpMeter } from './http-meter.ts'
import type { RequestBuilder } from './http-request.ts'
import { ExchangeResponse } from './http-response.ts'
import type { Recorder } from './recorder.ts'
import { SocketMeter } from './socket-meter.ts'
import type { TargetGuard } from './target-guard.ts'
import type { TlsOptions } from './tls-options.ts'
import type { SessionOwner, UserSession, Within } from './user-services.ts'
import type { UserWire } from './warm-up.ts'
import { openSocket } from './websocket.ts'

/** What the sessions of one generator work with. */
export interface SessionTools {
  builder: RequestBuilder
  meter: HttpMeter
  client: HttpClient
  guard: TargetGuard
  tls: TlsOptions
  recorder: Recorder
  clock: Clock
  /** WebSockets open now. */
  sockets: { open: number }
}

/** The requests and sockets of one user, measured. */
export class HttpSession implements UserSession {
  readonly cookies: UserCookies
  readonly #tools: SessionTools
  readonly #user: SessionOwner
  readonly #connection: Connection

  constructor(tools: SessionTools, user: SessionOwner, { cookies, connection }: UserWire) {
    this.#tools = tools
    this.#user = user
    this.cookies = cookies
    this.#connection = connection
  }

  interrupt(): void {
    this.#connection.interrupt()
  }

  async request(
    method: string,
    path: string,
    options: RequestOptions,
    within: Within,
  ): Promise<HttpResponse> {
    const { builder, client, meter } = this.#tools
    const request = builder.request(method, path, options)
    const step = { ...within, name: request.name, tags: options.tags }
    let hop: Exchange | undefined
    const exchange = await client.request(this.#connection, request, (next) => {
      // What came before the last exchange was a redirect, and served as one.
      if (hop) meter.record(hop, step, true)
      hop = next
    })
    const expected = exchange.error === undefined && isExpected(exchange.status, options.expect)
    meter.record(exchange, step, expected)
    // An iteration that is being cut off ends here, not at whatever its flow makes of the missing answer.
    if (this.#user.interrupted) throw this.#user.signal.reason
    return new ExchangeResponse(exchange, expected)
  }

  async openSocket(path: string, options: SocketOptions, { flow }: Within): Promise<VirtualSocket> {
    const { builder, clock, guard, tls, recorder, sockets } = this.#tools
    const { name, url, headers, timeoutMs } = builder.socket(path, options)
    const meter = new SocketMeter(recorder, clock, { ...options.tags, flow, name }, sockets)
    meter.connecting()
    try {
      const { protocols, onMessage } = options
      const socket = await openSocket({
        url,
        headers: { ...headers, ...this.#cookieHeader(url) },
        protocols,
        timeoutMs,
        onMessage,
        guard,
        tls,
        now: clock.now,
        signal: this.#user.signal,
        events: meter,
      })
      meter.opened()
      return socket
    } catch (error) {
      if (!this.#user.interrupted) meter.refused(error)
      throw error
    }
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  #cookieHeader(url: string): { cookie?: string } {
    if (this.cookies.empty) return {}
    const { protocol, hostname, pathname } = new URL(url)
    const cookie = this.cookies.header(
      { secure: protocol === 'wss:', host: hostname, path: pathname },
      this.#tools.clock.now(),
    )
    return cookie === '' ? {} : { cookie }
  }
}

function isExpected(status: number, expect: RequestOptions['expect']): boolean {
  if (expect === undefined) return status >= 200 && status < 400
  if (typeof expect === 'number') return status === expect
  return typeof expect === 'function' ? expect(status) : expect.includes(status)
}
