import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type HttpClientMaker, HttpProbe, textOf } from './http-probe.ts'
import { httpServer, rawServer } from './wire-server.ts'

const HELLO = 'hello, wire'

/** How a client reads answers, in every form they come in. */
export function httpAnswersContract(maker: HttpClientMaker): void {
  describe(`${maker.name} reading answers`, () => {
    it('gives status, headers and body of an answer', async () => {
      const server = await httpServer((_, response) => {
        response
          .writeHead(201, { 'content-type': 'text/plain', 'X-Shop': 'open', 'content-length': 11 })
          .end(HELLO)
      })
      const probe = new HttpProbe(maker)
      const exchange = await probe.request(`${server.origin}/a?b=c`)
      expect(exchange).toMatchObject({
        method: 'GET',
        status: 201,
        url: `${server.origin}/a?b=c`,
        sent: true,
      })
      expect(exchange.error).toBeUndefined()
      expect(exchange.headers).toMatchObject({ 'content-type': 'text/plain', 'x-shop': 'open' })
      expect(textOf(exchange)).toBe(HELLO)
      expect(probe.exchanges).toEqual([exchange])
    })

    it('joins the chunks of a chunked body', async () => {
      const server = await httpServer((_, response) => {
        response.write('hello')
        setImmediate(() => response.end(', wire'))
      })
      expect(textOf(await new HttpProbe(maker).request(server.origin))).toBe(HELLO)
    })

    it('reads a body that ends with its connection', async () => {
      const server = await rawServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${HELLO}`))
      const exchange = await new HttpProbe(maker).request(server.origin)
      expect(exchange).toMatchObject({ status: 200, error: undefined })
      expect(textOf(exchange)).toBe(HELLO)
    })

    it('passes over early hints', async () => {
      const server = await httpServer((_, response) => {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end(HELLO))
      })
      const exchange = await new HttpProbe(maker).request(server.origin)
      expect([exchange.status, textOf(exchange), exchange.headers.link]).toEqual([200, HELLO, undefined])
    })

    it('never takes a 100 that nobody asked for as the answer', async () => {
      const server = await rawServer((socket) =>
        socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n'),
      )
      const { status, error } = await new HttpProbe(maker).request(server.origin, {
        method: 'POST',
        body: 'x',
      })
      const skipped = maker.unasked100 === 'skipped'
      expect([status, error]).toEqual(skipped ? [201, undefined] : [0, 'malformed_response'])
    })

    it.each([
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ])('expects no body after %s and %i, and keeps the connection', async (method, status) => {
      const server = await httpServer((_, response) => {
        const headers = status === 200 ? { 'content-length': 11, 'content-encoding': 'gzip' } : {}
        response.writeHead(status, headers).end()
      })
      const probe = new HttpProbe(maker)
      for (let i = 0; i < 3; i++) {
        const exchange = await probe.request(server.origin, { method })
        expect([exchange.status, exchange.error, exchange.body.byteLength]).toEqual([status, undefined, 0])
      }
      expect(server.sockets).toHaveLength(1)
    })

    it('joins repeated headers with a comma, and set-cookie by lines', async () => {
      const server = await httpServer((_, response) => {
        response.writeHead(200, [
          ['via', 'a'],
          ['via', 'b'],
          ['set-cookie', 'x=1; Expires=Wed, 09 Jun 2100 10:18:14 GMT'],
          ['set-cookie', 'y=2'],
        ])
        response.end()
      })
      const { headers } = await new HttpProbe(maker).request(server.origin)
      expect(headers.via).toBe('a, b')
      expect(headers['set-cookie']).toBe('x=1; Expires=Wed, 09 Jun 2100 10:18:14 GMT\ny=2')
    })

    it.each([
      ['content-type: text/html; charset=latin1\r\n', 'text/html; charset=latin1'],
      ['x-content-type: no\r\nCONTENT-TYPE:\t a/b\r\nx-a: b\r\n', 'a/b'],
      ['x-a: content-type: a/b\r\n', undefined],
      ['content-type:\r\n', ''],
    ])('gives one header of %j like all of them', async (lines, expected) => {
      const server = await rawServer((socket) =>
        socket.write(`HTTP/1.1 200 OK\r\n${lines}content-length: 0\r\n\r\n`),
      )
      const exchange = await new HttpProbe(maker).request(server.origin)
      expect([exchange.header('content-type'), exchange.headers['content-type']]).toEqual([
        expected,
        expected,
      ])
    })

    const LARGE = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251))
    it.each([
      ['gzip', gzipSync(HELLO), HELLO],
      ['br', brotliCompressSync(HELLO), HELLO],
      ['zstd', zstdCompressSync(HELLO), HELLO],
      ['deflate', deflateSync(HELLO), HELLO],
      ['deflate', deflateRawSync(HELLO), HELLO],
      ['gzip, br', brotliCompressSync(gzipSync(HELLO)), HELLO],
      ['GZIP', gzipSync(LARGE, { level: 0 }), LARGE.toString('latin1')],
      ['identity', Buffer.from(HELLO), HELLO],
      ['rot13', Buffer.from('uryyb'), 'uryyb'],
    ])('undoes the content encoding %s', async (encoding, body, expected) => {
      const server = await httpServer((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(body)
      })
      const exchange = await new HttpProbe(maker).request(server.origin)
      expect(exchange.error).toBeUndefined()
      expect(Buffer.from(exchange.body).toString('latin1')).toBe(expected)
    })

    it('sends method, headers and body as given, with the length of the body', async () => {
      const server = await httpServer(async (request, response) => {
        let body = ''
        for await (const chunk of request) body += chunk
        const { 'content-length': length, 'x-user': user } = request.headers
        response.end(JSON.stringify({ method: request.method, url: request.url, length, user, body }))
      })
      const probe = new HttpProbe(maker)
      const told = async (method: string, body?: string | Uint8Array): Promise<unknown> =>
        JSON.parse(
          textOf(
            await probe.request(`${server.origin}/p?q=1`, {
              method,
              headers: { 'x-user': '7' },
              ...(body && { body }),
            }),
          ),
        )
      const all = { url: '/p?q=1', user: '7' }
      expect(await told('POST', 'größe')).toEqual({ ...all, method: 'POST', length: '7', body: 'größe' })
      expect(await told('PUT', Buffer.from('abc'))).toEqual({
        ...all,
        method: 'PUT',
        length: '3',
        body: 'abc',
      })
      expect(await told('POST')).toEqual({ ...all, method: 'POST', length: '0', body: '' })
      expect(await told('DELETE', 'why')).toEqual({ ...all, method: 'DELETE', length: '3', body: 'why' })
      expect(server.sockets).toHaveLength(1)
    })

    it('counts the bytes of each exchange as they passed over the socket', async () => {
      const answers = [
        'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
        'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
      ]
      const requests: string[] = []
      const server = await rawServer((socket, request) => {
        socket.write(answers[requests.push(request) - 1] ?? '')
      })
      const probe = new HttpProbe(maker)
      await probe.request(server.origin, { method: 'POST', body: 'some body', headers: { a: 'b' } })
      await probe.request(`${server.origin}/longer/path`)
      expect(requests).toHaveLength(2)
      expect(probe.exchanges.map(({ sentBytes }) => sentBytes)).toEqual(requests.map(({ length }) => length))
      expect(probe.exchanges.map(({ receivedBytes }) => receivedBytes)).toEqual(
        answers.map(({ length }) => length),
      )
    })

    it('reads the clock four times for a request on an open connection: called, sent, first byte, end', async () => {
      const server = await httpServer((_, response) => {
        response.writeEarlyHints({ link: '</a.css>' }, () => setImmediate(() => response.end(HELLO)))
      })
      let reads = 0
      const probe = new HttpProbe(maker, { now: () => ++reads })
      const first = await probe.request(server.origin)
      expect(first.connectMs).toBe(1)
      const before = reads
      const { calledAtMs, sentAtMs, firstByteAtMs, endedAtMs, connectMs } = await probe.request(server.origin)
      expect([calledAtMs, sentAtMs, firstByteAtMs, endedAtMs].map((atMs) => atMs - before)).toEqual([
        1, 2, 3, 4,
      ])
      expect([reads - before, connectMs]).toEqual([4, undefined])
    })
  })
}
