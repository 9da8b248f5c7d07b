import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { type HttpClientMaker, HttpProbe } from './http-probe.ts'
import { certificate, httpServer, httpsServer, rawServer, refusedOrigin } from './wire-server.ts'

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'
const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'

/** What a client calls everything that can go wrong. */
export function httpFailuresContract(maker: HttpClientMaker): void {
  describe(`${maker.name} failing`, () => {
    it.each([
      ['connection_closed', 'closed in the midst of a body', (s) => s.end(`${HEAD}half`)],
      ['connection_closed', 'closed in the midst of a chunked body', (s) => s.end(CHUNKED)],
      [
        'connection_closed',
        'closed in the midst of a last chunked body',
        (s) => s.end(CHUNKED.replace('\r\n', '\r\nconnection: close\r\n')),
      ],
      [
        'connection_closed',
        'closed in the midst of a last body',
        (s) => s.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf`),
      ],
      ['connection_closed', 'closed in the midst of a head', (s) => s.end('HTTP/1.1 200 OK\r\nx-a: ')],
      [
        'connection_reset',
        'reset in the midst of a body',
        (s) => s.write(`${HEAD}half`, () => s.resetAndDestroy()),
      ],
      ['connection_reset', 'closed before an answer', (s) => s.end()],
      ['connection_reset', 'reset before an answer', (s) => s.resetAndDestroy()],
      ['malformed_response', 'answered with garbage', (s) => s.write('SSH-2.0-OpenSSH_9.9\r\n')],
      ['malformed_response', 'answered with a chunk of no size', (s) => s.write(CHUNKED.replace('5', 'zz'))],
      [
        'malformed_response',
        'upgraded without being asked',
        (s) => s.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      ],
      [
        'header_too_large',
        'flooded with headers',
        (s) => s.write(`HTTP/1.1 200 OK\r\n${'x-flood: 0123456789\r\n'.repeat(10_000)}`),
      ],
    ] satisfies [string, string, (socket: import('node:net').Socket) => unknown][])(
      'is %s when %s, and goes on with the next request',
      async (errorClass, _, answer) => {
        let answered = 0
        const server = await rawServer((socket) => {
          if (answered++ === 0) answer(socket)
          else socket.write('HTTP/1.1 204 No Content\r\n\r\n')
        })
        const probe = new HttpProbe(maker)
        const failed = await probe.request(server.origin)
        expect(failed).toMatchObject({ status: 0, error: errorClass, sent: true })
        expect(failed.body.byteLength).toBe(0)
        expect(failed.errorMessage).not.toBe('')
        expect((await probe.request(server.origin)).status).toBe(204)
        expect(probe.exchanges).toHaveLength(2)
        expect(answered).toBe(2)
      },
    )

    it.each([
      ['never answers', () => undefined],
      ['answers too slowly', (s) => void s.write(`${HEAD}half`)],
    ] satisfies [string, (socket: import('node:net').Socket) => void][])(
      'is timeout when a server %s',
      async (_, answer) => {
        const server = await rawServer(answer)
        const probe = new HttpProbe(maker)
        const exchange = await probe.request(server.origin, { timeoutMs: 60 })
        expect(exchange).toMatchObject({ status: 0, error: 'timeout', sent: true })
        await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
      },
    )

    it('is connect_timeout when a connection does not come about in time', async () => {
      const probe = new HttpProbe(maker, { allow: ['slow.example.com'], resolve: () => undefined })
      const exchange = await probe.request('http://slow.example.com/', { timeoutMs: 30 })
      expect(exchange).toMatchObject({ status: 0, error: 'connect_timeout', sent: false, sentBytes: 0 })
    })

    it.each([
      ['ENOTFOUND', 'dns_not_found'],
      ['EAI_AGAIN', 'dns_failed'],
    ])('calls a look-up that ends with %s %s', async (code, errorClass) => {
      const probe = new HttpProbe(maker, {
        allow: ['gone.example.com'],
        resolve: (_, done) => done(Object.assign(new Error(code), { code, syscall: 'getaddrinfo' }), []),
      })
      expect(await probe.request('http://gone.example.com/')).toMatchObject({
        error: errorClass,
        sent: false,
      })
    })

    it('refuses a name by the address it resolves to', async () => {
      const probe = new HttpProbe(maker, {
        allow: ['rebound.example.com'],
        resolve: (_, done) => done(null, [{ address: '169.254.169.254', family: 4 }]),
      })
      const exchange = await probe.request('http://rebound.example.com/')
      expect(exchange).toMatchObject({ error: 'target_not_allowed', sent: false })
    })

    it('is connection_refused where nothing listens, without a time to connect', async () => {
      const exchange = await new HttpProbe(maker).request(await refusedOrigin())
      expect(exchange).toMatchObject({
        status: 0,
        error: 'connection_refused',
        sent: false,
        connectMs: undefined,
      })
      expect(exchange.sentAtMs).toBe(exchange.calledAtMs)
      expect(exchange.errorMessage).toContain('ECONNREFUSED')
    })

    it('fails requests that waited for a connection as it fails those that opened one', async () => {
      const probe = new HttpProbe(maker)
      const origin = await refusedOrigin()
      const exchanges = await Promise.all(Array.from({ length: 15 }, () => probe.request(origin)))
      expect(exchanges.map(({ error }) => error)).toEqual(Array(15).fill('connection_refused'))
    })

    it('sends nothing to a target that is not allowed', async () => {
      const exchange = await new HttpProbe(maker).request('http://example.com/x')
      expect(exchange).toMatchObject({
        status: 0,
        error: 'target_not_allowed',
        sent: false,
        impossible: true,
      })
    })

    it('calls headers that cannot be sent bad_request_options', async () => {
      const server = await httpServer((_, response) => response.end())
      const exchange = await new HttpProbe(maker).request(server.origin, { headers: { 'x-a': 'b\r\nc: d' } })
      expect(exchange).toMatchObject({ error: 'bad_request_options', sent: false, impossible: true })
    })

    it('is tls_certificate where no known authority signed, unless told not to mind', async () => {
      const server = await httpsServer((_, response) => response.end('ok'))
      const strict = await new HttpProbe(maker).request(server.origin)
      expect(strict).toMatchObject({ status: 0, error: 'tls_certificate', sent: false })
      expect((await new HttpProbe(maker, { tls: { insecure: true } }).request(server.origin)).status).toBe(
        200,
      )
      expect((await new HttpProbe(maker, { tls: { ca: certificate } }).request(server.origin)).status).toBe(
        200,
      )
    })

    it('is tls_certificate where the certificate is for another name', async () => {
      const server = await httpsServer((_, response) => response.end('ok'))
      const tls = { ca: certificate, serverName: 'shop.example.com' }
      expect((await new HttpProbe(maker, { tls }).request(server.origin)).error).toBe('tls_certificate')
    })

    it('is tls_handshake where the server speaks no TLS', async () => {
      const server = await rawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
      const exchange = await new HttpProbe(maker).request(server.origin.replace('http', 'https'))
      expect(exchange).toMatchObject({ error: 'tls_handshake', sent: false })
    })

    it('is body_too_large past the cap, and closes the connection', async () => {
      const server = await httpServer((_, response) => response.end('x'.repeat(1_001)))
      const probe = new HttpProbe(maker, { maxBodyBytes: 1_000 })
      const exchange = await probe.request(server.origin)
      expect(exchange).toMatchObject({ status: 0, error: 'body_too_large', sent: true })
      expect(exchange.body.byteLength).toBe(0)
      expect(exchange.receivedBytes).toBeGreaterThan(1_000)
      await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
    })

    it.each([
      ['small', 1_000],
      ['large', 100_000_000],
    ])('is body_too_large for a %s body that decodes to more than the cap', async (_, decodedBytes) => {
      const bomb = gzipSync(Buffer.alloc(decodedBytes))
      const server = await httpServer((_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      )
      const probe = new HttpProbe(maker, { maxBodyBytes: Math.max(999, bomb.byteLength) })
      expect(await probe.request(server.origin)).toMatchObject({ status: 0, error: 'body_too_large' })
    })

    it('is decode_failed for a body that is not what its encoding says', async () => {
      const server = await httpServer((_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip at all')
      })
      const probe = new HttpProbe(maker)
      expect(await probe.request(server.origin)).toMatchObject({ status: 0, error: 'decode_failed' })
    })
  })
}
