import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { HttpProbe } from './http-probe.ts'
import { http2Maker } from './http2-peer.ts'
import { SOCKETS_MAKER } from './sockets-maker.ts'
import { rawServer, tlsServer, type WireServer } from './wire-server.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

interface Answering extends WireServer {
  /** Requests that came to the application. */
  asked: string[]
}

/** Answers every request, but for those of which `drop` makes something else. */
async function answering(
  scheme: 'http' | 'https',
  drop: (socket: Socket, nth: number) => boolean = () => false,
): Promise<Answering> {
  const asked: string[] = []
  const answer = (socket: Socket, request: string): void => {
    asked.push(request.slice(0, request.indexOf(' ')))
    if (!drop(socket, asked.length)) socket.write(OK)
  }
  const server =
    scheme === 'http'
      ? await rawServer(answer)
      : await tlsServer('certificate', (socket) =>
          socket.on('data', (chunk) => answer(socket, String(chunk))),
        )
  return { ...server, asked }
}

describe.each([
  ['without TLS', 'http', SOCKETS_MAKER],
  ['under TLS', 'https', SOCKETS_MAKER],
  ['of a server that declines HTTP/2', 'https', http2Maker],
] as const)('a connection %s that its server has closed', (_, scheme, maker) => {
  const open = async (drop?: (socket: Socket, nth: number) => boolean) => {
    const server = await answering(scheme, drop)
    const probe = new HttpProbe(maker, { tls: { insecure: true } })
    expect((await probe.request(server.origin)).status).toBe(200)
    return { server, probe }
  }

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])(
    'costs a %s that meets it a second try, and no failure',
    async (method) => {
      const { server, probe } = await open()
      server.sockets[0]?.destroy()
      const exchange = await probe.request(server.origin, { method, ...(method === 'PUT' && { body: 'x' }) })
      expect(exchange).toMatchObject({ status: 200, error: undefined, retriedStale: true, sent: true })
      expect(exchange.connectMs).toBeGreaterThan(0)
      expect(exchange.sentAtMs).toBeGreaterThan(exchange.calledAtMs)
      expect([server.asked, server.sockets.length]).toEqual([['GET', method], 2])
      expect((await probe.request(server.origin)).retriedStale).toBeUndefined()
    },
  )

  it.each(['POST', 'PATCH', 'QUERY'])('fails a %s, which may not be made twice', async (method) => {
    const { server, probe } = await open()
    server.sockets[0]?.destroy()
    expect(await probe.request(server.origin, { method })).toMatchObject({
      status: 0,
      error: 'connection_reset',
      sent: true,
      retriedStale: undefined,
    })
    expect((await probe.request(server.origin)).status).toBe(200)
    expect([server.asked, server.sockets.length]).toEqual([['GET', 'GET'], 2])
  })

  it('fails what takes more than one packet, since the application may have read a part of it', async () => {
    const { server, probe } = await open()
    server.sockets[0]?.destroy()
    const headers = { 'x-long': 'x'.repeat(1_200) }
    expect(await probe.request(server.origin, { headers })).toMatchObject({
      error: 'connection_reset',
      retriedStale: undefined,
    })
  })

  it('costs a second try alone, whatever becomes of it', async () => {
    const { server, probe } = await open((socket, nth) => nth > 1 && Boolean(socket.destroy()))
    server.sockets[0]?.destroy()
    expect(await probe.request(server.origin)).toMatchObject({
      error: 'connection_reset',
      retriedStale: true,
      sent: true,
    })
    expect([server.asked.length, server.sockets.length]).toEqual([2, 2])
  })

  it('costs no second request where no other connection can be opened', async () => {
    const { server, probe } = await open()
    server.server.close()
    server.sockets[0]?.destroy()
    expect(await probe.request(server.origin)).toMatchObject({
      error: 'connection_refused',
      retriedStale: true,
      sent: false,
      sentBytes: 0,
    })
  })

  it.each([
    ['destroys the connection', (socket: Socket) => socket.destroy()],
    ['closes its side', (socket: Socket) => socket.end()],
  ])('is no excuse for a server that takes a request and %s', async (_, drop) => {
    const { server, probe } = await open((socket, nth) => nth === 3 && Boolean(drop(socket)))
    expect((await probe.request(server.origin)).status).toBe(200)
    const exchange = await probe.request(server.origin)
    expect(exchange).toMatchObject({ error: 'connection_reset', sent: true, retriedStale: undefined })
    expect((await probe.request(server.origin)).status).toBe(200)
    expect([server.asked.length, server.sockets.length]).toEqual([4, 2])
  })
})

