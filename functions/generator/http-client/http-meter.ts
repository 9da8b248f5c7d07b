import { STATUS_CODES } from 'node:http'
import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { ExchangeRecord } from '../contract/exchange-record.ts'
import type { StepContext } from '../contract/step-context.ts'
import type { IncidentGroup, Incidents } from '../metering/incidents.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { RequestLog } from '../metering/request-log.ts'
import type { LiveSeries } from '../metering/series.ts'

/** Steps and outcomes that are remembered: a flow may name them without bounds. */
const MAX_STEPS = 10_000

/** What became of a request of a step, and where that is recorded. */
interface Outcome {
  flow: string
  method: string
  status: number
  error: string | undefined
  tags: Tags | undefined
  series: StepSeries
}

interface StepSeries {
  requests: LiveSeries
  duration: LiveSeries
  responseTime: LiveSeries
  waiting: LiveSeries
  failed: LiveSeries
  /** Made when the first request fails. */
  incidents: IncidentGroup | undefined
}

/** Records every exchange on the wire. */
export class HttpMeter {
  readonly incidents: Incidents
  readonly #recorder: Recorder
  readonly #steps = new Map<string, StepSeries>()
  /** By the name of a step: most requests end as the one before them did. */
  readonly #latest = new Map<string, Outcome>()
  readonly #sent: LiveSeries
  readonly #received: LiveSeries

  readonly #log: RequestLog | undefined

  constructor(recorder: Recorder, log?: RequestLog) {
    this.incidents = recorder.incidents
    this.#recorder = recorder
    this.#log = log
    this.#sent = recorder.series('data_sent')
    this.#received = recorder.series('data_received')
  }

  /**
   * Service time is end − actual send. Response time adds what came before it: the wait for a connection, and
   * the lag of the iteration, so that it counts from the moment the request was meant to be made.
   * `expected`: the status was one that counts as served.
   */
  record(exchange: ExchangeRecord, context: StepContext, expected: boolean): void {
    const series = this.#count(exchange, context, expected)
    if (!series) return
    series.duration.add(exchange.endedAtMs - exchange.sentAtMs)
    series.responseTime.add(exchange.endedAtMs - exchange.calledAtMs + context.lagMs)
    this.#log?.add(exchange, context)
  }

  /** A stream is a request whose length says nothing of how fast it was served: that is in `stream_duration`. */
  recordStream(exchange: ExchangeRecord, context: StepContext, expected: boolean): void {
    this.#count(exchange, context, expected)
  }

  /** Returns the series of what came about, if the target was asked and has not been cut off. */
  #count(exchange: ExchangeRecord, context: StepContext, expected: boolean): StepSeries | undefined {
    // What could not be sent is no request.
    if (exchange.impossible) return undefined
    const recorder = this.#recorder
    recorder.advance(exchange.endedAtMs)
    const interrupted = exchange.error === 'interrupted'
    if (interrupted && !exchange.sent) return undefined
    const series = this.#stepOf(exchange, context)
    const second = recorder.second
    series.requests.add(1)
    second.requests++
    this.#sent.add(exchange.sentBytes)
    this.#received.add(exchange.receivedBytes)
    second.sentBytes += exchange.sentBytes
    second.receivedBytes += exchange.receivedBytes
    if (exchange.connectMs !== undefined) recorder.series('http_req_connecting').add(exchange.connectMs)
    if (exchange.tlsMs !== undefined) recorder.series('http_req_tls_handshaking').add(exchange.tlsMs)
    if (exchange.retriedStale) this.#countRetried(exchange, context)
    if (exchange.leniencies !== undefined) this.#countLenient(exchange.leniencies, context)
    // A request that was cut off by the end of the run says nothing about the target.
    if (interrupted) return undefined
    series.failed.add(expected ? 0 : 1)
    second.completed = (second.completed ?? 0) + 1
    if (!expected) {
      second.failed++
      this.#tell(series, exchange, context)
    }
    if (!exchange.sent) return undefined
    if (exchange.status !== 0) series.waiting.add(exchange.firstByteAtMs - exchange.sentAtMs)
    return series
  }

  #tell(series: StepSeries, exchange: ExchangeRecord, { flow, name }: StepContext): void {
    const { status, error, errorMessage } = exchange
    series.incidents ??= this.incidents.groupOf('request', error ?? String(status), flow, name)
    const incident = series.incidents.count(
      error === undefined ? textOfStatus(status) : (errorMessage ?? error),
    )
    if (incident) this.incidents.describe(incident, { exchange })
  }

  #countRetried({ method }: ExchangeRecord, { flow, name, tags }: StepContext): void {
    this.#recorder.series('http_req_retried_stale', { ...tags, flow, name, method }).add(1)
  }

  #countLenient(
    leniencies: NonNullable<ExchangeRecord['leniencies']>,
    { flow, name, tags }: StepContext,
  ): void {
    for (const leniency of leniencies)
      this.#recorder.series('http_lenient_responses', { ...tags, flow, name, leniency }).add(1)
  }

  #stepOf(exchange: ExchangeRecord, context: StepContext): StepSeries {
    const { flow, name, tags } = context
    const { method, status, error } = exchange
    const latest = this.#latest.get(name)
    if (
      latest !== undefined &&
      latest.status === status &&
      latest.error === error &&
      latest.flow === flow &&
      latest.method === method &&
      sameTags(latest.tags, tags)
    )
      return latest.series
    const series = this.#seriesOf(exchange, context)
    if (latest !== undefined || this.#latest.size < MAX_STEPS)
      this.#latest.set(name, { flow, method, status, error, tags: tags && { ...tags }, series })
    return series
  }

  #seriesOf({ method, status, error }: ExchangeRecord, { flow, name, tags }: StepContext): StepSeries {
    const key = `${flow}\n${name}\n${method}\n${status}\n${error}${tags ? `\n${JSON.stringify(tags)}` : ''}`
    const known = this.#steps.get(key)
    if (known) return known
    const all: Record<string, string> = { ...tags, flow, name, method, status: String(status) }
    if (error !== undefined) all.error = error
    const { status: _, ...timed } = all
    const created = {
      requests: this.#recorder.series('http_reqs', all),
      duration: this.#recorder.series('http_req_duration', all),
      responseTime: this.#recorder.series('http_req_response_time', timed),
      waiting: this.#recorder.series('http_req_waiting', timed),
      failed: this.#recorder.series('http_req_failed', all),
      incidents: undefined,
    }
    if (this.#steps.size < MAX_STEPS) this.#steps.set(key, created)
    return created
  }
}

function sameTags(a: Tags | undefined, b: Tags | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) if (a[name] !== b[name]) return false
  return true
}

function textOfStatus(status: number): string {
  const phrase = STATUS_CODES[status]
  const text = phrase === undefined ? `${status}` : `${status} ${phrase}`
  return status < 400 ? `${text}, which was not expected` : text
}
