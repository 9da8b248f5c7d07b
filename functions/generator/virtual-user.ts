import { durationMs } from '../../lib/core/duration.ts'
import {
  type CookieJar,
  type DataRow,
  FlowError,
  type HttpResponse,
  type MetricHandle,
  type RequestOptions,
  type RetryOptions,
  type SocketOptions,
  type VirtualSocket,
  type VirtualUser,
} from '../../lib/core/flow.ts'
import { type Random, SeededRandom } from '../../lib/core/random.ts'
import type { Start } from './iteration.ts'
import { Pause } from './pause.ts'
import type { UserServices, UserSession } from './user-services.ts'

const DEFAULT_BACKOFF = '100ms'

/** One virtual user of a generator. It lives through many iterations, one at a time. */
export class GeneratorUser implements VirtualUser {
  readonly id: number
  readonly metrics: Record<string, MetricHandle>
  readonly setup: unknown
  /** When the user is interrupted if it is still busy, epoch milliseconds. */
  interruptAtMs = Number.POSITIVE_INFINITY
  iteration = 0
  random: Random = new SeededRandom(0)
  /** The iteration has given other work a turn. */
  waited = false
  readonly #services: UserServices
  readonly #session: UserSession
  /** What few users need is made when it is asked for. */
  #vars: Record<string, unknown> | undefined
  #data: Record<string, () => DataRow> | undefined
  #abort: AbortController | undefined
  #sockets: Set<VirtualSocket> | undefined
  #pauses: Pause | undefined
  #interrupted = false
  #flow = ''
  #lagMs = 0

  constructor(id: number, services: UserServices) {
    this.id = id
    this.#services = services
    this.setup = services.setup
    this.metrics = services.metrics
    this.#session = services.openSession(this)
  }

  get vars(): Record<string, unknown> {
    this.#vars ??= {}
    return this.#vars
  }

  get data(): Record<string, () => DataRow> {
    this.#data ??= this.#services.dataOf(this)
    return this.#data
  }

  get cookies(): CookieJar {
    return this.#session.cookies
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.#interrupted) this.#abort.abort(interruption())
    }
    return this.#abort.signal
  }

  get interrupted(): boolean {
    return this.#interrupted
  }

  beginIteration({ iteration, seed, flow }: Start, lagMs: number): void {
    this.iteration = iteration
    this.#flow = flow.name
    this.#lagMs = Math.max(0, lagMs)
    this.random = new SeededRandom(seed)
    this.waited = false
  }

  endIteration(): void {
    if (!this.#sockets) return
    for (const socket of this.#sockets) void socket.close()
    this.#sockets = undefined
  }

  /** Cuts off what the user is doing; it starts nothing any more. */
  interrupt(): void {
    if (this.#interrupted) return
    this.#interrupted = true
    this.#abort?.abort(interruption())
    this.#session.interrupt()
    for (let pause = this.#pauses; pause; pause = pause.next) pause.cut(interruption())
    this.#pauses = undefined
  }

  async close(): Promise<void> {
    this.endIteration()
    await this.#session.close()
  }

  now(): number {
    return this.#services.clock.now()
  }

  request(method: string, path: string, options: RequestOptions = {}): Promise<HttpResponse> {
    this.waited = true
    return this.#session.request(method, path, options, { flow: this.#flow, lagMs: this.#lagMs })
  }

  get(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('GET', path, options)
  }

  post(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('POST', path, options)
  }

  put(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('PUT', path, options)
  }

  patch(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('PATCH', path, options)
  }

  delete(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request('DELETE', path, options)
  }

  async websocket(path: string, options: SocketOptions = {}): Promise<VirtualSocket> {
    this.waited = true
    const socket = await this.#session.openSocket(path, options, { flow: this.#flow, lagMs: this.#lagMs })
    this.#sockets ??= new Set()
    this.#sockets.add(socket)
    return socket
  }

  think(duration: string, upTo?: string): Promise<void> {
    this.waited = true
    return new Promise((resolve, reject) => {
      const fromMs = durationMs(duration)
      const forMs = upTo === undefined ? fromMs : fromMs + this.random.next() * (durationMs(upTo) - fromMs)
      if (this.#interrupted) throw interruption()
      // Pauses are over in the order they began, but for flows that think more than one thing at a time.
      while (this.#pauses?.over) this.#pauses = this.#pauses.next
      this.#pauses = new Pause(this.now() + forMs, resolve, reject, this.#pauses)
      this.#services.sleepers.add(this.#pauses)
    })
  }

  check(name: string, holds: boolean): boolean {
    this.#services.recorder.series('checks', { flow: this.#flow, check: name }).add(holds ? 1 : 0)
    return holds
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAtMs = this.now()
    const result = await work()
    this.#services.recorder.series('step_duration', { flow: this.#flow, name }).add(this.now() - startedAtMs)
    return result
  }

  async span<T>(metric: string, work: () => Promise<T>): Promise<T> {
    const startedAtMs = this.now()
    const result = await work()
    this.#handle(metric).add(this.now() - startedAtMs)
    return result
  }

  async retry<T>(
    { attempts, backoff = DEFAULT_BACKOFF, until = isServed }: RetryOptions<T>,
    attempt: (attempt: number) => Promise<T>,
  ): Promise<T> {
    const { recorder } = this.#services
    let outcome = await attempt(1)
    if (until(outcome)) return outcome
    let good = false
    for (let i = 2; i <= attempts && !good; i++) {
      const pauseMs = durationMs(backoff) * 2 ** (i - 2)
      await this.think(`${pauseMs}ms`)
      recorder.series('http_retries', { flow: this.#flow }).add(1)
      outcome = await attempt(i)
      good = until(outcome)
    }
    recorder.series('retry_success', { flow: this.#flow }).add(good ? 1 : 0)
    return outcome
  }

  fail(errorClass: string, message?: string): never {
    throw new FlowError(errorClass, message)
  }

  #handle(metric: string): MetricHandle {
    return this.metrics[metric] ?? this.fail('unknown_metric', `no metric ${metric}: declare it in metrics`)
  }
}

function isServed(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'ok' in outcome && outcome.ok === true
}

function interruption(): FlowError {
  return new FlowError('interrupted', 'the iteration was interrupted')
}
