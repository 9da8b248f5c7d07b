import { describe, expect, it, vi } from 'vitest'
import { HttpProbe, textOf } from './http-probe.ts'
import {
  answer,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  endsRequest,
  fields,
  frame,
  GO_AWAY,
  HEADERS,
  http2Maker,
  LAST,
  number32,
  PADDED,
  type Peer,
  type PeerServer,
  PING,
  peerServer,
  RESET,
  SETTINGS,
  settings,
  status,
  WINDOW_UPDATE,
} from './http2-peer.ts'

const PRIORITIZED = 0x20
const OK = status(200)

/** Answers the first request with these frames, and others well. */
const answeringFirst = (...frames: Buffer[]): Promise<PeerServer> => {
  let asked = 0
  return peerServer((peer, got) => {
    if (!endsRequest(got)) return
    if (asked++ === 0) peer.send(...frames)
    else peer.send(answer(got.stream))
  })
}

describe('what a client says over HTTP/2', () => {
  it('is a greeting and a request in one packet, and each later request in one of its own', async () => {
    const server = await peerServer((peer, got) => endsRequest(got) && peer.send(answer(got.stream)))
    const probe = new HttpProbe(http2Maker)
    await probe.request(`${server.origin}/a?b=c`, { method: 'POST', body: '{}', headers: { 'x-a': 'b' } })
    const [peer] = server.peers as [Peer]
    await vi.waitFor(() => expect(peer.got.at(-1)).toMatchObject({ type: SETTINGS, flags: 1 }))
    expect(peer.got.map(({ type, flags, stream }) => [type, flags, stream]).slice(0, 4)).toEqual([
      [SETTINGS, 0, 0],
      [WINDOW_UPDATE, 0, 0],
      [HEADERS, END_HEADERS, 1],
      [DATA, END_STREAM, 1],
    ])
    expect(peer.chunks).toHaveLength(2)
    expect(peer.got[0]?.payload).toEqual(settings({ 2: 0, 4: 1_048_576, 6: 65_536 }).subarray(9))
    expect(peer.got[1]?.payload.readUInt32BE()).toBe(1_048_576 - 65_535)
    expect(peer.got[2]?.fields).toEqual({
      ...{
        ':method': 'POST',
        ':path': '/a?b=c',
        ':scheme': 'http',
        ':authority': new URL(server.origin).host,
      },
      ...{ 'x-a': 'b', 'content-length': '2' },
    })
    expect(String(peer.got[3]?.payload)).toBe('{}')
    const before = peer.chunks.length
    for (const body of ['größe', new Uint8Array([65]), undefined])
      await probe.request(server.origin, { method: 'PUT', ...(body !== undefined && { body }) })
    expect(peer.chunks).toHaveLength(before + 3)
    expect(peer.got.filter(({ type }) => type === DATA).map(({ payload }) => String(payload))).toEqual([
      '{}',
      'größe',
      'A',
    ])
    expect(peer.got.at(-1)?.fields['content-length']).toBe('0')
  })

  it('acknowledges settings and pings', async () => {
    const server = await peerServer((peer, got) => {
      if (endsRequest(got))
        peer.send(frame(PING, 0, 0, '12345678'), frame(PING, 1, 0, 'unasked!'), answer(got.stream))
    })
    await new HttpProbe(http2Maker).request(server.origin)
    const [peer] = server.peers as [Peer]
    await vi.waitFor(() => expect(peer.got.filter(({ type }) => type === PING)).toHaveLength(1))
    expect(peer.got.find(({ type }) => type === PING)).toMatchObject({
      flags: 1,
      payload: Buffer.from('12345678'),
    })
    expect(peer.got.filter(({ type, flags }) => type === SETTINGS && flags === 1)).toHaveLength(1)
  })

  it('is in a table of the server once, unless the server wants none', async () => {
    const server = await peerServer((peer, got) => endsRequest(got) && peer.send(answer(got.stream)))
    const probe = new HttpProbe(http2Maker)
    const headers = Object.freeze({ 'x-shop': 'open', authorization: 'Bearer secret' })
    for (let i = 0; i < 3; i++) await probe.request(server.origin, { headers })
    const [peer] = server.peers as [Peer]
    const asked = (): Peer['got'] => peer.got.filter(({ type }) => type === HEADERS)
    expect(asked().map(({ fields: sent }) => sent['x-shop'])).toEqual(['open', 'open', 'open'])
    expect(asked().map(({ payload }) => payload.includes('open'))).toEqual([true, false, false])
    expect(asked().map(({ payload }) => payload.includes('Bearer secret'))).toEqual([true, true, true])
    peer.send(settings({ 1: 0 }))
    await vi.waitFor(() => expect(peer.got.filter(({ type }) => type === SETTINGS)).toHaveLength(3))
    for (let i = 0; i < 2; i++) await probe.request(server.origin, { headers })
    expect(asked().map(({ payload }) => payload[0] === 0x20)).toEqual([false, false, false, true, false])
    expect(asked().map(({ payload }) => payload.includes('open'))).toEqual([true, false, false, true, true])
  })

  it('spreads a head over frames that are not longer than a server takes', async () => {
    const server = await peerServer((peer, got) => {
      if (got.type === CONTINUATION && got.flags === END_HEADERS) peer.send(answer(got.stream))
    })
    const exchange = await new HttpProbe(http2Maker).request(server.origin, {
      headers: { 'x-a': 'b'.repeat(40_000) },
    })
    const [peer] = server.peers as [Peer]
    expect(exchange.status).toBe(200)
    expect(
      peer.got
        .filter(({ type }) => type === HEADERS || type === CONTINUATION)
        .map(({ type, flags, payload }) => [type, flags, payload.length]),
    ).toEqual([
      [HEADERS, END_STREAM, 16_384],
      [CONTINUATION, 0, 16_384],
      [CONTINUATION, END_HEADERS, expect.any(Number)],
    ])
  })

  it.each([
    ['te', { te: 'gzip' }],
    ['proxy-connection', { 'proxy-connection': 'close' }],
    ['transfer-encoding', { 'transfer-encoding': 'chunked' }],
  ])('cannot have the header %s', async (name, headers) => {
    const server = await peerServer(() => undefined)
    const exchange = await new HttpProbe(http2Maker).request(server.origin, {
      headers: headers as { te: string },
    })
    expect(exchange).toMatchObject({ error: 'bad_request_options', sent: false })
    expect(exchange.errorMessage).toContain(name)
    expect(server.sockets).toHaveLength(0)
  })

  it('closes a connection after an answer where the flow wants it', async () => {
    const server = await peerServer((peer, got) => endsRequest(got) && peer.send(answer(got.stream)))
    const probe = new HttpProbe(http2Maker)
    for (let i = 0; i < 2; i++) await probe.request(server.origin, { headers: { connection: 'close' } })
    await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
    expect(server.sockets).toHaveLength(2)
  })
})

