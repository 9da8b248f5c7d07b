import { describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Route, routeOf } from '../../functions/generator/http-client/route.ts'
import type { HttpSettings } from '../../lib/core/scenario/scenario.ts'
import { HttpProbe, textOf } from './http-probe.ts'
import { proxyServer } from './proxy-server.ts'
import { type ProbeOptions, probeSession, WITHIN } from './session-probe.ts'
import { clientOn } from './sockets-maker.ts'
import {
  certificate,
  httpServer,
  httpsServer,
  lineServer,
  rawServer,
  refusedOrigin,
  type WireServer,
} from './wire-server.ts'

const ANN = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`
const asAnn = ({ origin }: WireServer): string => origin.replace('://', '://ann:s3cret@')
const hostOf = ({ origin }: WireServer): string => origin.replace(/^https?:\/\//, '')

const TLS: HttpSettings['tls'] = { insecure: false, ca: certificate }
const routeVia = (proxy: string | undefined): Promise<Route> =>
  routeOf({ carrier: 'undici', version: '1.1', tls: TLS, ...(proxy !== undefined && { proxy }) })

/** A user whose requests go through a proxy, or straight where none is named. */
async function probeVia(proxy: string | undefined): Promise<HttpProbe> {
  const route = await routeVia(proxy)
  const create = (options: object) => clientOn(route.carrier, { tls: TLS, ...options }, route.dial)
  return new HttpProbe({
    name: '',
    unasked100: 'malformed_response',
    lenient: true,
    forgiving: false,
    create,
  })
}

async function sessionVia(proxy: string, target: string, options: ProbeOptions = {}) {
  return probeSession(target, { tls: TLS, ...(await routeVia(proxy)), ...options })
}

const hello = (server: typeof httpServer): Promise<WireServer> =>
  server((request, response) => void response.end(JSON.stringify([request.url, request.headers])))

describe.each([
  ['a proxy', false],
  ['a proxy that speaks TLS', true],
])('through %s', (_, secure) => {
  it('requests without TLS are forwarded by their whole URL, on one connection', async () => {
    const target = await hello(httpServer)
    const proxy = await proxyServer({ secure })
    const probe = await probeVia(asAnn(proxy))
    const first = await probe.request(`${target.origin}/a?b=1`)
    await probe.request(`${target.origin}/c`, { method: 'POST', body: 'x' })
    expect(proxy.asked).toEqual([`GET ${target.origin}/a?b=1`, `POST ${target.origin}/c`])
    expect(proxy.shown).toEqual([ANN, ANN])
    expect(proxy.sockets).toHaveLength(1)
    const [url, headers] = JSON.parse(textOf(first))
    expect([url, headers.host]).toEqual(['/a?b=1', hostOf(target)])
    expect(first).toMatchObject({ status: 200, url: `${target.origin}/a?b=1`, connectMs: expect.any(Number) })
    expect(first.tlsMs).toBeUndefined()
  })

  it('requests with TLS have a tunnel, whose other end sees nothing of the credentials', async () => {
    const target = await hello(httpsServer)
    const proxy = await proxyServer({ secure })
    const probe = await probeVia(asAnn(proxy))
    const [first, second] = [await probe.request(`${target.origin}/a`), await probe.request(target.origin)]
    expect(proxy.asked).toEqual([`CONNECT ${hostOf(target)}`])
    expect(proxy.shown).toEqual([ANN])
    expect([first.status, second.status]).toEqual([200, 200])
    expect(textOf(first)).not.toContain('proxy-authorization')
    expect(first).toMatchObject({ connectMs: expect.any(Number), tlsMs: expect.any(Number) })
    expect([second.connectMs, second.tlsMs]).toEqual([undefined, undefined])
    expect([proxy.sockets, target.sockets].map(({ length }) => length)).toEqual([1, 1])
  })
})

describe('what a proxy costs', () => {
  it('is in no bytes of a request in a tunnel, and in those of one that is forwarded', async () => {
    const [plain, secure] = [await hello(httpServer), await hello(httpsServer)]
    const proxy = await proxyServer()
    const [via, straight] = [await probeVia(asAnn(proxy)), await probeVia(undefined)]
    const bytesOf = async (probe: HttpProbe, url: string): Promise<[number, number]> => {
      const { sentBytes, receivedBytes } = await probe.request(url)
      return [sentBytes, receivedBytes]
    }
    for (let i = 0; i < 2; i++)
      expect(await bytesOf(via, secure.origin)).toEqual(await bytesOf(straight, secure.origin))
    const [sent] = await bytesOf(straight, plain.origin)
    const added = plain.origin.length + `proxy-authorization: ${ANN}\r\n`.length
    expect((await bytesOf(via, plain.origin))[0]).toBe(sent + added)
  })

  it('changes nothing about redirects and cookies', async () => {
    const target = await httpsServer((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/in', 'set-cookie': 'a=1' }).end()
      else response.end(request.headers.cookie)
    })
    const proxy = await proxyServer()
    const { session } = await sessionVia(proxy.origin, target.origin)
    expect((await session.request('GET', '/', {}, WITHIN)).text()).toBe('a=1')
    expect(proxy.asked).toEqual([`CONNECT ${hostOf(target)}`])
  })
})

describe('what has messages', () => {
  it.each([
    ['forwarded', httpServer],
    ['in a tunnel', httpsServer],
  ])('is read as it comes: a stream, %s', async (_, server) => {
    let end = (): void => undefined
    const target = await server((_, response) => {
      response.setHeader('content-type', 'text/event-stream').write('data: one\n\n')
      end = () => response.end('data: two\n\n')
    })
    const proxy = await proxyServer()
    const { session } = await sessionVia(proxy.origin, target.origin)
    const seen: string[] = []
    const stream = await session.stream('GET', '/', {}, WITHIN)
    for await (const { data } of stream) {
      seen.push(String(data))
      end()
    }
    expect([seen, stream.error, proxy.asked.length]).toEqual([['one', 'two'], undefined, 1])
  })

  it('goes through a tunnel: a WebSocket, and lines over TCP', async () => {
    const web = await httpServer(() => undefined)
    new WebSocketServer({ server: web.server as never }).on('connection', (socket) => {
      socket.on('message', (data) => socket.send(`you said ${data}`))
    })
    const lines = await lineServer((line, socket) => void socket.write(`${line.toUpperCase()}\n`), 'hi\n')
    const proxy = await proxyServer()
    const { session } = await sessionVia(proxy.origin, web.origin)
    const long = 'x'.repeat(200_000)
    const socket = await session.openSocket('/', {}, WITHIN)
    expect((await socket.request(long)).data).toBe(`you said ${long}`)
    const tcp = await session.openTcp(`tcp://${hostOf(lines)}`, {}, WITHIN)
    expect((await tcp.receive()).data).toBe('hi')
    expect((await tcp.request('a')).data).toBe('A')
    expect(proxy.asked).toEqual([`CONNECT ${hostOf(web)}`, `CONNECT ${hostOf(lines)}`])
    await Promise.all([socket.close(), tcp.close()])
  })
})