it('costs a GET a second try where a connection without TLS was reset, unless it has taken the request', async () => {
  const server = await answering('http', (socket, nth) => nth === 3 && Boolean(socket.resetAndDestroy()))
  const probe = new HttpProbe(SOCKETS_MAKER)
  await probe.request(server.origin)
  server.sockets[0]?.resetAndDestroy()
  expect(await probe.request(server.origin)).toMatchObject({ status: 200, retriedStale: true })
  expect(await probe.request(server.origin)).toMatchObject({
    error: 'connection_reset',
    retriedStale: undefined,
  })
  expect([server.asked.length, server.sockets.length]).toEqual([3, 2])
})

it('fails a request that a server refuses by closing the connection that was opened for it', async () => {
  const server = await answering('http')
  server.server.on('connection', (socket: Socket) => socket.destroy())
  const probe = new HttpProbe(SOCKETS_MAKER)
  expect(await probe.request(server.origin)).toMatchObject({
    error: 'connection_reset',
    retriedStale: undefined,
  })
  expect(server.sockets).toHaveLength(1)
})

it('says that a failed request ended when the peer closed, not when that was understood', async () => {
  let nowMs = 0
  const server = await answering('http', (socket, nth) => nth === 2 && Boolean(socket.end()))
  const probe = new HttpProbe(SOCKETS_MAKER, { now: () => ++nowMs })
  await probe.request(server.origin)
  const before = nowMs
  const { endedAtMs, error } = await probe.request(server.origin)
  expect([error, endedAtMs - before]).toEqual(['connection_reset', 3])
})

it('lets a request be cut while another connection is opened for it, and opens one for the next', async () => {
  const server = await answering('http')
  const clock = { aheadMs: 0 }
  const lookUps: (() => void)[] = []
  const probe = new HttpProbe(SOCKETS_MAKER, {
    allow: ['shop.example.com'],
    now: () => systemClock.now() + clock.aheadMs,
    resolve: (_, done) => {
      if (lookUps.push(() => done(null, [{ address: '127.0.0.1', family: 4 }])) === 1) lookUps[0]?.()
    },
  })
  const origin = server.origin.replace('127.0.0.1', 'shop.example.com')
  await probe.request(origin)
  // The address is looked up again by now.
  clock.aheadMs = 6_000
  server.sockets[0]?.destroy()
  expect(await probe.request(origin, { timeoutMs: 40 })).toMatchObject({
    error: 'connect_timeout',
    retriedStale: true,
    sent: false,
  })
  const next = probe.request(origin)
  for (const answer of lookUps.slice(1)) answer()
  expect([(await next).status, probe.client.openSockets()]).toEqual([200, 1])
})

it.each([
  ['closes its side of', (socket: Socket) => socket.end(OK)],
  ['closes', (socket: Socket) => socket.write(OK, () => socket.destroy())],
])(
  'costs one request at most where a server %s every third connection behind a response',
  async (_, close) => {
    const server = await answering('http', (socket, nth) => nth % 3 === 0 && Boolean(close(socket)))
    const probe = new HttpProbe(SOCKETS_MAKER)
    const errors: unknown[] = []
    for (let i = 0; i < 30; i++) errors.push((await probe.request(server.origin, { method: 'POST' })).error)
    expect(errors.filter((error) => error !== undefined).length).toBeLessThanOrEqual(1)
    expect(errors.slice(5)).toEqual(Array(25).fill(undefined))
  },
)
