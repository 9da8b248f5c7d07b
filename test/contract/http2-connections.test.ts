import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import { HttpProbe, textOf } from './http-probe.ts'
import {
  answer,
  CONTINUATION,
  DATA,
  END_HEADERS,
  endsRequest,
  fields,
  frame,
  GO_AWAY,
  type Got,
  HEADERS,
  http2Maker,
  LAST,
  number32,
  type Peer,
  PING,
  peerServer,
  RESET,
  SETTINGS,
  settings,
  status,
} from './http2-peer.ts'
import { certificate, httpsServer, key, listening, rawServer } from './wire-server.ts'

const answered = (peer: Peer, got: Got): void => {
  if (endsRequest(got)) peer.send(answer(got.stream))
}
const requestsOf = ({ got }: Peer): Got[] => got.filter(({ type }) => type === HEADERS)
const goAway = (lastStream: number, code = 0): Buffer => frame(GO_AWAY, 0, 0, number32(lastStream, code))

describe('a connection over HTTP/2', () => {
  it('carries one request until the server has said how many it takes, and never more than that', async () => {
    const seen = { beforeSettings: 0, open: 0, mostOpen: 0 }
    const server = await peerServer(
      (peer, got) => {
        if (got.type === SETTINGS && got.flags === 0)
          setTimeout(() => {
            seen.beforeSettings = requestsOf(peer).length
            peer.send(settings({ 3: 2 }))
          }, 20)
        if (!endsRequest(got)) return
        seen.mostOpen = Math.max(seen.mostOpen, ++seen.open)
        setTimeout(() => {
          seen.open--
          peer.send(answer(got.stream))
        }, 30)
      },
      { settings: Buffer.alloc(0) },
    )
    const probe = new HttpProbe(http2Maker)
    const exchanges = await Promise.all(Array.from({ length: 7 }, () => probe.request(server.origin)))
    expect(exchanges.map(({ status: code }) => code)).toEqual(Array(7).fill(200))
    expect(seen).toEqual({ beforeSettings: 1, open: 0, mostOpen: 2 })
    expect(server.sockets).toHaveLength(1)
  })

  it('lets requests wait while a server takes none', async () => {
    const server = await peerServer(answered, { settings: settings({ 3: 1 }) })
    const probe = new HttpProbe(http2Maker)
    await probe.request(server.origin)
    const [peer] = server.peers as [Peer]
    peer.send(settings({ 3: 0 }))
    await vi.waitFor(() => expect(peer.got.filter(({ type }) => type === SETTINGS)).toHaveLength(3))
    const waiting = probe.request(server.origin)
    const late = await probe.request(server.origin, { timeoutMs: 40 })
    expect(late).toMatchObject({ error: 'timeout', sent: false })
    peer.send(settings({ 3: 1 }))
    expect((await waiting).status).toBe(200)
    expect([requestsOf(peer).length, server.sockets.length]).toEqual([2, 1])
  })

  it('loses one request when a server resets its stream, and keeps the others', async () => {
    const server = await peerServer((peer, got) => {
      if (requestsOf(peer).length < 2 || !endsRequest(got)) return
      peer.send(frame(HEADERS, END_HEADERS, 1, status(200)), frame(DATA, 0, 1, 'ha'))
      peer.send(frame(RESET, 0, 1, number32(2)), answer(3))
    })
    const probe = new HttpProbe(http2Maker)
    const [lost, kept] = [probe.request(server.origin), probe.request(server.origin)]
    expect(await lost).toMatchObject({ status: 0, error: 'connection_reset' })
    expect((await lost).errorMessage).toContain('INTERNAL_ERROR')
    expect(textOf(await kept)).toBe('ok')
    expect(server.sockets).toHaveLength(1)
  })

  it('loses all its requests when it is lost itself', async () => {
    const server = await peerServer((peer) => requestsOf(peer).length === 2 && peer.socket.end())
    const probe = new HttpProbe(http2Maker)
    const exchanges = await Promise.all([probe.request(server.origin), probe.request(server.origin)])
    expect(exchanges.map(({ error }) => error)).toEqual(['connection_reset', 'connection_reset'])
    await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
  })

  it('tells the server when a request is given up, and reads past what still comes of it', async () => {
    const server = await peerServer((peer, got) => {
      if (got.type === RESET)
        peer.send(
          frame(HEADERS, END_HEADERS, got.stream, Buffer.from('\x88\x40\x01a\x01b', 'latin1')),
          frame(DATA, 1, got.stream, 'late'),
        )
      else if (endsRequest(got) && got.stream > 1)
        peer.send(frame(HEADERS, LAST, got.stream, Buffer.of(0x88, 0xbe)))
    })
    const probe = new HttpProbe(http2Maker)
    expect(await probe.request(server.origin, { timeoutMs: 40 })).toMatchObject({
      error: 'timeout',
      sent: true,
    })
    const [peer] = server.peers as [Peer]
    await vi.waitFor(() =>
      expect(peer.got.find(({ type }) => type === RESET)).toMatchObject({ stream: 1, payload: number32(8) }),
    )
    const next = await probe.request(server.origin)
    expect([next.status, next.headers.a, server.sockets.length]).toEqual([200, 'b', 1])
  })

  it('sends a request once more that the server refused to look at, and only once', async () => {
    const server = await peerServer((peer, got) => {
      if (endsRequest(got)) peer.send(frame(RESET, 0, got.stream, number32(7)))
    })
    const probe = new HttpProbe(http2Maker)
    expect(await probe.request(server.origin, { method: 'POST', body: 'x' })).toMatchObject({
      status: 0,
      error: 'connection_reset',
      retriedStale: true,
      sent: true,
    })
    const [peer] = server.peers as [Peer]
    expect(requestsOf(peer).map(({ stream }) => stream)).toEqual([1, 3])
  })

  it('lets a server that goes away finish, and asks another connection what it did not look at', async () => {
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      if (server.peers.length > 1) peer.send(answer(got.stream, 'second'))
      else if (got.stream === 3) {
        peer.send(goAway(1))
        setTimeout(() => peer.send(answer(1, 'first')), 20)
      }
    })
    const probe = new HttpProbe(http2Maker)
    const exchanges = await Promise.all([probe.request(server.origin), probe.request(server.origin)])
    expect(exchanges.map(textOf)).toEqual(['first', 'second'])
    expect(exchanges.map(({ retriedStale }) => retriedStale)).toEqual([undefined, true])
    expect(requestsOf(server.peers[1] as Peer).map(({ stream }) => stream)).toEqual([1])
    await vi.waitFor(() => expect(probe.client.openSockets()).toBe(1))
    expect(server.sockets).toHaveLength(2)
  })

  it('understands a server that first says that it will go away', async () => {
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      if (server.peers.length > 1) peer.send(answer(got.stream, 'second'))
      else peer.send(goAway(2 ** 31 - 1), answer(1, 'first'), goAway(1))
    })
    const probe = new HttpProbe(http2Maker)
    expect(textOf(await probe.request(server.origin))).toBe('first')
    expect(textOf(await probe.request(server.origin))).toBe('second')
  })

  it('asks no third time when every server goes away', async () => {
    const server = await peerServer((peer, got) => endsRequest(got) && peer.send(goAway(0, 11)))
    const exchange = await new HttpProbe(http2Maker).request(server.origin)
    expect(exchange).toMatchObject({ status: 0, error: 'connection_reset' })
    expect(exchange.errorMessage).toContain('ENHANCE_YOUR_CALM')
    expect(server.sockets).toHaveLength(2)
  })

  it('is opened again after a minute without a request', async () => {
    const clock = { ms: 0 }
    const server = await peerServer(answered)
    const probe = new HttpProbe(http2Maker, { now: () => clock.ms })
    await probe.request(server.origin)
    clock.ms = 60_000
    await probe.request(server.origin)
    expect(server.sockets).toHaveLength(1)
    clock.ms = 120_001
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(server.sockets).toHaveLength(2)
  })

  it('is one for each name of a host under TLS', async () => {
    const server = await peerServer(
      (peer, got) => {
        if (endsRequest(got)) peer.send(answer(got.stream))
      },
      { secure: true },
    )
    const probe = new HttpProbe(http2Maker, { tls: { insecure: true } })
    for (const host of ['a.localhost', 'b.localhost:1', 'a.localhost', 'b.localhost'])
      expect((await probe.request(server.origin, { headers: { host } })).status).toBe(200)
    expect(
      server.peers.map((peer) => requestsOf(peer).map(({ fields: sent }) => sent[':authority'])),
    ).toEqual([
      ['a.localhost', 'a.localhost'],
      ['b.localhost:1', 'b.localhost'],
    ])
    expect(server.peers.map(({ socket }) => (socket as { servername?: unknown }).servername)).toEqual([
      'a.localhost',
      'b.localhost',
    ])
  })

  it('carries requests for hosts of any name without TLS', async () => {
    const server = await peerServer(answered)
    const probe = new HttpProbe(http2Maker)
    await Promise.all(['a.test', 'b.test'].map((host) => probe.request(server.origin, { headers: { host } })))
    expect(
      server.peers.map((peer) => requestsOf(peer).map(({ fields: sent }) => sent[':authority'])),
    ).toEqual([['a.test', 'b.test']])
  })

  it('finds what a server said on a warmed connection, however much that is', async () => {
    const unknown = frame(0xbe, 0, 0, Buffer.alloc(16_000))
    const server = await rawServer(() => undefined)
    server.server.on('connection', (socket) => {
      socket.write(Buffer.concat([settings(), ...Array(20).fill(unknown)]))
      socket.once('data', () => socket.write(answer(1)))
    })
    const probe = new HttpProbe(http2Maker)
    expect((await probe.client.connect(probe.connection, server.origin)).error).toBeUndefined()
    await new Promise((resolve) => setTimeout(resolve, 30))
    const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
    expect([exchange.status, server.sockets.length]).toEqual([200, 1])
    expect(exchange.receivedBytes).toBe(settings().length + 20 * unknown.length + answer(1).length)
  })
})