describe('bodies over HTTP/2', () => {
  const bodyOf = (peer: Peer | undefined): Buffer =>
    Buffer.concat((peer?.got ?? []).filter(({ type }) => type === DATA).map(({ payload }) => payload))
  const BODY = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) % 251))

  it('go out as far as the windows of the server reach, in frames as long as it takes them', async () => {
    const server = await peerServer((peer, got) => endsRequest(got) && peer.send(answer(got.stream)), {
      settings: settings({ 5: 20_000 }),
    })
    const probe = new HttpProbe(http2Maker)
    await probe.request(server.origin)
    const exchange = probe.request(server.origin, { method: 'POST', body: BODY })
    await vi.waitFor(() => expect(bodyOf(server.peers[0])).toHaveLength(65_535))
    const [peer] = server.peers as [Peer]
    expect(peer.got.filter(({ type }) => type === DATA).map(({ payload }) => payload.length)).toEqual([
      20_000, 20_000, 20_000, 5_535,
    ])
    peer.send(frame(WINDOW_UPDATE, 0, 3, number32(100_000)))
    peer.send(frame(WINDOW_UPDATE, 0, 0, number32(10)))
    await vi.waitFor(() => expect(bodyOf(peer)).toHaveLength(65_545))
    peer.send(frame(WINDOW_UPDATE, 0, 0, number32(1_000_000)))
    await vi.waitFor(() => expect(bodyOf(peer)).toHaveLength(165_535))
    peer.send(frame(WINDOW_UPDATE, 0, 3, number32(1_000_000)))
    expect((await exchange).status).toBe(200)
    expect(bodyOf(peer).equals(BODY)).toBe(true)
  })

  it('wait while a window is less than empty', async () => {
    const server = await peerServer((peer, got) => endsRequest(got) && peer.send(answer(got.stream)))
    const probe = new HttpProbe(http2Maker)
    const exchange = probe.request(server.origin, { method: 'POST', body: BODY.subarray(0, 70_000) })
    await vi.waitFor(() => expect(bodyOf(server.peers[0])).toHaveLength(65_535))
    const [peer] = server.peers as [Peer]
    peer.send(
      ...[frame(WINDOW_UPDATE, 0, 0, number32(1_000_000)), settings({ 4: 0 })],
      ...[frame(WINDOW_UPDATE, 0, 1, number32(65_535)), frame(WINDOW_UPDATE, 0, 1, number32(5))],
    )
    await vi.waitFor(() => expect(bodyOf(peer)).toHaveLength(65_540))
    peer.send(settings({ 4: 100_000 }))
    expect((await exchange).status).toBe(200)
    expect(bodyOf(peer).equals(BODY.subarray(0, 70_000))).toBe(true)
  })

  it('are given up when the answer is there before they are sent', async () => {
    const server = await peerServer((peer, got) => {
      if (got.type === HEADERS)
        peer.send(answer(got.stream, 'no', 413), frame(RESET, 0, got.stream, number32(0)))
    })
    const probe = new HttpProbe(http2Maker)
    const exchange = await probe.request(server.origin, { method: 'POST', body: BODY })
    expect([exchange.status, textOf(exchange)]).toEqual([413, 'no'])
    const [peer] = server.peers as [Peer]
    await vi.waitFor(() =>
      expect(peer.got.find(({ type }) => type === RESET)).toMatchObject({ stream: 1, payload: number32(8) }),
    )
    expect((await probe.request(server.origin)).status).toBe(413)
    expect(server.sockets).toHaveLength(1)
  })

  it('of any size are read, and their windows opened again', async () => {
    const chunk = Buffer.alloc(16_384, 'x')
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      peer.send(frame(HEADERS, END_HEADERS, got.stream, OK))
      for (let i = 0; i < 200; i++) peer.send(frame(DATA, i === 199 ? END_STREAM : 0, got.stream, chunk))
    })
    const exchange = await new HttpProbe(http2Maker).request(server.origin)
    expect([exchange.status, exchange.body.byteLength]).toEqual([200, 200 * 16_384])
    const [peer] = server.peers as [Peer]
    const told = (of: number): number =>
      peer.got
        .filter(({ type, stream }) => type === WINDOW_UPDATE && stream === of)
        .reduce((sum, { payload }) => sum + payload.readUInt32BE(), 0)
    const OPENED = 6 * 524_288
    await vi.waitFor(() => expect([told(0), told(1)]).toEqual([1_048_576 - 65_535 + OPENED, OPENED]))
  })
})

