import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { type LinkSettings, MessageLink } from '../../functions/generator/messages/message-link.ts'
import { webSocketOpener } from '../../functions/generator/messages/websocket.ts'
import { dial } from '../../functions/generator/net/dial.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { Deadlines } from '../../functions/generator/time/deadlines.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import type { SocketMessage, VirtualSocket } from '../../lib/core/scenario/flow.ts'
import { Told } from './told.ts'
import {
  certificate,
  httpServer,
  httpsServer,
  rawServer,
  refusedOrigin,
  type WireServer,
} from './wire-server.ts'

type Options = LinkSettings &
  Omit<Parameters<typeof webSocketOpener>[0], 'headers'> & { headers: Record<string, string> }

const TLS = createTlsOptions({ insecure: false, ca: certificate })

async function open(
  origin: string,
  told = new Told(),
  options: Partial<Options> = {},
): Promise<VirtualSocket> {
  const { headers, ...settings }: Options = {
    kind: 'ws',
    url: `${origin.replace('http', 'ws')}/chat`,
    headers: {},
    timeoutMs: 10_000,
    maxMessageBytes: 10_485_760,
    seed: 1,
    guard: createGuard({ allow: [] }),
    tls: TLS,
    dial,
    now: systemClock.now,
    events: told.events,
    deadlines: new Deadlines(options.now ?? systemClock.now),
    ...options,
  }
  const openTransport = webSocketOpener({ ...settings, headers: () => headers })
  const socket = new MessageLink(settings)
  await socket.begin(openTransport)
  onTestFinished(() => socket.close())
  return socket
}

/** A WebSocket server; `serve` gets every client it takes. */
async function socketServer(
  serve: (client: WebSocket, headers: Record<string, unknown>) => void,
  secure = false,
): Promise<WireServer> {
  const sockets = new WebSocketServer({ noServer: true })
  const server = await (secure ? httpsServer : httpServer)((_, response) => response.writeHead(404).end())
  server.server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => serve(client, request.headers))
  })
  return server
}

const echo = (client: WebSocket): void => {
  client.on('message', (data, binary) => client.send(data, { binary }))
}

const is =
  (text: string) =>
  (message: SocketMessage): boolean =>
    message.data === text

const WRONG_UPGRADE =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: x\r\n\r\n'

describe('opening a WebSocket', () => {
  it.each([
    ['plain', false],
    ['TLS', true],
  ])('works over %s, with headers and a protocol', async (_, secure) => {
    const seen: Record<string, unknown>[] = []
    const server = await socketServer((client, headers) => {
      seen.push(headers)
      echo(client)
    }, secure)
    const socket = await open(server.origin, new Told(), {
      headers: { 'x-user': '7' },
      protocols: ['chat.v1'],
    })
    expect(socket.open).toBe(true)
    expect(seen).toMatchObject([{ 'x-user': '7', 'sec-websocket-protocol': 'chat.v1' }])
    expect(seen[0]).not.toHaveProperty('sec-websocket-extensions')
    socket.send('hi')
    expect((await socket.receive()).data).toBe('hi')
  })

  it.each([
    [
      'ws_refused',
      'the server answers otherwise',
      async () => (await httpServer((_, response) => response.writeHead(403).end())).origin,
    ],
    ['connection_refused', 'nothing listens', refusedOrigin],
    [
      'ws_refused',
      'the upgrade is answered wrongly',
      async () => (await rawServer((socket) => socket.write(WRONG_UPGRADE))).origin,
    ],
    [
      'malformed_response',
      'the answer is garbage',
      async () => (await rawServer((socket) => socket.write('nonsense\r\n\r\n'))).origin,
    ],
    ['timeout', 'no answer comes', async () => (await rawServer(() => undefined)).origin],
    [
      'tls_handshake',
      'the server speaks no TLS',
      async () =>
        (await rawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))).origin.replace(
          'http',
          'https',
        ),
    ],
    ['target_not_allowed', 'the host is not allowed', async () => 'http://chat.example.com'],
  ])('is %s where %s', async (errorClass, _, origin) => {
    const told = new Told()
    await expect(
      open(await origin(), told, { timeoutMs: errorClass === 'timeout' ? 50 : 10_000 }),
    ).rejects.toMatchObject({
      name: 'FlowError',
      errorClass,
    })
    expect(told.closed).toEqual([])
  })

  it('is tls_certificate where no known authority signed', async () => {
    const server = await socketServer(echo, true)
    const tls = createTlsOptions({ insecure: false })
    await expect(open(server.origin, new Told(), { tls })).rejects.toMatchObject({
      errorClass: 'tls_certificate',
    })
  })

  it('is interrupted by the signal', async () => {
    const abort = new AbortController()
    const server = await rawServer(() => abort.abort())
    const opening = open(server.origin, new Told(), { signal: abort.signal })
    await expect(opening).rejects.toMatchObject({ errorClass: 'interrupted' })
    await vi.waitFor(() => expect(server.sockets[0]?.destroyed).toBe(true))
    await expect(open(server.origin, new Told(), { signal: abort.signal })).rejects.toMatchObject({
      errorClass: 'interrupted',
    })
  })
})