describe('a proxy that', () => {
  it('wants other credentials is a status where it forwards, and proxy_refused where it makes a tunnel', async () => {
    const refusal = 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 2\r\n\r\nno'
    const proxy = await proxyServer({ refuses: 407, answer: (socket) => void socket.write(refusal) })
    const [plain, secure] = [await hello(httpServer), await hello(httpsServer)]
    const probe = await probeVia(proxy.origin)
    expect(await probe.request(plain.origin)).toMatchObject({ status: 407, error: undefined })
    expect(await probe.request(secure.origin)).toMatchObject({
      status: 0,
      sent: false,
      error: 'proxy_refused',
      errorMessage: `the proxy answers CONNECT ${hostOf(secure)} with 407`,
    })
    await vi.waitFor(() => expect(probe.client.openSockets()).toBeLessThan(2))
  })

  it.each([
    ['connection_reset', 'closes', (socket) => void socket.end()],
    ['malformed_response', 'answers nonsense', (socket) => void socket.write('hello\r\n\r\n')],
    ['connect_timeout', 'never answers', () => undefined],
    [
      'connection_reset',
      'makes a tunnel that closes',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'),
    ],
    [
      'tls_handshake',
      'makes a tunnel to nonsense',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nhello'),
    ],
  ] satisfies [string, string, NonNullable<Parameters<typeof proxyServer>[0]>['answer']][])(
    'is %s where it %s',
    async (error, _, answer) => {
      const proxy = await proxyServer({ answer })
      const probe = await probeVia(proxy.origin)
      const target = await hello(httpsServer)
      for (let i = 0; i < 2; i++) {
        const exchange = await probe.request(target.origin, { timeoutMs: 300 })
        expect([exchange.status, exchange.error, exchange.sent]).toEqual([0, error, false])
      }
      expect(proxy.asked).toHaveLength(2)
      await vi.waitFor(() => expect(proxy.sockets.every(({ destroyed }) => destroyed)).toBe(true))
      expect(probe.client.openSockets()).toBe(0)
    },
  )

  it('does not listen refuses the connection', async () => {
    const target = await hello(httpsServer)
    const probe = await probeVia(await refusedOrigin())
    expect(await probe.request(target.origin)).toMatchObject({ status: 0, error: 'connection_refused' })
  })

  it('leads to a target with a wrong certificate does not hide that', async () => {
    const target = await hello(httpsServer)
    const route = await routeOf({
      ...{ carrier: 'undici', version: '1.1', tls: { insecure: false } },
      proxy: (await proxyServer()).origin,
    })
    const { session } = probeSession(target.origin, { ...route, tls: { insecure: false } })
    expect((await session.request('GET', '/', {}, WITHIN)).error).toBe('tls_certificate')
  })
})