describe('an answer over HTTP/2', () => {
  const WHOLE: readonly (readonly [string, Buffer[], string])[] = [
    ['in one frame', [frame(HEADERS, LAST, 1, OK)], ''],
    [
      'with padding everywhere',
      [
        frame(HEADERS, END_HEADERS | PADDED, 1, Buffer.concat([Buffer.of(3), OK, Buffer.from('pad')])),
        frame(DATA, PADDED, 1, '\x04ok----'),
        frame(DATA, PADDED | END_STREAM, 1, '\x00'),
      ],
      'ok',
    ],
    [
      'with a priority, frames of other kinds and frames about priorities',
      [
        frame(0xbe, 0xff, 1, 'whatever'),
        frame(2, 0, 1, number32(0, 0).subarray(3)),
        frame(HEADERS, END_HEADERS | PRIORITIZED, 1, Buffer.concat([number32(0), Buffer.of(15), OK])),
        frame(DATA, END_STREAM, 1, 'ok'),
      ],
      'ok',
    ],
    [
      'with its head in pieces',
      [
        frame(HEADERS, 0, 1, OK.subarray(0, 3)),
        frame(CONTINUATION, 0, 1),
        frame(CONTINUATION, END_HEADERS, 1, OK.subarray(3)),
        frame(DATA, END_STREAM, 1, 'ok'),
      ],
      'ok',
    ],
    [
      'after hints',
      [
        frame(HEADERS, END_HEADERS, 1, status(103)),
        frame(HEADERS, END_HEADERS, 1, status(100)),
        frame(HEADERS, END_HEADERS, 1, OK),
        frame(DATA, END_STREAM, 1, 'ok'),
      ],
      'ok',
    ],
    [
      'with trailers',
      [
        frame(HEADERS, END_HEADERS, 1, Buffer.concat([OK, fields(['content-length', '2'])])),
        frame(DATA, 0, 1, 'ok'),
        frame(HEADERS, LAST, 1, fields(['x-sum', '1'])),
      ],
      'ok',
    ],
    [
      'with its body in pieces, some of them empty',
      [
        frame(HEADERS, END_HEADERS, 1, OK),
        ...['', 'o', '', 'k'].map((part) => frame(DATA, 0, 1, part)),
        frame(DATA, END_STREAM, 1),
      ],
      'ok',
    ],
  ]

  it.each(WHOLE)('is read %s', async (_, frames, body) => {
    const server = await answeringFirst(...frames)
    const probe = new HttpProbe(http2Maker)
    const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
    expect([exchange.error, exchange.status, textOf(exchange)]).toEqual([undefined, 200, body])
    expect((await probe.request(server.origin)).status).toBe(200)
    expect(server.sockets).toHaveLength(1)
  })

  it.each(WHOLE)('is read byte by byte %s', async (_, frames, body) => {
    const server = await peerServer(async (peer, got) => {
      if (!endsRequest(got)) return
      for (const byte of Buffer.concat(frames)) {
        peer.send(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const exchange = await new HttpProbe(http2Maker).request(server.origin)
    expect([exchange.status, textOf(exchange)]).toEqual([200, body])
    expect(exchange.receivedBytes).toBe(9 + Buffer.concat(frames).length)
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('has no body after %s and %i, whatever length it states', async (method, code) => {
    const head = Buffer.concat([status(code), fields(['content-length', '11'], ['content-encoding', 'gzip'])])
    const server = await peerServer(
      (peer, got) => endsRequest(got) && peer.send(frame(HEADERS, LAST, got.stream, head)),
    )
    const exchange = await new HttpProbe(http2Maker).request(server.origin, { method })
    expect([exchange.status, exchange.error, exchange.body.byteLength]).toEqual([code, undefined, 0])
  })

  it('joins repeated headers, and keeps what is in a table', async () => {
    const added = Buffer.concat([
      ...[OK, fields(['via', 'a'], ['via', 'b'], ['set-cookie', 'a=1'], ['set-cookie', 'b=2'])],
      Buffer.from('\x40\x04x-in\x04tabl', 'latin1'),
    ])
    const server = await peerServer((peer, got) => {
      if (!endsRequest(got)) return
      peer.send(frame(HEADERS, LAST, got.stream, got.stream === 1 ? added : Buffer.from([...OK, 0xbe])))
    })
    const probe = new HttpProbe(http2Maker)
    const { headers } = await probe.request(server.origin)
    expect(headers).toEqual({ via: 'a, b', 'set-cookie': 'a=1\nb=2', 'x-in': 'tabl' })
    expect((await probe.request(server.origin)).headers).toEqual({ 'x-in': 'tabl' })
  })

  const withFields = (...of: [string, string][]): Buffer =>
    frame(HEADERS, LAST, 1, Buffer.concat([OK, fields(...of)]))

  const BROKEN: readonly (readonly [string, ...Buffer[]])[] = [
    ['no status', frame(HEADERS, LAST, 1, fields(['x-a', 'b']))],
    ['two statuses', withFields([':status', '200'])],
    ['a status of two digits', frame(HEADERS, LAST, 1, status(20))],
    ['a status of letters', frame(HEADERS, LAST, 1, status('abc'))],
    ['a status below all', frame(HEADERS, LAST, 1, status('099'))],
    ['a status behind other fields', frame(HEADERS, LAST, 1, fields(['x-a', 'b'], [':status', '200']))],
    ['a field of requests', withFields([':path', '/'])],
    ['an unknown field of the protocol', withFields([':x', '/'])],
    ['a name in capitals', withFields(['X-A', 'b'])],
    ['a name with a blank', withFields(['x a', 'b'])],
    ['a field without a name', withFields(['', 'b'])],
    ['a line break in a value', withFields(['x-a', 'b\r\nx-c: d'])],
    ['NUL in a value', withFields(['x-a', 'b\0'])],
    ['a blank before a value', withFields(['x-a', ' b'])],
    ['a blank behind a value', withFields(['x-a', 'b\t'])],
    ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'].map(
      (name) => [`the field ${name}`, withFields([name, 'close'])] as const,
    ),
    ['a length that is no number', withFields(['content-length', '+2'])],
    ['two lengths', withFields(['content-length', '0'], ['content-length', '1'])],
    ['a list of lengths that differ', withFields(['content-length', '0, 1'])],
    ['a body shorter than its length', withFields(['content-length', '2'])],
    [
      'a body longer than its length',
      frame(HEADERS, END_HEADERS, 1, Buffer.concat([OK, fields(['content-length', '2'])])),
      frame(DATA, END_STREAM, 1, 'abc'),
    ],
    [
      'a body where there is none',
      frame(HEADERS, END_HEADERS, 1, status(204)),
      frame(DATA, END_STREAM, 1, 'abc'),
    ],
    ['a body before its head', frame(DATA, END_STREAM, 1, 'abc')],
    ['two heads', frame(HEADERS, END_HEADERS, 1, OK), frame(HEADERS, LAST, 1, OK)],
    [
      'more behind its trailers',
      frame(HEADERS, END_HEADERS, 1, OK),
      frame(HEADERS, END_HEADERS, 1, fields(['a', 'b'])),
    ],
    [
      'a status in its trailers',
      frame(HEADERS, END_HEADERS, 1, OK),
      frame(HEADERS, LAST, 1, fields(['a', 'b'], [':status', '200'])),
    ],
    ['hints alone', frame(HEADERS, LAST, 1, status(103))],
    ['another protocol', frame(HEADERS, LAST, 1, status(101))],
    ['a window opened by nothing', frame(WINDOW_UPDATE, 0, 1, number32(0))],
    ['a window opened too wide', frame(WINDOW_UPDATE, 0, 1, number32(2 ** 31 - 1))],
  ]

  it.each(BROKEN.map(([what, ...frames]) => [what, frames] as const))(
    'with %s is a malformed_response, and costs no other its connection',
    async (_, frames) => {
      const server = await answeringFirst(...frames)
      const probe = new HttpProbe(http2Maker)
      const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
      expect(exchange).toMatchObject({ status: 0, error: 'malformed_response', sent: true })
      expect((await probe.request(server.origin)).status).toBe(200)
      const [peer] = server.peers as [Peer]
      expect(peer.got.filter(({ type }) => type === RESET).map(({ stream }) => stream)).toEqual([1])
      expect(server.sockets).toHaveLength(1)
    },
  )

  it.each([
    ['twice', withFields(['content-length', '0'], ['content-length', '0'])],
    ['in a list', withFields(['content-length', '0, 0'])],
  ])('with the same length %s is read like curl does, and says so', async (_, head) => {
    const server = await answeringFirst(head)
    const probe = new HttpProbe(http2Maker)
    const { status: code, leniencies } = await probe.request(server.origin)
    expect([code, leniencies]).toEqual([200, ['repeated_length']])
    expect((await probe.request(server.origin)).leniencies).toBeUndefined()
    expect(server.sockets).toHaveLength(1)
  })

  const VIOLATIONS: readonly (readonly [string, number, ...Buffer[]])[] = [
    ['HPACK that is none', 9, frame(HEADERS, LAST, 1, Buffer.of(0x80))],
    ['an index that nobody gave', 9, frame(HEADERS, LAST, 1, Buffer.of(0xff, 0))],
    [
      'a head in whose midst something else comes',
      1,
      frame(HEADERS, 0, 1, OK),
      frame(PING, 0, 0, '12345678'),
    ],
    ['a head in whose midst another one goes on', 1, frame(HEADERS, 0, 1, OK), frame(CONTINUATION, 4, 3)],
    ['the rest of a head', 1, frame(CONTINUATION, END_HEADERS, 1, OK)],
    ['a frame that is too long', 6, frame(DATA, 0, 1, Buffer.alloc(16_385))],
    ['more padding than room', 1, frame(DATA, PADDED, 1, '\x05abcd')],
    ['padding in a frame of nothing', 1, frame(DATA, PADDED, 1)],
    [
      'a head with more padding than room',
      1,
      frame(HEADERS, LAST | PADDED, 1, Buffer.concat([Buffer.of(250), OK])),
    ],
    ['a head too short for its priority', 6, frame(HEADERS, LAST | PRIORITIZED, 1, 'abc')],
    ['data on no stream', 1, frame(DATA, 0, 0, 'abc')],
    ['a head on no stream', 1, frame(HEADERS, LAST, 0, OK)],
    ['data on a stream of its own', 1, frame(DATA, 0, 2, 'abc')],
    ['data on a stream that nobody opened', 1, frame(DATA, 0, 7, 'abc')],
    ['a reset of a stream that nobody opened', 1, frame(RESET, 0, 7, number32(8))],
    ['a reset on no stream', 1, frame(RESET, 0, 0, number32(8))],
    ['a reset without its code', 6, frame(RESET, 0, 1, 'abc')],
    ['a push', 1, frame(5, END_HEADERS, 1, Buffer.concat([number32(2), OK]))],
    ['settings on a stream', 1, frame(SETTINGS, 0, 1)],
    ['half a setting', 6, frame(SETTINGS, 0, 0, 'abc')],
    ['an acknowledgement that says something', 6, frame(SETTINGS, 1, 0, settings({ 3: 1 }).subarray(9))],
    ['a wish to be pushed to', 1, settings({ 2: 1 })],
    ['a window beyond all bounds', 3, settings({ 4: 2 ** 31 })],
    ['frames shorter than everybody takes', 1, settings({ 5: 16_383 })],
    ['frames longer than there are', 1, settings({ 5: 2 ** 24 })],
    ['a ping of seven bytes', 6, frame(PING, 0, 0, '1234567')],
    ['a ping on a stream', 1, frame(PING, 0, 1, '12345678')],
    ['a goodbye on a stream', 1, frame(GO_AWAY, 0, 1, number32(0, 0))],
    ['half a goodbye', 6, frame(GO_AWAY, 0, 0, number32(0))],
    ['a window of all opened by nothing', 3, frame(WINDOW_UPDATE, 0, 0, number32(0))],
    ['a window of all opened too wide', 3, frame(WINDOW_UPDATE, 0, 0, number32(2 ** 31 - 1))],
    ['a window opened by half a number', 6, frame(WINDOW_UPDATE, 0, 0, 'ab')],
    ['a window opened on a stream that nobody opened', 1, frame(WINDOW_UPDATE, 0, 9, number32(1))],
  ]

  it.each(VIOLATIONS.map(([what, code, ...frames]) => [what, code, frames] as const))(
    'with %s ends its connection as malformed_response with the code %i',
    async (_, code, frames) => {
      const server = await answeringFirst(...frames)
      const probe = new HttpProbe(http2Maker)
      const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
      expect(exchange).toMatchObject({ status: 0, error: 'malformed_response', sent: true })
      expect((await probe.request(server.origin)).status).toBe(200)
      expect(server.sockets).toHaveLength(2)
      const goodbye = server.peers[0]?.got.find(({ type }) => type === GO_AWAY)
      expect(goodbye?.payload).toEqual(number32(0, code))
    },
  )

  it.each([
    ['an answer', frame(HEADERS, LAST, 1, OK)],
    ['an acknowledgement', frame(SETTINGS, 1, 0)],
    ['zeros', Buffer.alloc(64)],
    ['another protocol', Buffer.from('SSH-2.0-OpenSSH_9.9\r\n')],
  ])('of a server that begins with %s is a malformed_response', async (_, greeting) => {
    const server = await peerServer(() => undefined, { settings: greeting })
    const exchange = await new HttpProbe(http2Maker).request(server.origin, { timeoutMs: 2_000 })
    expect(exchange).toMatchObject({ status: 0, error: 'malformed_response' })
  })
})
