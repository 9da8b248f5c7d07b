import { SeededRandom } from '../../../lib/core/base/random.ts'
import { badValue, shownName } from '../../../lib/core/base/refusal.ts'
import { nameText } from '../../../lib/core/scenario/flow/name.ts'
import { truthOf } from '../../../lib/core/scenario/flow/truth.ts'
import {
  type CookieJar,
  type DataRow,
  FlowError,
  type HttpResponse,
  type JsonRpcOptions,
  type LinkOptions,
  type McpOptions,
  type MetricHandle,
  type RequestOptions,
  type RetryOptions,
  type SocketOptions,
  type StreamItem,
  type StreamKind,
  type StreamOptions,
  type TcpOptions,
  type VirtualMcp,
  type VirtualRpc,
  type VirtualSocket,
  type VirtualStream,
  type VirtualTcp,
  type VirtualUser,
} from '../../../lib/core/scenario/flow.ts'
import type { ExchangeRecord } from '../contract/exchange-record.ts'
import type { RequestContext } from '../contract/request-context.ts'
import type { Start } from '../contract/start.ts'
import { failure } from '../metering/error-class.ts'
import type { Incidents } from '../metering/incidents.ts'
import { CallsInFlight } from '../time/calls-in-flight.ts'
import { Pauses } from '../time/pause.ts'
import { type Closable, OpenedByFlow } from './opened-by-flow.ts'
import { retry } from './retry.ts'
import { thinkTimeMs } from './think-time.ts'
import type { ProtocolClient, UserServices } from './user-services.ts'

/** One virtual user of a generator. It lives through many iterations, one at a time. */
export class GeneratorUser implements VirtualUser {
  readonly id: number
  readonly metrics: Record<string, MetricHandle>
  readonly setup: unknown
  /** When the user is interrupted if it is still busy, epoch milliseconds. */
  interruptAtMs = Number.POSITIVE_INFINITY
  iteration = 0
  readonly random = new SeededRandom(0)
  /** The iteration has called something that gives other work a turn, if its end is awaited. */
  waited = false
  lastStep = ''
  /** What flows have begun and not seen the end of. */
  readonly calls = new CallsInFlight()
  readonly #services: UserServices
  readonly #session: ProtocolClient
  /** What few users need is made when it is asked for. */
  #vars: Record<string, unknown> | undefined
  #data: Record<string, () => DataRow> | undefined
  #abort: AbortController | undefined
  #opened: OpenedByFlow | undefined
  readonly #pauses = new Pauses(this.calls)
  #interrupted = false
  #busy = false
  #abandoned = false
  #flow = ''
  #lagMs = 0
  #seed = 0

  constructor(id: number, services: UserServices) {
    this.id = id
    this.#services = services
    this.setup = services.setup
    this.metrics = services.metrics
    this.#session = services.openClient(this)
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
    this.random.reseed(seed)
    this.#seed = seed
    this.waited = false
    this.lastStep = ''
    this.#busy = true
  }

  endIteration(): void {
    this.#busy = false
    this.#opened?.endIteration()
  }

