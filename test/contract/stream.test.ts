import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createBrotliCompress, createDeflate, createDeflateRaw, createGzip, gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { StreamEvent, StreamItem, StreamOptions, VirtualStream } from '../../lib/core/scenario/flow.ts'
import { probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { httpServer, rawServer, refusedOrigin } from './wire-server.ts'

const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' }
const head = (length: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${length}\r\n\r\n`

function open(
  probe: SessionProbe,
  options: StreamOptions = {},
  method = 'GET',
): Promise<VirtualStream<StreamItem>> {
  return probe.session.stream(method, '/stream', { name: 'talk', timeout: '5s', ...options }, WITHIN)
}

/** A session with a server that answers every request the same way. */
async function serving(
  serve: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<SessionProbe & { sockets: unknown[] }> {
  const server = await httpServer((request, response) => serve(response, request))
  return { ...probeSession(server.origin), sockets: server.sockets }
}

async function dataOf(stream: VirtualStream<StreamItem>): Promise<unknown[]> {
  const data: unknown[] = []
  for await (const item of stream)
    data.push(typeof item.data === 'string' ? item.data : Buffer.from(item.data).toString())
  return data
}

const failed = (error: string): unknown => expect.objectContaining({ errorClass: error })

describe('a stream of events', () => {
  it('answers a POST with a JSON body event by event', async () => {
    let asked = ''
    const probe = await serving((response, request) => {
      request.on('data', (data) => {
        asked += data
      })
      request.on('end', () => {
        response.writeHead(200, EVENTS)
        response.write('id: 7\nevent: token\ndata: {"text":"Grü')
        setImmediate(() => response.end('ße"}\n\ndata: [DONE]\n\n'))
      })
    })
    const stream = await open(probe, { json: { prompt: 'hi' } }, 'POST')
    expect([stream.status, stream.ok, stream.error]).toEqual([200, true, undefined])
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const first = (await stream.next()) as StreamEvent
    expect([first.event, first.id, first.json(), stream.lastEventId]).toEqual([
      'token',
      '7',
      { text: 'Grüße' },
      '7',
    ])
    expect((await stream.next())?.data).toBe('[DONE]')
    expect([await stream.next(), await stream.next(), stream.open]).toEqual([undefined, undefined, false])
    expect(asked).toBe('{"prompt":"hi"}')
  })

  it('keeps its connection where it is read to its end', async () => {
    const probe = await serving((response) => response.writeHead(200, EVENTS).end('data: a\n\n'))
    expect(await dataOf(await open(probe))).toEqual(['a'])
    expect(await dataOf(await open(probe))).toEqual(['a'])
    expect(probe.sockets).toHaveLength(1)
  })

  it('asks for events, and for what the flow asks for', async () => {
    const seen: IncomingMessage['headers'][] = []
    const probe = await serving((response, request) => {
      seen.push(request.headers)
      response.writeHead(200, EVENTS).end()
    })
    await dataOf(await open(probe))
    await dataOf(await open(probe, { headers: { Accept: 'application/json, text/event-stream' } }))
    expect(seen).toMatchObject([
      { accept: 'text/event-stream', 'cache-control': 'no-cache' },
      { accept: 'application/json, text/event-stream' },
    ])
  })

  it.each([
    ['gzip', createGzip],
    ['br', createBrotliCompress],
    ['deflate', createDeflate],
    ['deflate', createDeflateRaw],
  ])('is decoded from %s while it comes', async (encoding, create) => {
    const goOn = Promise.withResolvers<void>()
    const probe = await serving(async (response) => {
      response.writeHead(200, { ...EVENTS, 'content-encoding': encoding })
      const coder = create()
      coder.pipe(response)
      coder.write('data: first\n\n')
      coder.flush()
      await goOn.promise
      coder.end('data: last\n\n')
    })
    const stream = await open(probe)
    expect((await stream.next())?.data).toBe('first')
    goOn.resolve()
    expect([(await stream.next())?.data, await stream.next()]).toEqual(['last', undefined])
  })

  it('is measured: first event, gaps, events and length, and its request without a length', async () => {
    let nowMs = 1_000
    const goOn = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const server = await httpServer(async (_, response) => {
      response.writeHead(200, EVENTS).flushHeaders()
      await goOn[0]?.promise
      response.write('data: a\n\ndata: b\n\n')
      await goOn[1]?.promise
      response.end('data: c\n\n')
    })
    const probe = probeSession(server.origin, { now: () => nowMs })
    const stream = await probe.session.stream('GET', '/stream', { name: 'talk' }, { ...WITHIN, lagMs: 7 })
    nowMs += 250
    goOn[0]?.resolve()
    await stream.next()
    nowMs += 40
    goOn[1]?.resolve()
    expect(await dataOf(stream)).toEqual(['b', 'c'])
    const tags = { flow: 'only', name: 'talk' }
    const trend = (metric: string): unknown =>
      probe.recorded(metric).map(({ kind, ...rest }) => ({ kind, ...rest }))
    expect(trend('stream_time_to_first_event')).toMatchObject([{ tags, count: 1, sum: 250_000 }])
    expect(trend('stream_first_event_response_time')).toMatchObject([{ tags, count: 1, sum: 257_000 }])
    expect(trend('stream_event_gap')).toMatchObject([{ tags, count: 2, min: 0, sum: 40_000 }])
    expect(trend('stream_events')).toMatchObject([{ tags, sum: 3 }])
    expect(trend('stream_duration')).toMatchObject([{ tags, count: 1, sum: 290_000 }])
    expect(trend('stream_sessions')).toMatchObject([{ tags, sum: 1 }])
    expect(trend('stream_failed')).toMatchObject([{ tags, trues: 0, total: 1 }])
    expect(trend('http_reqs')).toMatchObject([{ tags: { ...tags, method: 'GET', status: '200' }, sum: 1 }])
    expect(trend('http_req_failed')).toMatchObject([{ trues: 0, total: 1 }])
    expect(trend('http_req_waiting')).toHaveLength(1)
    expect(trend('http_req_duration')).toEqual([])
  })

  it('tells how long pushed events took', async () => {
    const probe = await serving((response) => response.writeHead(200, EVENTS).end('data: 1\n\ndata: x\n\n'))
    const pushedAt = (item: { data: unknown }): number | undefined =>
      item.data === 'x' ? undefined : 10 ** 15
    await dataOf(await open(probe, { pushedAt }))
    expect(probe.recorded('msg_push_latency')).toMatchObject([{ count: 1, max: 0 }])
    expect(probe.recorded('negative_values')).toMatchObject([
      { tags: { metric: 'msg_push_latency' }, sum: 1 },
    ])
  })
})

describe('other streams', () => {
  it('are lines, the last one with an end or without', async () => {
    const probe = await serving((response) => response.end('{"a":1}\r\n\n{"b":2}'))
    const stream = await open(probe, { as: 'lines' })
    expect(await dataOf(stream)).toEqual(['{"a":1}', '', '{"b":2}'])
  })

  it('are pieces as they come', async () => {
    const probe = await serving((response) => {
      response.write('one')
      setTimeout(() => response.end(Buffer.from('two')), 20)
    })
    expect(await dataOf(await open(probe, { as: 'chunks' }))).toEqual(['one', 'two'])
  })
})

describe('a stream that goes wrong', () => {
  it.each([
    ['connection_refused', refusedOrigin],
    ['connection_reset', async () => (await rawServer((socket) => socket.resetAndDestroy())).origin],
    [
      'malformed_response',
      async () => (await rawServer((socket) => socket.write('nonsense\r\n\r\n'))).origin,
    ],
    ['timeout', async () => (await rawServer(() => undefined)).origin],
  ])('has no status and the class %s where there is no answer', async (error, origin) => {
    const probe = probeSession(await origin(), { timeout: error === 'timeout' ? '50ms' : '10s' })
    const stream = await probe.session.stream('GET', '/stream', {}, WITHIN)
    expect([stream.status, stream.ok, stream.error, stream.open]).toEqual([0, false, error, false])
    await expect(stream.next()).rejects.toEqual(failed(error))
    expect(probe.recorded('stream_failed')).toMatchObject([{ tags: { error }, trues: 1, total: 1 }])
    expect(probe.recorded('stream_sessions')).toMatchObject([{ sum: 1 }])
  })

  it.each([
    ['the status is not expected', 503, EVENTS],
    ['it is no event stream', 200, { 'content-type': 'application/json' }],
  ])('is refused where %s, and keeps its connection', async (_, status, headers) => {
    const probe = await serving((response) => response.writeHead(status, headers).end('{"error":"busy"}'))
    const stream = await open(probe)
    expect([stream.status, stream.ok, stream.error]).toEqual([status, false, 'stream_refused'])
    await expect(dataOf(stream)).rejects.toEqual(failed('stream_refused'))
    await open(probe)
    expect(probe.sockets).toHaveLength(1)
    expect(probe.recorded('http_reqs')).toMatchObject([{ tags: { status: String(status) }, sum: 2 }])
  })

  const chunked = `${head('transfer-encoding: chunked')}9\r\ndata: a\n\n\r\n`
  const long = `${head('content-length: 100')}data: a\n\n`

  it.each([
    ['connection_closed', 'closed before its last chunk', chunked, (socket: Socket) => void socket.end()],
    ['connection_closed', 'shorter than it said', long, (socket: Socket) => void socket.end()],
    ['connection_reset', 'reset', long, (socket: Socket) => void socket.resetAndDestroy()],
    ['malformed_response', 'chunked wrongly', chunked, (socket: Socket) => void socket.write('zz\r\n')],
  ] as [string, string, string, (socket: Socket) => void][])(
    'is %s where it is %s; what came before can be read',
    async (error, _, answer, then) => {
      let spoil = (): void => undefined
      const server = await rawServer((socket) => {
        socket.write(answer)
        spoil = () => then(socket)
      })
      const probe = probeSession(server.origin)
      const stream = await open(probe)
      expect((await stream.next())?.data).toBe('a')
      spoil()
      await expect(stream.next()).rejects.toEqual(failed(error))
      expect([stream.ok, stream.error, stream.open]).toEqual([true, error, false])
      expect(probe.recorded('stream_failed')).toMatchObject([{ tags: { error }, trues: 1 }])
      expect(probe.recorded('http_reqs')).toMatchObject([{ tags: { status: '0', error }, sum: 1 }])
    },
  )

  it('ends with its body where that has no length', async () => {
    const server = await rawServer((socket) => socket.end(`${head('connection: close')}data: a\n\n`))
    expect(await dataOf(await open(probeSession(server.origin)))).toEqual(['a'])
  })

  it.each([
    ['events', 'data: '],
    ['lines', ''],
  ] as const)('is message_too_large where one of its %s never ends', async (as, start) => {
    const probe = await serving((response) => {
      response.writeHead(200, EVENTS)
      response.write(start)
      const flood = setInterval(() => response.write('x'.repeat(10_000)), 1)
      response.on('close', () => clearInterval(flood))
    })
    const stream = await open(probe, { as, maxMessageBytes: 50_000 })
    await expect(stream.next()).rejects.toEqual(failed('message_too_large'))
    await vi.waitFor(() => expect(probe.openSockets()).toBe(0))
  })

  it('is decode_failed where its encoding is not what it says', async () => {
    const probe = await serving((response) =>
      response.writeHead(200, { ...EVENTS, 'content-encoding': 'gzip' }).write('data: plain\n\n'),
    )
    await expect((await open(probe)).next()).rejects.toEqual(failed('decode_failed'))
  })

  it('is decode_failed where its encoded body is cut short', async () => {
    const whole = gzipSync('data: a\n\ndata: b\n\n')
    const probe = await serving((response) =>
      response.writeHead(200, { ...EVENTS, 'content-encoding': 'gzip' }).end(whole.subarray(0, -4)),
    )
    await expect(dataOf(await open(probe))).rejects.toEqual(failed('decode_failed'))
  })

  it('holds no more than an event may have of what a small body is decoded to', async () => {
    const probe = await serving((response) =>
      response
        .writeHead(200, { ...EVENTS, 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(100_000_000, 'x'))),
    )
    const stream = await open(probe)
    await expect(stream.next()).rejects.toEqual(failed('message_too_large'))
    expect(probe.recorded('stream_failed')).toMatchObject([{ tags: { error: 'message_too_large' } }])
  })

  it('throws stream_timeout where nothing comes, and can still be read', async () => {
    const late = Promise.withResolvers<void>()
    const probe = await serving(async (response) => {
      response.writeHead(200, EVENTS).flushHeaders()
      await late.promise
      response.end('data: late\n\n')
    })
    const stream = await open(probe)
    await expect(stream.next({ timeout: '20ms' })).rejects.toEqual(failed('stream_timeout'))
    late.resolve()
    expect((await stream.next())?.data).toBe('late')
  })

  it('has failed where a loop over it waited in vain', async () => {
    const probe = await serving((response) => response.writeHead(200, EVENTS).flushHeaders())
    await expect(dataOf(await open(probe, { timeout: '30ms' }))).rejects.toEqual(failed('stream_timeout'))
    expect(probe.recorded('stream_failed')).toMatchObject([{ tags: { error: 'stream_timeout' }, trues: 1 }])
  })

  it('keeps a thousand unread events at most, the oldest dropped and counted', async () => {
    const all = Array.from({ length: 1_002 }, (_, i) => `data: ${i}\n\n`).join('')
    const probe = await serving((response) => response.writeHead(200, EVENTS).end(all))
    const stream = await open(probe)
    await vi.waitFor(() => expect(stream.open).toBe(false))
    expect((await stream.next())?.data).toBe('2')
    expect(probe.recorded('stream_events_dropped')).toMatchObject([{ sum: 2 }])
  })
})

describe('ending a stream', () => {
  it('from this side was no failure, and lets its connection go', async () => {
    const probe = await serving(
      (response) => void response.writeHead(200, EVENTS).write('data: a\n\ndata: b\n\n'),
    )
    const stream = await open(probe)
    for await (const { data } of stream) if (data === 'a') break
    expect([stream.open, stream.error]).toEqual([false, undefined])
    await vi.waitFor(() => expect(probe.openSockets()).toBe(0))
    expect(probe.recorded('stream_failed')).toMatchObject([{ trues: 0, total: 1 }])
    expect(probe.recorded('http_req_failed')).toMatchObject([{ tags: { status: '200' }, trues: 0, total: 1 }])
  })

  it('by interruption counts the request, and nothing as failed', async () => {
    const probe = await serving((response) => void response.writeHead(200, EVENTS).write('data: a\n\n'))
    const stream = await open(probe)
    await stream.next()
    const waiting = stream.next()
    probe.abort.abort()
    await expect(waiting).rejects.toEqual(failed('interrupted'))
    await vi.waitFor(() => expect(probe.openSockets()).toBe(0))
    expect(probe.recorded('stream_failed')).toEqual([])
    expect(probe.recorded('http_reqs')).toMatchObject([{ sum: 1 }])
    expect(probe.recorded('http_req_failed')).toEqual([])
  })

  it('throws where it is interrupted before it begins', async () => {
    const server = await rawServer(() => probe.abort.abort())
    const probe = probeSession(server.origin)
    await expect(open(probe)).rejects.toThrow(/abort/)
  })
})

describe('a stream that comes back', () => {
  const PATIENCE = { attempts: 3, backoff: '5ms', maxBackoff: '20ms' }

  it('goes on after the last event, as soon as the stream says', async () => {
    const asked: unknown[] = []
    const probe = await serving((response, request) => {
      asked.push(request.headers['last-event-id'])
      const n = asked.length
      response.writeHead(n > 3 ? 204 : 200, EVENTS)
      if (n > 3) response.end()
      else response.write(`retry: 1\nid: ü${n}\ndata: ${n}\n\n`, () => response.destroy())
    })
    const stream = await open(probe, { reconnect: { ...PATIENCE, backoff: '20s' } })
    const read = [await stream.next(), await stream.next(), await stream.next()].map((item) => item?.data)
    expect(read).toEqual(['1', '2', '3'])
    await expect(stream.next()).rejects.toEqual(failed('stream_refused'))
    expect(asked.map((id) => id && Buffer.from(String(id), 'latin1').toString())).toEqual([
      undefined,
      'ü1',
      'ü2',
      'ü3',
    ])
    expect(probe.recorded('stream_reconnects')).toMatchObject([{ sum: 2 }])
    expect(probe.recorded('stream_reconnecting')).toMatchObject([{ count: 2 }])
    expect(probe.recorded('stream_sessions')).toMatchObject([{ sum: 1 }])
    expect(probe.recorded('stream_time_to_first_event')).toMatchObject([{ count: 3 }])
  })

  it('goes on after an id that came without data', async () => {
    const asked: unknown[] = []
    const probe = await serving((response, request) => {
      asked.push(request.headers['last-event-id'])
      response.writeHead(asked.length > 1 ? 204 : 200, EVENTS)
      if (asked.length > 1) response.end()
      else response.write('retry: 1\nid: 1\ndata: a\n\nid: 2\n\nid: 3\n', () => response.destroy())
    })
    const stream = await open(probe, { reconnect: PATIENCE })
    expect(await stream.next()).toMatchObject({ id: '1', data: 'a' })
    await expect(stream.next()).rejects.toEqual(failed('stream_refused'))
    expect([asked, stream.lastEventId]).toEqual([[undefined, '2'], '2'])
  })

  it('is given up after its tries', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, EVENTS).write('data: a\n\n')
      server.server.close()
      setTimeout(() => response.destroy(), 10)
    })
    const probe = probeSession(server.origin)
    const stream = await open(probe, { reconnect: PATIENCE })
    await stream.next()
    await expect(stream.next()).rejects.toEqual(failed('connection_refused'))
    expect(probe.recorded('http_reqs')).toHaveLength(2)
    expect(probe.recorded('stream_failed')).toMatchObject([
      { tags: { error: 'connection_refused' }, trues: 1 },
    ])
  })

  it('does not come back once it is closed', async () => {
    const probe = await serving((response) => response.writeHead(200, EVENTS).end('data: a\n\n'))
    const stream = await open(probe, { reconnect: { ...PATIENCE, backoff: '40ms' } })
    await stream.next()
    await stream.close()
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(probe.recorded('http_reqs')).toMatchObject([{ sum: 1 }])
  })
})

it.each([
  ['its host is not allowed', 'http://example.com', {}, 'target_not_allowed'],
  ['a header cannot be sent', 'http://127.0.0.1:9', { headers: { 'x-a': '€' } }, 'bad_request_options'],
  ['it is misspelt', 'http://127.0.0.1:9', { hedaers: {} } as never, 'bad_request_options'],
])('is no request, and throws, where %s', async (_, url, options, errorClass) => {
  const probe = probeSession(url)
  await expect(probe.session.stream('GET', '/stream', options, WITHIN)).rejects.toMatchObject({ errorClass })
  for (const metric of ['http_reqs', 'http_req_failed', 'stream_sessions', 'stream_failed'])
    expect(probe.recorded(metric)).toEqual([])
})

it('names everything wrong with its options', async () => {
  const probe = probeSession('http://127.0.0.1:9')
  const options = { as: 'event', reconnect: { attempts: 0 }, maxMessageBytes: -1 } as never
  await expect(open(probe, options)).rejects.toMatchObject({
    errorClass: 'bad_request_options',
    message:
      'vu.stream: maxMessageBytes is -1 (allowed: more than 0); reconnect.attempts is 0 (allowed: at least 1); as is "event" (allowed: one of events, lines, chunks)',
  })
})