describe('the messages of a WebSocket', () => {
  it('are text, bytes or JSON, and counted by their bytes', async () => {
    const told = new Told()
    const socket = await open((await socketServer(echo)).origin, told)
    socket.send('größe')
    socket.send(new Uint8Array([0, 255]))
    socket.send({ id: 1 })
    expect((await socket.receive()).data).toBe('größe')
    expect(Buffer.from((await socket.receive()).data as Uint8Array)).toEqual(Buffer.from([0, 255]))
    expect((await socket.receive()).json()).toEqual({ id: 1 })
    expect([told.sent, told.received]).toEqual([
      [7, 2, 8],
      [7, 2, 8],
    ])
  })

  it('that came with the answer to the upgrade are not lost', async () => {
    const socket = await open((await socketServer((client) => client.send('welcome'))).origin)
    expect((await socket.receive()).data).toBe('welcome')
  })

  it('are picked by what matches and stay for others', async () => {
    const server = await socketServer((client) => ['a', 'b', 'c'].forEach((text) => void client.send(text)))
    const socket = await open(server.origin)
    const texts = [await socket.receive({ match: is('b') }), await socket.receive(), await socket.receive()]
    expect(texts.map(({ data }) => data)).toEqual(['b', 'a', 'c'])
  })

  it('go to the reader that waited first', async () => {
    const socket = await open((await socketServer(echo)).origin)
    const readers = [socket.receive(), socket.receive({ match: is('y') }), socket.receive()]
    for (const text of ['x', 'y', 'z']) socket.send(text)
    expect((await Promise.all(readers)).map(({ data }) => data)).toEqual(['x', 'y', 'z'])
  })

  it('answer requests in any order, each with its round trip', async () => {
    const told = new Told()
    let nowMs = 1_000
    const server = await socketServer((client) => {
      const asked: string[] = []
      client.on('message', (data) => {
        if (asked.push(String(data)) < 2) return
        for (const text of asked.reverse()) client.send(`re:${text}`)
      })
    })
    const socket = await open(server.origin, told, { now: () => (nowMs += 10) })
    const answers = await Promise.all(
      ['a', 'b'].map((text) => socket.request(text, { match: is(`re:${text}`) })),
    )
    expect(answers.map(({ data }) => data)).toEqual(['re:a', 're:b'])
    expect(told.rtts).toEqual([10, 30])
  })

  it('are not taken for an answer when they came before the request', async () => {
    const socket = await open((await socketServer(echo)).origin)
    socket.send('same')
    await socket.request('other', { match: is('other') })
    const answer = await socket.request('same', { match: is('same') })
    const unread = await socket.receive()
    expect([unread.data, unread.receivedAtMs < answer.receivedAtMs]).toEqual(['same', true])
  })

  it('that do not come in time are ws_timeout', async () => {
    const socket = await open((await socketServer(echo)).origin, new Told(), { timeoutMs: 30 })
    await expect(socket.receive()).rejects.toMatchObject({ name: 'FlowError', errorClass: 'ws_timeout' })
    const request = socket.request('x', { match: is('never'), timeout: '20ms' })
    await expect(request).rejects.toMatchObject({
      errorClass: 'ws_timeout',
      message: 'no matching message within 20 ms',
    })
  })

  it('fail their own reader where its match throws, and reach the next', async () => {
    const socket = await open((await socketServer(echo)).origin)
    const broken = socket.receive({
      match: () => {
        throw new TypeError('oops')
      },
    })
    const whole = socket.receive()
    socket.send('x')
    await expect(broken).rejects.toThrow('oops')
    expect((await whole).data).toBe('x')
  })

  it('nobody reads are kept up to a thousand, the oldest dropped and counted', async () => {
    const told = new Told()
    const server = await socketServer((client) => {
      for (let i = 0; i < 1_003; i++) client.send(String(i))
    })
    const socket = await open(server.origin, told)
    await vi.waitFor(() => expect(told.received).toHaveLength(1_003))
    expect(told.dropped).toBe(3)
    expect((await socket.receive()).data).toBe('3')
  })

  it('all reach a handler, and then only those waited for reach a reader', async () => {
    const told = new Told()
    const seen: unknown[] = []
    const socket = await open((await socketServer(echo)).origin, told, {
      onMessage: ({ data }) => void seen.push(data),
    })
    socket.send('a')
    expect((await socket.request('b', { match: is('b') })).data).toBe('b')
    expect(seen).toEqual(['a', 'b'])
    await expect(socket.receive({ timeout: '10ms' })).rejects.toMatchObject({ errorClass: 'ws_timeout' })
    expect(told.dropped).toBe(0)
  })

  it.each([
    [
      'at once',
      () => {
        throw new TypeError('oops')
      },
    ],
    ['later', () => Promise.reject(new TypeError('oops'))],
  ] as [string, () => void][])('end their socket where the handler fails %s', async (_, onMessage) => {
    const told = new Told()
    const socket = await open((await socketServer(echo)).origin, told, { onMessage })
    const reader = socket.receive({ match: is('never') })
    socket.send('x')
    await expect(reader).rejects.toMatchObject({ errorClass: 'type_error', message: 'oops' })
    await vi.waitFor(() => expect(told.closed).toEqual(['type_error']))
  })

  it('longer than ten megabytes close the socket as message_too_large', async () => {
    const told = new Told()
    const server = await socketServer((client) => client.send(Buffer.alloc(10_485_761)))
    const socket = await open(server.origin, told)
    await expect(socket.receive()).rejects.toMatchObject({ errorClass: 'message_too_large' })
    expect(told.closed).toEqual(['message_too_large'])
  })
})

