import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { HttpProbe, textOf } from './http-probe.ts'
import { http2Maker } from './http2-peer.ts'
import { certificate, httpsServer, key, rawServer } from './wire-server.ts'

type Answer = (stream: ServerHttp2Stream, path: string, method: string) => void

interface Listening {
  origin: string
  /** Every connection it ever took. */
  sessions: { destroyed: boolean; goaway(): void; destroy(): void }[]
}

async function listen(server: Http2Server, scheme: string, answer: Answer): Promise<Listening> {
  const sessions: Listening['sessions'] = []
  server.on('session', (session) => sessions.push(session))
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    answer(stream, String(headers[':path']), String(headers[':method']))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const session of sessions) session.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { sessions, origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const overTls = (answer: Answer): Promise<Listening> =>
  listen(createSecureServer({ cert: certificate, key }), 'https', answer)
const plain = (answer: Answer): Promise<Listening> => listen(createServer(), 'http', answer)

describe.each([
  ['over TLS', overTls],
  ['without TLS, where the server is known to speak it', plain],
])('HTTP/2 %s', (_, serverOf) => {
  it('gives status, headers and body of an answer, and what opening the connection took', async () => {
    const server = await serverOf((stream) => {
      stream.respond({
        ':status': 201,
        'x-shop': 'open',
        'content-encoding': 'gzip',
        'set-cookie': ['a=1', 'b=2'],
      })
      stream.end(gzipSync('hello, wire'))
    })
    const probe = new HttpProbe(http2Maker)
    const exchange = await probe.request(`${server.origin}/a?b=c`)
    expect(exchange).toMatchObject({ status: 201, error: undefined, sent: true, method: 'GET' })
    expect(textOf(exchange)).toBe('hello, wire')
    expect(exchange.headers).toMatchObject({ 'x-shop': 'open', 'set-cookie': 'a=1\nb=2' })
    expect(exchange.connectMs).toBeGreaterThan(0)
    expect(exchange.tlsMs !== undefined).toBe(server.origin.startsWith('https'))
    expect([exchange.sentBytes > 20, exchange.receivedBytes > 20]).toEqual([true, true])
    const { calledAtMs, sentAtMs, firstByteAtMs, endedAtMs } = exchange
    expect([calledAtMs <= sentAtMs, sentAtMs < firstByteAtMs, firstByteAtMs <= endedAtMs]).toEqual([
      true,
      true,
      true,
    ])
  })

  it('carries parallel requests of a user over one connection', async () => {
    let most = 0
    const open: ServerHttp2Stream[] = []
    const server = await serverOf((stream) => {
      most = Math.max(most, open.push(stream))
      if (open.length < 30) return
      for (const one of open.splice(0)) {
        one.respond({ ':status': 200 })
        one.end('ok')
      }
    })
    const probe = new HttpProbe(http2Maker)
    const exchanges = await Promise.all(Array.from({ length: 30 }, () => probe.request(server.origin)))
    expect(exchanges.map((exchange) => textOf(exchange))).toEqual(Array(30).fill('ok'))
    expect([server.sessions.length, most, probe.client.openSockets()]).toEqual([1, 30, 1])
    expect(exchanges.filter(({ connectMs }) => connectMs !== undefined)).toHaveLength(1)
  })

  it('sends method, path and body, and follows redirects', async () => {
    const seen: string[] = []
    const server = await serverOf(async (stream, path, method) => {
      let body = ''
      for await (const chunk of stream) body += chunk
      seen.push(`${method} ${path} ${body}`)
      stream.respond(path === '/from' ? { ':status': 307, location: '/to' } : { ':status': 204 })
      stream.end()
    })
    const probe = new HttpProbe(http2Maker)
    const last = await probe.request(`${server.origin}/from`, { method: 'POST', body: 'größe' })
    expect([last.status, seen]).toEqual([204, ['POST /from größe', 'POST /to größe']])
    expect(server.sessions).toHaveLength(1)
  })

  it('asks for a location in the bytes of its UTF-8', async () => {
    const server = await serverOf((stream, path) => {
      const location = Buffer.from('/café?q=ü').toString('latin1')
      stream.respond(path === '/' ? { ':status': 302, location } : { ':status': 200 })
      stream.end(path)
    })
    expect(textOf(await new HttpProbe(http2Maker).request(server.origin))).toBe('/caf%C3%A9?q=%C3%BC')
  })

  it('cuts one request at its timeout and leaves the others their connection', async () => {
    const server = await serverOf((stream, path) => {
      if (path === '/never') return
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
    const probe = new HttpProbe(http2Maker)
    const late = probe.request(`${server.origin}/never`, { timeoutMs: 60 })
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(await late).toMatchObject({ status: 0, error: 'timeout', sent: true })
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(server.sessions).toHaveLength(1)
  })

  it('is body_too_large past the cap', async () => {
    const server = await serverOf((stream) => {
      stream.respond({ ':status': 200 })
      stream.end(Buffer.alloc(1_001))
    })
    const probe = new HttpProbe(http2Maker, { maxBodyBytes: 1_000 })
    expect(await probe.request(server.origin)).toMatchObject({ status: 0, error: 'body_too_large' })
  })

  it('is connection_reset when a server resets the stream', async () => {
    const server = await serverOf((stream) => stream.close(2))
    expect(await new HttpProbe(http2Maker).request(server.origin)).toMatchObject({
      status: 0,
      error: 'connection_reset',
    })
  })

  it.each([
    ['before an answer', false, 'connection_reset'],
    ['in the midst of a body', true, 'connection_closed'],
  ])('notices a connection that is lost %s, and opens another', async (_, answers, error) => {
    let requests = 0
    const server = await serverOf((stream) => {
      if (++requests === 1 && !answers) {
        stream.session?.destroy()
        return
      }
      stream.respond({ ':status': 200 })
      if (requests > 1) stream.end()
      else stream.write('half', () => stream.session?.destroy())
    })
    const probe = new HttpProbe(http2Maker)
    expect(await probe.request(server.origin)).toMatchObject({ status: 0, error })
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(server.sessions).toHaveLength(2)
  })

  it('opens another connection when a server says that it goes away', async () => {
    const server = await serverOf((stream) => {
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
    const probe = new HttpProbe(http2Maker)
    await probe.request(server.origin)
    server.sessions[0]?.goaway()
    await vi.waitFor(async () => {
      expect((await probe.request(server.origin)).status).toBe(200)
      expect(server.sessions).toHaveLength(2)
    })
  })

  it('finds a connection open that was warmed, with what the server has said on it', async () => {
    const server = await serverOf((stream) => stream.respond({ ':status': 204 }, { endStream: true }))
    const probe = new HttpProbe(http2Maker)
    expect((await probe.client.connect(probe.connection, server.origin)).error).toBeUndefined()
    await vi.waitFor(() => expect(server.sessions).toHaveLength(1))
    const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
    expect([exchange.status, exchange.connectMs, server.sessions.length]).toEqual([204, undefined, 1])
  })

  it('closes with its user', async () => {
    const server = await serverOf((stream) => stream.respond({ ':status': 204 }, { endStream: true }))
    const probe = new HttpProbe(http2Maker)
    await probe.request(server.origin)
    await probe.connection.close()
    expect(probe.client.openSockets()).toBe(0)
  })
})

describe('asked for HTTP/2', () => {
  it('a client takes HTTP/1.1 where a TLS server knows nothing better', async () => {
    const protocols: unknown[] = []
    const server = await httpsServer((request, response) => {
      protocols.push((request.socket as TLSSocket).alpnProtocol, request.httpVersion)
      response.end('ok')
    })
    const exchange = await new HttpProbe(http2Maker).request(server.origin)
    expect([exchange.status, protocols]).toEqual([200, ['http/1.1', '1.1']])
  })

  it('a client calls the answer of a plain server that does not speak it malformed', async () => {
    const server = await rawServer((socket) =>
      socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
    )
    const exchange = await new HttpProbe(http2Maker).request(server.origin, { timeoutMs: 2_000 })
    expect(exchange).toMatchObject({ status: 0, error: 'malformed_response' })
  })
})
