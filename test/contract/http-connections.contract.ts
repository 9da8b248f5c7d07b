import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import { type HttpClientMaker, HttpProbe } from './http-probe.ts'
import { certificate, httpServer, httpsServer, rawServer, refusedOrigin } from './wire-server.ts'

/** How a client holds its users' connections, and lets go of them. */
export function httpConnectionsContract(maker: HttpClientMaker): void {
  describe(`${maker.name} holding connections`, () => {
    it('keeps one connection for a user who makes one request after the other', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker)
      for (let i = 0; i < 5; i++) await probe.request(server.origin)
      expect(server.sockets).toHaveLength(1)
      expect(probe.exchanges.map(({ connectMs }) => connectMs !== undefined)).toEqual([
        true,
        false,
        false,
        false,
        false,
      ])
    })

    it('opens up to six connections for parallel requests of one user, and lets the others wait', async () => {
      let open = 0
      let mostOpen = 0
      const server = await httpServer((_, response) => {
        mostOpen = Math.max(mostOpen, ++open)
        setTimeout(() => {
          open--
          response.end('ok')
        }, 5)
      })
      const probe = new HttpProbe(maker)
      const exchanges = await Promise.all(Array.from({ length: 20 }, () => probe.request(server.origin)))
      expect(exchanges.map(({ status }) => status)).toEqual(Array(20).fill(200))
      expect([server.sockets.length, mostOpen]).toEqual([6, 6])
    })

    it('gives every user connections of its own', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker)
      const other = probe.client.openState()
      await probe.request(server.origin)
      await probe.requestAs(other, server.origin)
      expect(server.sockets).toHaveLength(2)
      await other.close()
    })

    it('shares connections among users where they are pooled', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker, { connections: 'pooled' })
      for (let i = 0; i < 3; i++) {
        const user = probe.client.openState()
        await probe.requestAs(user, server.origin)
        await user.close()
      }
      expect(server.sockets).toHaveLength(1)
      expect(probe.client.openSockets()).toBe(1)
      await probe.client.close()
      expect(probe.client.openSockets()).toBe(0)
    })

    it('opens a new connection after the server closed an idle one', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      server.sockets[0]?.end()
      await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
      const exchange = await probe.request(server.origin)
      expect(exchange.status).toBe(200)
      expect(exchange.connectMs).toBeGreaterThan(0)
      expect(server.sockets).toHaveLength(2)
    })

    it('does not repeat a request that met a closing connection', async () => {
      let requests = 0
      const server = await rawServer((socket) => {
        if (++requests === 2) socket.end()
        else socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      })
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      expect(await probe.request(server.origin)).toMatchObject({ error: 'connection_reset', sent: true })
      expect(requests).toBe(2)
    })

    it('honours a server that wants its connection closed', async () => {
      const server = await httpServer((_, response) =>
        response.writeHead(200, { connection: 'close' }).end('ok'),
      )
      const probe = new HttpProbe(maker)
      for (let i = 0; i < 3; i++) expect((await probe.request(server.origin)).status).toBe(200)
      expect(server.sockets).toHaveLength(3)
    })

    it('counts what is open, and closes it with its user', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker)
      await Promise.all([probe.request(server.origin), probe.request(server.origin)])
      expect(probe.client.openSockets()).toBe(2)
      await probe.connection.close()
      expect(probe.client.openSockets()).toBe(0)
    })

    it('warms a connection that the first request then finds open', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      let reads = 0
      const probe = new HttpProbe(maker, { now: () => ++reads })
      expect(await probe.client.connect(probe.connection, server.origin)).toEqual({ connectMs: 1 })
      expect(server.sockets).toHaveLength(1)
      const { status, connectMs } = await probe.request(server.origin)
      expect([status, connectMs, server.sockets.length]).toEqual([200, undefined, 1])
    })

    it('lets the first request wait for a connection that is being warmed', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker)
      const warmed = probe.client.connect(probe.connection, server.origin)
      const { status, connectMs } = await probe.request(server.origin)
      expect([status, connectMs, server.sockets.length]).toEqual([200, undefined, 1])
      expect((await warmed).error).toBeUndefined()
    })

    it('opens a connection again where the warmed one was closed meanwhile', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker)
      await probe.client.connect(probe.connection, server.origin)
      server.sockets[0]?.resetAndDestroy()
      await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
      expect((await probe.request(server.origin)).status).toBe(200)
      expect(server.sockets).toHaveLength(2)
    })

    it('cuts a request that waits for a connection being warmed, and opens none for it', async () => {
      const probe = new HttpProbe(maker, { allow: ['slow.example.com'], resolve: () => undefined })
      const warmed = probe.client.connect(probe.connection, 'http://slow.example.com')
      const answer = probe.request('http://slow.example.com/', { timeoutMs: 30 })
      expect(await answer).toMatchObject({ error: 'connect_timeout', sent: false })
      expect((await warmed).error).toBe('connection_closed')
    })

    it('says why a connection could not be warmed', async () => {
      const probe = new HttpProbe(maker)
      const warmed = await probe.client.connect(probe.connection, await refusedOrigin())
      expect(warmed).toMatchObject({ error: 'connection_refused' })
      expect(await probe.client.connect(probe.connection, 'http://example.com')).toMatchObject({
        error: 'target_not_allowed',
      })
    })

    it('gives up warming a connection when its user closes', async () => {
      const probe = new HttpProbe(maker, { allow: ['slow.example.com'], resolve: () => undefined })
      const warmed = probe.client.connect(probe.connection, 'http://slow.example.com')
      await probe.connection.close()
      expect(await warmed).toMatchObject({ error: 'connection_closed' })
    })

    it('carries requests for hosts of any name over one connection without TLS, the warmed one', async () => {
      const hosts: unknown[] = []
      const server = await httpServer((request, response) => {
        hosts.push(request.headers.host)
        response.end('ok')
      })
      const probe = new HttpProbe(maker)
      await probe.client.connect(probe.connection, server.origin)
      for (const host of ['a.test', 'b.test:81', 'a.test'])
        expect(await probe.request(server.origin, { headers: { host } })).toMatchObject({
          status: 200,
          connectMs: undefined,
        })
      expect([hosts, server.sockets.length]).toEqual([['a.test', 'b.test:81', 'a.test'], 1])
    })

    it('tells the times of TCP and TLS apart and takes sessions up again', async () => {
      const reused: boolean[] = []
      const server = await httpsServer((request, response) => {
        reused.push((request.socket as TLSSocket).isSessionReused())
        response.writeHead(200, { connection: 'close' }).end('ok')
      })
      let reads = 0
      const probe = new HttpProbe(maker, { tls: { ca: certificate }, now: () => ++reads })
      const first = await probe.request(server.origin)
      await probe.request(server.origin)
      expect([first.connectMs, first.tlsMs]).toEqual([1, 1])
      expect(reused).toEqual([false, true])
    })

    it('asks for the addresses of a name again when those it knows are old', async () => {
      const server = await httpServer((_, response) =>
        response.writeHead(200, { connection: 'close' }).end('ok'),
      )
      let nowMs = 0
      let asked = 0
      const probe = new HttpProbe(maker, {
        allow: ['shop.example.com'],
        now: () => nowMs,
        resolve: (_, done) =>
          ++asked === 1
            ? done(null, [{ address: '127.0.0.1', family: 4 }])
            : done(Object.assign(new Error('gone'), { code: 'ENOTFOUND' }), []),
      })
      const url = server.origin.replace('127.0.0.1', 'shop.example.com')
      expect((await probe.request(url)).status).toBe(200)
      nowMs = 4_999
      expect([(await probe.request(url)).status, asked]).toEqual([200, 1])
      nowMs = 5_000
      expect(await probe.request(url)).toMatchObject({ error: 'dns_not_found', sent: false })
    })

    it('counts the bytes under TLS before they are encrypted', async () => {
      const server = await httpsServer((_, response) =>
        response.writeHead(200, { 'content-length': 50_000 }).end('x'.repeat(50_000)),
      )
      const probe = new HttpProbe(maker, { tls: { ca: certificate } })
      const { sentBytes, receivedBytes } = await probe.request(server.origin)
      expect([sentBytes > 30, sentBytes < 200, receivedBytes > 50_000, receivedBytes < 50_400]).toEqual([
        true,
        true,
        true,
        true,
      ])
    })
  })

  describe(`${maker.name} being interrupted`, () => {
    it('cuts a request on the wire, its connection with it', async () => {
      const asked = Promise.withResolvers<void>()
      const server = await rawServer(() => asked.resolve())
      const abort = new AbortController()
      const probe = new HttpProbe(maker, { signal: abort.signal })
      const answer = probe.request(server.origin)
      await asked.promise
      abort.abort()
      expect(await answer).toMatchObject({ status: 0, error: 'interrupted', sent: true })
      await once(server.sockets[0] as NonNullable<(typeof server.sockets)[0]>, 'close')
      expect(probe.exchanges).toHaveLength(1)
    })

    it('cuts requests that wait for a connection, without sending them', async () => {
      const asked = Promise.withResolvers<void>()
      let requests = 0
      const server = await rawServer(() => {
        if (++requests === 6) asked.resolve()
      })
      const abort = new AbortController()
      const probe = new HttpProbe(maker, { signal: abort.signal })
      const answers = Array.from({ length: 8 }, () => probe.request(server.origin))
      await asked.promise
      abort.abort()
      const exchanges = await Promise.all(answers)
      expect(exchanges.map(({ error }) => error)).toEqual(Array(8).fill('interrupted'))
      expect(exchanges.filter(({ sent }) => sent)).toHaveLength(6)
    })

    it('passes over a request whose time ran out while it waited', async () => {
      const waiting: (() => void)[] = []
      const server = await httpServer((_, response) => {
        if (waiting.push(() => response.end('ok')) > 6) response.end('ok')
      })
      const probe = new HttpProbe(maker)
      const first = Array.from({ length: 6 }, () => probe.request(server.origin))
      await vi.waitFor(() => expect(waiting).toHaveLength(6))
      const late = probe.request(server.origin, { timeoutMs: 20 })
      expect(await late).toMatchObject({ error: 'timeout', sent: false })
      for (const answer of waiting) answer()
      expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array(6).fill(200))
      expect((await probe.request(server.origin)).status).toBe(200)
      expect([waiting.length, server.sockets.length, probe.client.openSockets()]).toEqual([7, 6, 6])
    })

    it('leaves no timer behind', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
      const before = timers()
      await new HttpProbe(maker).request(server.origin)
      expect(timers()).toBe(before)
    })

    it('cuts a connection that is being opened', async () => {
      const abort = new AbortController()
      const probe = new HttpProbe(maker, {
        signal: abort.signal,
        allow: ['slow.example.com'],
        resolve: () => undefined,
      })
      const answer = probe.request('http://slow.example.com/')
      await new Promise((resolve) => setImmediate(resolve))
      abort.abort()
      expect(await answer).toMatchObject({ error: 'interrupted', sent: false })
    })

    it('sends nothing once it is interrupted', async () => {
      const server = await httpServer((_, response) => response.end('ok'))
      const probe = new HttpProbe(maker, { signal: AbortSignal.abort() })
      expect(await probe.request(server.origin)).toMatchObject({ error: 'interrupted', sent: false })
      expect(server.sockets).toHaveLength(0)
    })

    it('ends what is under way when its user closes', async () => {
      const asked = Promise.withResolvers<void>()
      const server = await rawServer(() => asked.resolve())
      const probe = new HttpProbe(maker)
      const answer = probe.request(server.origin)
      await asked.promise
      await probe.connection.close()
      expect((await answer).error).toBe('interrupted')
      expect((await probe.request(server.origin)).error).toBe('interrupted')
    })
  })
}
