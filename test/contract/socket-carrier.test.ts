import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createHttpClient } from '../../functions/generator/http-client/http-client.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { type HttpClientMaker, HttpProbe } from './http-probe.ts'
import { httpServer, httpsServer, rawServer } from './wire-server.ts'

const TOO_LARGE = 'HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'

/** A client on sockets whose clock stands still until it is moved. */
function stoppedClient(tls: { serverName?: string } = {}) {
  const clock = { ms: 0 }
  const now = (): number => clock.ms
  const maker: HttpClientMaker = {
    name: 'the client on sockets',
    unasked100: 'skipped',
    lenient: false,
    forgiving: true,
    create: () =>
      createHttpClient({
        http: { connections: 'per-user', maxBodyBytes: 1_000_000, version: '1.1' },
        guard: createGuard({ allow: [], now }),
        tls: createTlsOptions({ insecure: true, ...tls }),
        now,
      }),
  }
  return { clock, probe: new HttpProbe(maker) }
}

describe('a connection on a socket', () => {
  it.each([
    ['for a minute where the server says nothing', '', 60_000],
    ['for as long as the server says, less a second', 'keep-alive: timeout=30\r\n', 29_000],
    ['for as long as the server says, less a fifth of it', 'Keep-Alive: max=9, timeout=1\r\n', 800],
  ])('is kept %s', async (_, header, keptMs) => {
    const server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${header}content-length: 0\r\n\r\n`),
    )
    const { clock, probe } = stoppedClient()
    await probe.request(server.origin)
    clock.ms = keptMs
    await probe.request(server.origin)
    expect(server.sockets).toHaveLength(1)
    clock.ms = 2 * keptMs + 1
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(server.sockets).toHaveLength(2)
  })

  it.each([
    ['text', 'größe'.repeat(50_000)],
    ['a few bytes', new Uint8Array(100).fill(120)],
    ['many bytes', new Uint8Array(3_000_000).fill(120)],
  ])('takes a body of %s as a whole', async (_, body) => {
    const server = await httpServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      response.end(String(Buffer.concat(chunks).equals(Buffer.from(body as string))))
    })
    const { probe } = stoppedClient()
    const exchange = await probe.request(server.origin, { method: 'POST', body })
    expect(Buffer.from(exchange.body).toString()).toBe('true')
    expect(exchange.sentBytes).toBeGreaterThan(Buffer.byteLength(body))
  })

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n', 200],
    ['HEAD', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', 200],
    ['GET', 'HTTP/1.1 204 No Content\r\ncontent-length: 11\r\n\r\n', 204],
    ['GET', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 11\r\n\r\n', 304],
    ['GET', 'HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n', 304],
    ['GET', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n', 205],
    ['GET', 'HTTP/1.1 103 Hints\r\ncontent-length: 4\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', 204],
  ])('expects no body of a %s answered by %j, and keeps the connection', async (method, answer, status) => {
    const server = await rawServer((socket) => socket.write(answer))
    const { probe } = stoppedClient()
    for (let i = 0; i < 3; i++) {
      const exchange = await probe.request(server.origin, { method })
      expect([exchange.status, exchange.error, exchange.body.byteLength]).toEqual([status, undefined, 0])
    }
    expect(server.sockets).toHaveLength(1)
  })

  it.each([
    ['and reads no more', (socket: Socket) => void socket.pause().write(TOO_LARGE)],
    [
      'and resets the connection',
      (socket: Socket) => void socket.pause().write(TOO_LARGE, () => socket.resetAndDestroy()),
    ],
  ])(
    'reads the answer of a server that answers amid an upload %s, and asks another connection',
    async (_, answer) => {
      let asked = 0
      const server = await rawServer((socket) => {
        if (asked++ === 0) answer(socket)
        else socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      })
      const { probe } = stoppedClient()
      const body = new Uint8Array(20_000_000)
      expect(await probe.request(server.origin, { method: 'POST', body })).toMatchObject({ status: 413 })
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(2)
    },
  )

  it('writes a request in one packet', async () => {
    const chunks: string[] = []
    const server = await rawServer((socket, chunk) => {
      chunks.push(chunk)
      socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    })
    const { probe } = stoppedClient()
    for (const body of ['text', 'größe', new Uint8Array([65])])
      await probe.request(server.origin, { method: 'POST', body })
    expect(chunks).toHaveLength(3)
  })

  it('is one for each name of a host under TLS, whatever its port and its case', async () => {
    const names: unknown[] = []
    const server = await httpsServer((request, response) => {
      names.push((request.socket as { servername?: unknown }).servername)
      response.end('ok')
    })
    const { probe } = stoppedClient()
    for (const host of ['a.localhost', 'b.localhost', 'a.localhost:1', 'B.localhost', 'a.localhost'])
      expect((await probe.request(server.origin, { headers: { host } })).status).toBe(200)
    expect([names, server.sockets.length]).toEqual([
      ['a.localhost', 'b.localhost', 'a.localhost', 'b.localhost', 'a.localhost'],
      2,
    ])
  })

  it('is opened ahead for the host that requests name', async () => {
    const server = await httpsServer((_, response) => response.end('ok'))
    const { probe } = stoppedClient()
    await probe.client.connect(probe.connection, server.origin, 'a.localhost')
    const { status, connectMs } = await probe.request(server.origin, { headers: { host: 'a.localhost' } })
    expect([status, connectMs, server.sockets.length]).toEqual([200, undefined, 1])
  })

  it.each(['localhost:1', 'LOCALHOST', '127.0.0.1', '[::1]:8443', ''])(
    'is the one of the origin for the host %j, which is no other name',
    async (host) => {
      const names: unknown[] = []
      const server = await httpsServer((request, response) => {
        names.push((request.socket as { servername?: unknown }).servername)
        response.end('ok')
      })
      const { probe } = stoppedClient()
      const origin = server.origin.replace('127.0.0.1', 'localhost')
      await probe.request(origin)
      expect((await probe.request(origin, { headers: { host } })).status).toBe(200)
      expect([names, server.sockets.length]).toEqual([['localhost', 'localhost'], 1])
    },
  )

  it('asks for the name of the settings, whatever hosts requests name', async () => {
    const names: unknown[] = []
    const server = await httpsServer((request, response) => {
      names.push((request.socket as { servername?: unknown }).servername)
      response.end('ok')
    })
    const { probe } = stoppedClient({ serverName: 'shop.localhost' })
    for (const host of ['a.localhost', 'b.localhost'])
      expect((await probe.request(server.origin, { headers: { host } })).status).toBe(200)
    expect([names, server.sockets.length]).toEqual([['shop.localhost', 'shop.localhost'], 1])
  })
})