describe('closing a WebSocket', () => {
  it('closes in good order, once', async () => {
    const codes: [number, string][] = []
    const server = await socketServer((client) =>
      client.on('close', (code, reason) => codes.push([code, String(reason)])),
    )
    const told = new Told()
    const socket = await open(server.origin, told)
    await Promise.all([socket.close(4_000, 'done'), socket.close()])
    expect(socket.open).toBe(false)
    await vi.waitFor(() => expect(codes).toEqual([[4_000, 'done']]))
    expect(told.closed).toEqual([undefined])
  })

  it('takes at most a second where the server does not answer', async () => {
    const server = await socketServer((client) => client.pause())
    const told = new Told()
    const socket = await open(server.origin, told)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const closed = socket.close()
    await vi.advanceTimersByTimeAsync(999)
    expect(told.closed).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await closed
    expect(told.closed).toEqual([undefined])
  })

  it.each([
    ['nothing', 'a normal end', (client: WebSocket) => client.close(1_000), undefined],
    ['nothing', 'going away', (client: WebSocket) => client.close(1_001), undefined],
    ['nothing', 'no code', (client: WebSocket) => client.close(), undefined],
    ['ws_closed', 'an error of the server', (client: WebSocket) => client.close(1_011), 'ws_closed'],
    ['ws_closed', 'a lost connection', (client: WebSocket) => client.terminate(), 'ws_closed'],
  ])('counts %s for %s, and ends what waits', async (_, __, end, errorClass) => {
    const told = new Told()
    const server = await socketServer((client) => {
      client.send('last')
      client.on('message', () => end(client))
    })
    const socket = await open(server.origin, told)
    const reader = socket.receive({ match: is('never') })
    socket.send('go')
    await expect(reader).rejects.toMatchObject({ errorClass: 'ws_closed' })
    expect(told.closed).toEqual([errorClass])
    expect((await socket.receive()).data).toBe('last')
    await expect(socket.receive()).rejects.toMatchObject({ errorClass: 'ws_closed' })
    expect(() => socket.send('x')).toThrow(expect.objectContaining({ errorClass: 'ws_closed' }))
  })

  it('tells how long it was open', async () => {
    let nowMs = 5_000
    const lengths: number[] = []
    const events = { ...new Told().events, onClosed: (sessionMs: number) => void lengths.push(sessionMs) }
    const socket = await open((await socketServer(echo)).origin, new Told(), { now: () => nowMs, events })
    nowMs += 1_234.5
    await socket.close()
    expect(lengths).toEqual([1_234.5])
  })

  it('ends what waits when it is interrupted', async () => {
    const abort = new AbortController()
    const told = new Told()
    const socket = await open((await socketServer(echo)).origin, told, { signal: abort.signal })
    const reader = socket.receive()
    abort.abort()
    await expect(reader).rejects.toMatchObject({ errorClass: 'interrupted' })
    await vi.waitFor(() => expect(told.closed).toEqual([undefined]))
  })

  it('lets go of the signal', async () => {
    const { signal } = new AbortController()
    const socket = await open((await socketServer(echo)).origin, new Told(), { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await socket.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('a WebSocket with more asked of it', () => {
  const idOf = (message: unknown): number => (message as { id: number }).id

  it('matches answers by their ids, binary ones too, and times what is pushed', async () => {
    const told = new Told()
    const server = await socketServer((client) => {
      const asked: Buffer[] = []
      client.on('message', (data) => {
        if (asked.push(data as Buffer) < 2) return
        client.send(JSON.stringify({ id: 9, sentAtMs: 1_000 }))
        for (const each of asked.reverse()) client.send(each, { binary: true })
      })
    })
    const pushedAt = (message: SocketMessage): number | undefined =>
      message.json<{ sentAtMs?: number }>().sentAtMs
    const socket = await open(server.origin, told, { idOf, pushedAt, now: () => 1_250 })
    const answers = await Promise.all([1, 2].map((id) => socket.request({ id })))
    expect(answers.map((answer) => answer.json())).toEqual([{ id: 1 }, { id: 2 }])
    expect([told.rtts.length, told.pushes]).toEqual([2, [250]])
  })

  it('comes back with the headers and the protocol it had', async () => {
    const told = new Told()
    const seen: Record<string, unknown>[] = []
    const server = await socketServer((client, headers) => {
      if (seen.push(headers) === 1) client.on('message', () => client.terminate())
      else echo(client)
    })
    const socket = await open(server.origin, told, {
      headers: { 'x-user': '7' },
      protocols: ['chat.v1'],
      reconnect: { backoff: '5ms' },
    })
    await expect(socket.request('lost')).rejects.toMatchObject({ errorClass: 'ws_closed' })
    expect((await socket.request('found')).data).toBe('found')
    expect([told.reconnects.length, told.closed]).toEqual([1, []])
    expect(seen[1]).toMatchObject({ 'x-user': '7', 'sec-websocket-protocol': 'chat.v1' })
  })

  it('is given up where the server takes nobody any more', async () => {
    const told = new Told()
    let taken = 0
    const sockets = new WebSocketServer({ noServer: true })
    const server = await httpServer((_, response) => response.writeHead(404).end())
    server.server.on('upgrade', (request, socket, head) => {
      if (taken++ === 0) sockets.handleUpgrade(request, socket, head, (client) => client.terminate())
      else socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
    })
    await open(server.origin, told, { reconnect: { attempts: 2, backoff: '1ms' } })
    await vi.waitFor(() => expect(told.closed).toEqual(['ws_refused']))
    expect([taken, told.reconnects]).toEqual([3, []])
  })
})
