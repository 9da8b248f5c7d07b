import { checkOptions, STREAM_FIELDS } from '../../../lib/core/scenario/flow/check-options.ts'
import type { StreamItem, StreamOptions, VirtualStream } from '../../../lib/core/scenario/flow.ts'
import type { Clock } from '../../../lib/ports.ts'
import { type ExchangeRecord, ImpossibleRequest } from '../contract/exchange-record.ts'
import type { RequestContext } from '../contract/request-context.ts'
import type { StepContext } from '../contract/step-context.ts'
import { isExpected } from '../http/expected-status.ts'
import type { HttpClient, HttpState } from '../http-client/http-client.ts'
import { exchanged } from '../http-client/http-client.ts'
import type { HttpMeter } from '../http-client/http-meter.ts'
import type { NamedRequest, RequestBuilder, RequestKind } from '../http-client/http-request.ts'
import type { LinkOpener } from '../messages/open-link.ts'
import { MAX_MESSAGE_BYTES } from '../messages/user-links.ts'
import type { TaggedMeters } from '../metering/tagged-meters.ts'
import { HttpStream, type StreamSettings } from './http-stream.ts'
import type { StreamMeter } from './stream-meter.ts'

/** What streams are opened with. */
export interface StreamTools {
  builder: RequestBuilder
  meter: HttpMeter
  client: HttpClient
  clock: Clock
  links: LinkOpener
  streams: TaggedMeters<StreamMeter>
}

/** The user whose stream it is. */
export interface StreamUser {
  signal: AbortSignal
  connection: HttpState
}

interface StreamCall {
  method: string
  path: string
  options: StreamOptions
  within: RequestContext
}

const STREAM: RequestKind = { fields: STREAM_FIELDS }
const EVENT_STREAM: RequestKind = {
  fields: STREAM_FIELDS,
  headers: { accept: 'text/event-stream', 'cache-control': 'no-cache' },
}

/** Makes a request whose answer is read while it comes. Throws `bad_request_options`, and where it is interrupted. */
export async function openStream(
  tools: StreamTools,
  user: StreamUser,
  { method, path, options, within }: StreamCall,
): Promise<VirtualStream<StreamItem>> {
  checkOptions('stream', options)
  const { builder, clock, links, streams } = tools
  const kind = options.as ?? 'events'
  const request = builder.request(method, path, options, kind === 'events' ? EVENT_STREAM : STREAM)
  const { tags } = request
  const context = { ...within, name: request.name, tags }
  const stream = new HttpStream({
    kind,
    maxItemBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    timeoutMs: request.timeoutMs,
    ...{ lagMs: within.lagMs, seed: within.seed, now: clock.now, signal: user.signal },
    deadlines: links.deadlines,
    reconnect: options.reconnect ?? false,
    ...(options.pushedAt && { pushedAt: options.pushedAt }),
    isExpected: (status) => isExpected(status, options.expect),
    send: sender(tools, user, request, context, options.expect),
    events: streams.meterOf({ ...tags, flow: within.flow, name: request.name }),
  })
  await stream.begin()
  user.signal.throwIfAborted()
  return stream
}

/** Makes the request, and measures it as one; an answer that was cut on purpose was served nevertheless. */
function sender(
  { client, meter }: Pick<StreamTools, 'client' | 'meter'>,
  { connection }: Pick<StreamUser, 'connection'>,
  request: NamedRequest,
  context: StepContext,
  expect: StreamOptions['expect'],
): StreamSettings['send'] {
  return async (lastEventId, readBody, wasClosed) => {
    const headers =
      lastEventId === '' ? request.headers : { ...request.headers, 'last-event-id': utf8(lastEventId) }
    let answered = 0
    const exchange = await exchanged(
      client,
      connection,
      {
        ...{ ...request, headers },
        readBody: (head) => {
          answered = head.status
          return readBody(head)
        },
      },
      (redirect) => meter.record(redirect, context, true),
    )
    if (exchange.impossible) throw new ImpossibleRequest(exchange)
    const cut = wasClosed() && answered !== 0 && exchange.error !== 'interrupted'
    const measured = cut ? answeredAs(exchange, answered) : exchange
    meter.recordStream(measured, context, measured.error === undefined && isExpected(measured.status, expect))
    return exchange
  }
}

/** An exchange as it would be if its answer had ended by itself. */
function answeredAs(exchange: ExchangeRecord, status: number): ExchangeRecord {
  const { method, url, headers, body, calledAtMs, sent, sentAtMs, firstByteAtMs, endedAtMs } = exchange
  const { connectMs, tlsMs, leniencies, retriedStale, sentBytes, receivedBytes } = exchange
  return {
    ...{ method, url, status, headers, body, calledAtMs, sent, sentAtMs, firstByteAtMs, endedAtMs },
    ...(connectMs !== undefined && { connectMs }),
    ...(tlsMs !== undefined && { tlsMs }),
    ...(leniencies !== undefined && { leniencies }),
    ...(retriedStale !== undefined && { retriedStale }),
    header: (name) => exchange.header(name),
    ...{ sentBytes, receivedBytes },
  }
}

/** Header values are bytes; an id may hold any text. */
function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}