describe('the guard', () => {
  const resolved = (address: string): Partial<ProbeOptions> => ({
    allow: ['shop.example'],
    resolve: (host, done) =>
      host === 'shop.example'
        ? done(null, [{ address, family: 4 }])
        : done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), []),
  })

  it('refuses a name that leads to where load may never go, though the proxy would look it up', async () => {
    const proxy = await proxyServer()
    for (const scheme of ['http', 'https']) {
      const { session } = await sessionVia(
        proxy.origin,
        `${scheme}://shop.example`,
        resolved('169.254.169.254'),
      )
      expect((await session.request('GET', '/', {}, WITHIN)).error).toBe('target_not_allowed')
    }
    expect(proxy.asked).toEqual([])
  })

  it('leaves a name that this machine does not know to the proxy, and asks for it once', async () => {
    const target = await hello(httpServer)
    const proxy = await proxyServer({ knows: 'inner.example' })
    const { port } = new URL(target.origin)
    const lookups: string[] = []
    const { session } = await sessionVia(proxy.origin, `http://inner.example:${port}`, {
      allow: ['inner.example'],
      resolve: (host, done) => {
        lookups.push(host)
        done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), [])
      },
    })
    const ask = (): Promise<number> =>
      session.request('GET', '/', { headers: { connection: 'close' } }, WITHIN).then(({ status }) => status)
    expect([await ask(), await ask()]).toEqual([200, 200])
    expect(lookups).toEqual(['inner.example'])
  })

  it('is asked about the target as without a proxy', async () => {
    const proxy = await proxyServer()
    const { session } = await sessionVia(proxy.origin, 'http://127.0.0.1:1')
    await expect(session.request('GET', 'http://other.example/', {}, WITHIN)).rejects.toThrow(
      'other.example:80 is not an allowed target',
    )
    expect(proxy.asked).toEqual([])
  })
})

it('a body that does not end is cut off at its limit, with the tunnel', async () => {
  const target = await rawServer((socket) => {
    const write = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(1_000)));
      if (!socket.destroyed) socket.once('drain', write)
    }
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    write()
  })
  const proxy = await proxyServer()
  const route = await routeVia(proxy.origin)
  const probe = new HttpProbe({
    ...{ name: '', unasked100: 'malformed_response' as const, lenient: true, forgiving: false },
    create: () => clientOn(route.carrier, { maxBodyBytes: 10_000 }, route.dial),
  })
  expect((await probe.request(target.origin)).error).toBe('body_too_large')
  await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
  await vi.waitFor(() => expect(proxy.sockets.every(({ destroyed }) => destroyed)).toBe(true))
})