  /** Cuts off what the user is doing; it starts nothing any more. */
  interrupt(): void {
    if (this.#interrupted) return
    this.#interrupted = true
    this.#abort?.abort(interruption())
    this.#session.interrupt()
    this.#pauses.cut(interruption())
    this.calls.giveUp()
  }

  /** The generator leaves. An iteration that is still going counts as interrupted, and whatever it calls now never ends. */
  abandon(): void {
    if (!this.#busy) return
    this.interrupt()
    this.#abandoned = true
    const tags = { flow: this.#flow, reason: 'never_ended' }
    this.#services.recorder.series('interrupted_iterations', tags).add(1)
    void this.close().catch(() => undefined)
  }

  get abandoned(): boolean {
    return this.#abandoned
  }

  async close(): Promise<void> {
    this.endIteration()
    await this.#opened?.close()
    await this.#session.close()
  }

  now(): number {
    return this.#services.clock.now()
  }

  request(method: string, path: string, options: RequestOptions = {}): Promise<HttpResponse> {
    if (this.#interrupted) return this.#refuse()
    this.waited = true
    return this.#session.request(method, path, options, this.#within())
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

  async stream<Kind extends StreamKind = 'events'>(
    method: string,
    path: string,
    options: StreamOptions<Kind> = {},
  ): Promise<VirtualStream<StreamItem<Kind>>> {
    const stream = await this.#open(() => this.#session.stream(method, path, options, this.#within()))
    return stream as VirtualStream<StreamItem<Kind>>
  }

  websocket(path: string, options: SocketOptions = {}): Promise<VirtualSocket> {
    return this.#open(() => this.#session.openSocket(path, options, this.#within()), options)
  }

  tcp(address: string, options: TcpOptions = {}): Promise<VirtualTcp> {
    return this.#open(() => this.#session.openTcp(address, options, this.#within()), options)
  }

  jsonRpc(address: string, options: JsonRpcOptions = {}): Promise<VirtualRpc> {
    return this.#open(() => this.#session.openRpc(address, options, this.#within()), options)
  }

  mcp(address: string, options: McpOptions = {}): Promise<VirtualMcp> {
    return this.#open(() => this.#session.openMcp(address, options, this.#within()), options)
  }

  think(duration: string, upTo?: string): Promise<void> {
    try {
      return this.#pause(thinkTimeMs(this.random, duration, upTo))
    } catch (error) {
      return this.#refuse(error)
    }
  }

  check(name: string, holds: boolean): boolean {
    const check = nameText('the name of a check', name)
    const held = typeof holds === 'boolean' ? holds : truthOf(`the check ${shownName(check)}`, holds)
    this.#services.recorder.series('checks', { flow: this.#flow, check }).add(held ? 1 : 0)
    if (!held) this.#tellOfCheck(check)
    return held
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const tags = { flow: this.#flow, name: nameText('the name of a step', name) }
    const { recorder } = this.#services
    return this.#timed('the work of a step', work, (ms) => recorder.series('step_duration', tags).add(ms))
  }

  async span<T>(metric: string, work: () => Promise<T>): Promise<T> {
    const handle = this.#handle(metric)
    return this.#timed('the work of a span', work, (tookMs) => handle.add(tookMs))
  }

  retry<T>(options: RetryOptions<T>, attempt: (attempt: number) => Promise<T>): Promise<T> {
    const pause = (lengthMs: number): Promise<void> => this.#pause(lengthMs)
    return retry(options, attempt, { recorder: this.#services.recorder, flow: this.#flow, pause })
  }

  fail(errorClass: string, message?: string): never {
    throw failure(errorClass, message)
  }

  /** Work that throws took no time. */
  async #timed<T>(field: string, work: () => Promise<T>, record: (tookMs: number) => void): Promise<T> {
    if (typeof work !== 'function') throw badValue(field, work, 'a function that does it')
    const startedAtMs = this.now()
    const result = await work()
    record(this.now() - startedAtMs)
    return result
  }

  #pause(lengthMs: number): Promise<void> {
    if (this.#interrupted) return this.#refuse()
    return new Promise((resolve, reject) => {
      const pause = this.#pauses.free()
      pause.begin(this.now() + lengthMs, resolve, reject)
      this.#services.sleepers.add(pause)
      this.waited = true
    })
  }

  #tellOfCheck(name: string): void {
    const { incidents } = this.#services.recorder
    const incident = incidents.groupOf('check', name, this.#flow).count('did not hold')
    if (incident) incidents.describe(incident, { error: new Error(), ...this.circumstances(incidents) })
  }

  /** What a failure of its iteration may have to do with. */
  circumstances(incidents: Incidents): { lastStep: string; exchange: ExchangeRecord | undefined } {
    return { lastStep: this.lastStep, exchange: incidents.lastResponseOf(this, this.lastStep) }
  }

  /** What cannot be done, as after an interruption, fails a turn later: a flow that tries for ever must not keep others from theirs. */
  #refuse(reason: unknown = interruption()): Promise<never> {
    return new Promise((_, reject) => {
      if (!this.#abandoned) setImmediate(reject, reason)
    })
  }

  async #open<T extends Closable>(
    open: () => Promise<T>,
    { lifetime = 'iteration' }: Pick<LinkOptions, 'lifetime'> = {},
  ): Promise<T> {
    const opened = await (this.#interrupted ? this.#refuse() : this.calls.opening(open()))
    this.#opened ??= new OpenedByFlow()
    return this.#opened.hold(opened, lifetime)
  }

  #within(): RequestContext {
    return { flow: this.#flow, lagMs: this.#lagMs, seed: this.#seed }
  }

  #handle(metric: string): MetricHandle {
    const handle = Object.hasOwn(this.metrics, metric) ? this.metrics[metric] : undefined
    return handle ?? this.fail('unknown_metric', `no metric ${shownName(metric)}: declare it in metrics`)
  }
}

function interruption(): FlowError {
  return new FlowError('interrupted', 'the iteration was interrupted')
}