describe('servers over HTTP/2 that wish a client ill', () => {
  it.each([
    [
      'a list of fields longer than 64 KiB',
      [
        frame(HEADERS, 0, 1, status(200)),
        ...Array(8).fill(
          frame(CONTINUATION, 0, 1, Buffer.concat(Array(150).fill(fields(['x-a', 'b'.repeat(30)])))),
        ),
        frame(CONTINUATION, END_HEADERS, 1),
      ],
    ],
    [
      'a small block that stands for a large list',
      [frame(HEADERS, LAST, 1, Buffer.concat([status(200), BOMB(), Buffer.alloc(10_000, 0xbe)]))],
    ],
  ])('are told that %s is too much, on one stream', async (_, frames) => {
    const server = await peerServer((peer, got) => {
      if (endsRequest(got)) peer.send(...(got.stream === 1 ? frames : [answer(got.stream)]))
    })
    const probe = new HttpProbe(http2Maker)
    expect(await probe.request(server.origin)).toMatchObject({ status: 0, error: 'header_too_large' })
    expect((await probe.request(server.origin)).status).toBe(200)
    const [peer] = server.peers as [Peer]
    expect(peer.got.find(({ type }) => type === RESET)).toMatchObject({ stream: 1, payload: number32(11) })
    expect(server.sockets).toHaveLength(1)
  })

  it.each([
    ['full', frame(CONTINUATION, 0, 1, Buffer.alloc(16_384))],
    ['empty', Buffer.concat(Array(100).fill(frame(CONTINUATION, 0, 1)))],
  ])('cannot go on with a head for ever, in %s frames', async (_, more) => {
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      peer.send(frame(HEADERS, 0, 1, status(200)))
      const flood = (): void => {
        while (!peer.socket.destroyed && peer.socket.write(more));
        if (!peer.socket.destroyed) peer.socket.once('drain', flood)
      }
      flood()
    })
    const probe = new HttpProbe(http2Maker)
    expect(await probe.request(server.origin)).toMatchObject({ status: 0, error: 'header_too_large' })
    await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
  })

  it('cannot ask for ever without reading the answers', async () => {
    const pings = Buffer.concat(Array(1_000).fill(frame(PING, 0, 0, '12345678')))
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      peer.socket.pause()
      const flood = (): void => {
        while (!peer.socket.destroyed && peer.socket.write(pings));
        if (!peer.socket.destroyed) peer.socket.once('drain', flood)
      }
      flood()
    })
    const exchange = await new HttpProbe(http2Maker).request(server.origin)
    expect(exchange).toMatchObject({ status: 0, error: 'malformed_response' })
    expect(exchange.errorMessage).toContain('it asks without end')
  })

  it('cannot keep a client beyond its timeout with hints, or with nothing', async () => {
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      const hints = setInterval(() => peer.send(frame(HEADERS, END_HEADERS, got.stream, status(103))), 2)
      peer.socket.on('close', () => clearInterval(hints))
    })
    const exchange = await new HttpProbe(http2Maker).request(server.origin, { timeoutMs: 60 })
    expect(exchange).toMatchObject({ status: 0, error: 'timeout', sent: true })
  })

  it.each([
    ['before its settings', (peer: Peer) => peer.socket.resetAndDestroy(), 'connection_reset'],
    [
      'in the midst of a body',
      (peer: Peer) => {
        peer.socket.write(
          Buffer.concat([frame(HEADERS, END_HEADERS, 1, status(200)), frame(DATA, 0, 1, 'ha')]),
        )
        peer.socket.end()
      },
      'connection_closed',
    ],
    [
      'in the midst of a frame',
      (peer: Peer) => peer.socket.end(frame(HEADERS, LAST, 1, status(200)).subarray(0, 12)),
      'connection_reset',
    ],
  ])('and close %s fail a request once, and not the next', async (_, close, error) => {
    let asked = 0
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      if (asked++ === 0) close(peer)
      else peer.send(answer(got.stream))
    })
    const probe = new HttpProbe(http2Maker)
    expect(await probe.request(server.origin)).toMatchObject({ status: 0, error, sent: true })
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(asked).toBe(2)
  })
})

