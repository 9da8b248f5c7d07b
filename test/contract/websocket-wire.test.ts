import { createHash } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { SocketOptions, VirtualSocket } from '../../lib/core/scenario/flow.ts'
import { probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { httpServer, rawServer } from './wire-server.ts'

const SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** The answer that opens a WebSocket, with headers of its own. */
function upgradeOf(request: string, headers: Record<string, string | undefined> = {}): string {
  const key = /sec-websocket-key: (.+)\r\n/i.exec(request)?.[1]
  const all = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-accept': createHash('sha1').update(`${key}${SUFFIX}`).digest('base64'),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  )
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`
}

/** A short frame as the server got it. */
interface Got {
  first: number
  mask: number
  payload: string
}

function gotFrom(received: Buffer): Got[] {
  const frames: Got[] = []
  for (let at = 0; at < received.length; ) {
    const [first = 0, second = 0] = received.subarray(at)
    expect(second & 0x80).toBe(0x80)
    const mask = received.subarray(at + 2, at + 6)
    const start = at + 6
    at = start + (second & 0x7f)
    const payload = Buffer.from(received.subarray(start, at).map((byte, i) => byte ^ (mask[i % 4] as number)))
    frames.push({ first, mask: mask.readUInt32BE(), payload: payload.toString('hex') })
  }
  return frames
}

interface Opened {
  socket: VirtualSocket
  probe: SessionProbe
  /** What the server got after the upgrade. */
  got: () => Got[]
}

/** A server that sends these bytes behind the answer to the upgrade, and one user's WebSocket to it. */
async function openTo(frames: string, then: (peer: Socket) => void = () => undefined): Promise<Opened> {
  let got = Buffer.alloc(0)
  const server = await rawServer(
    (peer, request) => {
      if (!request.startsWith('GET ')) return
      peer.removeAllListeners('data').on('data', (chunk) => {
        got = Buffer.concat([got, chunk])
      })
      peer.write(Buffer.concat([Buffer.from(upgradeOf(request)), bytes(frames)]))
      then(peer)
    },
    { allowHalfOpen: true },
  )
  const probe = probeSession(server.origin)
  const socket = await probe.session.openSocket('/chat', {}, WITHIN)
  return { socket, probe, got: () => gotFrom(got) }
}

/** Opens to a server that answers the upgrade like this, and tells why it did not work. */
async function refusal(
  answer: (socket: Socket, request: string) => void,
  options: SocketOptions = {},
): Promise<unknown> {
  const server = await rawServer(answer)
  const probe = probeSession(server.origin)
  const error = await probe.session.openSocket('/chat', options, WITHIN).then(
    () => 'opened',
    ({ errorClass }) => errorClass,
  )
  await vi.waitFor(() => expect(server.sockets.every(({ destroyed }) => destroyed)).toBe(true))
  return error
}

describe('the answer to an upgrade', () => {
  it.each<[string, string, Record<string, string | undefined>, SocketOptions]>([
    ['opened', 'names things in other cases', { connection: 'x, UPGRADE', upgrade: 'WebSocket' }, {}],
    ['ws_refused', 'upgrades to something else', { upgrade: 'h2c' }, {}],
    ['ws_refused', 'does not say that it upgrades', { connection: undefined }, {}],
    ['ws_refused', 'is to another key', { 'sec-websocket-accept': 'x' }, {}],
    ['ws_refused', 'is to no key', { 'sec-websocket-accept': undefined }, {}],
    ['ws_refused', 'chooses an extension', { 'sec-websocket-extensions': 'permessage-deflate' }, {}],
    ['ws_refused', 'chooses a protocol nobody offered', { 'sec-websocket-protocol': 'a' }, {}],
    ['ws_refused', 'chooses another protocol', { 'sec-websocket-protocol': 'c' }, { protocols: ['a', 'b'] }],
    ['ws_refused', 'chooses none of the protocols', {}, { protocols: ['a', 'b'] }],
    ['opened', 'chooses a protocol', { 'sec-websocket-protocol': 'b' }, { protocols: ['a', 'b'] }],
  ])('is %s where it %s', async (expected, _, headers, options) => {
    const told = await refusal((socket, request) => socket.end(upgradeOf(request, headers)), options)
    expect(told).toBe(expected)
  })

  it.each<[string, string, (socket: Socket) => void]>([
    ['connection_reset', 'never begins', (socket) => socket.end()],
    ['connection_closed', 'breaks off', (socket) => socket.end('HTTP/1.1 101')],
    ['ws_refused', 'sends elsewhere', (socket) => socket.end('HTTP/1.1 302 F\r\nlocation: /\r\n\r\n')],
    ['ws_refused', 'ends lines with LF alone', (socket) => socket.end('HTTP/1.1 101 X\nupgrade: x\n\n')],
    ['malformed_response', 'is no HTTP', (socket) => socket.end('HTP 101 X\r\nupgrade: x\r\n\r\n')],
    [
      'header_too_large',
      'does not end',
      (socket) => socket.write(`HTTP/1.1 101 X\r\na: ${'x'.repeat(70_000)}`),
    ],
  ])('is %s where it %s', async (expected, _, answer) => {
    expect(await refusal(answer)).toBe(expected)
  })

  it.each<[string, SocketOptions]>([
    ['twice', { protocols: ['a', 'a'] }],
    ['with a space', { protocols: ['a b'] }],
  ])('is never asked for with a protocol %s', async (_, options) => {
    const probe = probeSession('http://127.0.0.1:9')
    await expect(probe.session.openSocket('/chat', options, WITHIN)).rejects.toMatchObject({
      errorClass: 'bad_request_options',
    })
  })

  it('may come byte by byte, after others, and with messages behind it', async () => {
    const server = await rawServer((peer, request) => {
      if (!request.startsWith('GET ')) return
      const early = 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'
      const all = Buffer.concat([Buffer.from(early + upgradeOf(request)), bytes('81 02 68 69')])
      for (const byte of all) peer.write(Buffer.of(byte))
    })
    const socket = await probeSession(server.origin).session.openSocket('/chat', {}, WITHIN)
    expect((await socket.receive()).data).toBe('hi')
  })
})

describe('frames', () => {
  it('of a ping are answered with what was in them', async () => {
    const { got } = await openTo('89 03 61 62 63')
    await vi.waitFor(() => expect(got()).toMatchObject([{ first: 0x8a, payload: '616263' }]))
  })

  it('of one message may have others between them', async () => {
    const { socket } = await openTo('01 01 61 89 00 00 01 62 8a 00 80 01 63')
    expect((await socket.receive()).data).toBe('abc')
  })

  it.each([
    ['malformed_response', 'no WebSocket', '83 00', '03ea'],
    ['malformed_response', 'no UTF-8', '81 01 ff', '03ef'],
    ['message_too_large', 'longer than a message may be', '82 7f 00 00 00 00 7f ff ff ff', '03f1'],
  ])('are %s where they are %s, and the server is told', async (errorClass, _, frames, code) => {
    const { socket, probe, got } = await openTo(frames, (peer) => peer.on('end', () => peer.end()))
    await expect(socket.receive()).rejects.toMatchObject({ errorClass })
    expect(got()).toMatchObject([{ first: 0x88, payload: code }])
    expect(probe.recorded('ws_session_failed')).toMatchObject([{ tags: { error: errorClass }, trues: 1 }])
  })

  it('that come after a wrong one mean nothing', async () => {
    const { socket } = await openTo('81 01 61 83 00 81 01 62', (peer) => peer.on('end', () => peer.end()))
    expect((await socket.receive()).data).toBe('a')
    await expect(socket.receive()).rejects.toMatchObject({ errorClass: 'malformed_response' })
    await expect(socket.receive()).rejects.toMatchObject({ errorClass: 'malformed_response' })
  })

  it('are masked, each by another mask', async () => {
    const { socket, got } = await openTo('')
    for (const data of ['hi', 'hi', Buffer.from('hi'), 'ß']) socket.send(data)
    await vi.waitFor(() => expect(got()).toHaveLength(4))
    const [text, again, binary, wide] = got()
    expect([text, binary, wide]).toMatchObject([
      { first: 0x81, payload: '6869' },
      { first: 0x82, payload: '6869' },
      { first: 0x81, payload: 'c39f' },
    ])
    expect(again?.mask).not.toBe(text?.mask)
  })

  it.each([0, 125, 126, 65_535, 65_536, 200_000])(
    'of %d bytes come back from another implementation as they were sent',
    async (length) => {
      const server = await httpServer((_, response) => response.writeHead(404).end())
      new WebSocketServer({ server: server.server as HttpServer }).on('connection', (client) =>
        client.on('message', (data, binary) => client.send(data, { binary })),
      )
      const socket = await probeSession(server.origin).session.openSocket('/chat', {}, WITHIN)
      for (const data of ['x'.repeat(length), 'ß'.repeat(length / 2), Buffer.alloc(length, 7)])
        expect((await socket.request(data)).data).toEqual(data)
    },
  )
})