/** A field of 4,000 bytes for the table. */
function BOMB(): Buffer {
  return Buffer.concat([Buffer.from('\x40\x01a\x7f\xa1\x1e', 'latin1'), Buffer.alloc(4_000, 'b')])
}

describe('a server that declines HTTP/2', () => {
  it('gets the requests of a user one after the other, on one connection', async () => {
    let open = 0
    let mostOpen = 0
    const server = await httpsServer((request, response) => {
      mostOpen = Math.max(mostOpen, ++open)
      setTimeout(() => {
        open--
        response.end(request.url)
      }, 2)
    })
    const probe = new HttpProbe(http2Maker)
    const paths = Array.from({ length: 8 }, (_, i) => `/${i}`)
    const exchanges = await Promise.all(paths.map((path) => probe.request(`${server.origin}${path}`)))
    expect(exchanges.map(textOf)).toEqual(paths)
    expect([mostOpen, server.sockets.length]).toEqual([1, 1])
    expect(exchanges.every(({ sentBytes, receivedBytes }) => sentBytes > 0 && receivedBytes > 0)).toBe(true)
  })

  it('gets the next request when one is given up, and not those that were given up before', async () => {
    const seen: unknown[] = []
    const server = await httpsServer((request, response) => {
      seen.push(request.url)
      if (request.url !== '/never') response.end('ok')
    })
    const probe = new HttpProbe(http2Maker)
    const never = probe.request(`${server.origin}/never`, { timeoutMs: 300 })
    const gone = probe.request(`${server.origin}/gone`, { timeoutMs: 150 })
    const last = probe.request(`${server.origin}/last`)
    expect([(await never).error, (await gone).error, (await last).status]).toEqual([
      'timeout',
      'timeout',
      200,
    ])
    expect([seen, server.sockets.length]).toEqual([['/never', '/last'], 2])
  })

  it('fails what is under way when it closes, and gets the next on another connection', async () => {
    let asked = 0
    const server = await httpsServer((request, response) => {
      if (asked++ === 0) request.socket.destroy()
      else response.end('ok')
    })
    const probe = new HttpProbe(http2Maker)
    const exchanges = await Promise.all([probe.request(server.origin), probe.request(server.origin)])
    expect(exchanges.map(({ error, status: code }) => error ?? code)).toEqual(['connection_reset', 200])
    await probe.connection.close()
    expect(probe.client.openSockets()).toBe(0)
  })

  it('may have learnt it when it is connected to again', async () => {
    const options = { cert: certificate, key }
    const old = createHttpsServer(options, (_, response) => {
      response.setHeader('connection', 'close')
      response.end('1.1')
    })
    const knows = await peerServer((peer, got) => endsRequest(got) && peer.send(answer(got.stream, '2')), {
      secure: true,
    })
    let connections = 0
    const server = await listening(
      createTlsServer(
        { ...options, ALPNCallback: ({ protocols }) => protocols[++connections > 1 ? 0 : 1] },
        (socket: TLSSocket) =>
          (socket.alpnProtocol === 'h2' ? knows.server : old).emit('secureConnection', socket),
      ),
      'https',
    )
    const probe = new HttpProbe(http2Maker)
    expect(textOf(await probe.request(server.origin))).toBe('1.1')
    const exchanges = await Promise.all([probe.request(server.origin), probe.request(server.origin)])
    expect(exchanges.map(textOf)).toEqual(['2', '2'])
    expect([connections, knows.peers.length]).toEqual([2, 1])
  })

  it('without any choice gets HTTP/1.1', async () => {
    const server = await listening(
      createTlsServer({ cert: certificate, key }, (socket) => {
        socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n'))
        void once(socket, 'error')
      }),
      'https',
    )
    expect((await new HttpProbe(http2Maker).request(server.origin)).status).toBe(204)
  })
})
