import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { ProbeOptions } from './session-probe.ts'
import { failTwice, WAYS, type WayName } from './ways.ts'
import { pem, rawServer, refusedOrigin, silentServer, tlsServer, type WireServer } from './wire-server.ts'

/** What a connection is to be made to, and how. */
type Place = () => Promise<{ origin: string; options?: ProbeOptions; server?: WireServer }>

type Row = readonly [errorClass: string, when: string, place: Place]

/** Names of their own for the same thing: a call counts its own time, and a WebSocket tells no connection from an upgrade. */
const OTHERWISE: Record<string, Partial<Record<WayName, string>>> = {
  connect_timeout: { rpc: 'rpc_timeout', websocket: 'timeout' },
}

/** The ways that the contracts of their own clients have no such test for. */
const NOT_HTTP1 = ['http2', 'stream', 'rpc', 'websocket', 'tcp'] as const
const NEITHER_TCP_NOR_HTTP1 = ['http2', 'stream', 'rpc', 'websocket'] as const
const ALL = ['sockets', 'undici', ...NOT_HTTP1] as const

function eachOf(ways: readonly WayName[], rows: readonly Row[]): void {
  it.each(
    ways.flatMap((way) =>
      rows.map(([error, when, place]) => [WAYS[way].name, error, when, way, place] as const),
    ),
  )('%s is %s where %s', async (_, errorClass, __, way, place) => {
    const { origin, options, server } = await place()
    const { told, counted, probe } = await failTwice(origin, way, options)
    const expected = OTHERWISE[errorClass]?.[way] ?? errorClass
    expect([told, counted]).toEqual([[expected, expected], { [expected]: 2 }])
    await vi.waitFor(() => expect(probe.openSockets()).toBe(0))
    await vi.waitFor(() => expect(server?.sockets.every(({ destroyed }) => destroyed)).not.toBe(false))
  })
}

const HOST = 'shop.example.com'

const named =
  (resolve: NonNullable<ProbeOptions['resolve']>, timeout = '10s'): Place =>
  async () => ({
    origin: (await refusedOrigin()).replace('127.0.0.1', HOST),
    options: { allow: [HOST], resolve, timeout },
  })

const failedLookUp = (code: string): Place =>
  named((_, done) => done(Object.assign(new Error(code), { code, syscall: 'getaddrinfo' }), []))

const addresses = (...of: string[]): Place =>
  named((_, done) =>
    done(
      null,
      of.map((address) => ({ address, family: 4 })),
    ),
  )

describe('connecting', () => {
  eachOf(NOT_HTTP1, [
    ['dns_not_found', 'the name does not exist', failedLookUp('ENOTFOUND')],
    ['dns_failed', 'the name cannot be looked up', failedLookUp('EAI_AGAIN')],
    ['connect_timeout', 'the look-up never ends', named(() => undefined, '40ms')],
  ])
  eachOf(ALL, [
    ['dns_not_found', 'the name has no address', addresses()],
    ['connection_refused', 'all addresses of a name refuse', addresses('127.0.0.1', '127.0.0.2')],
  ])
  eachOf(
    ['http2', 'rpc'],
    [['connection_refused', 'nothing listens', async () => ({ origin: await refusedOrigin() })]],
  )
  // Linux makes no TCP connection to a broadcast address, which the loopback has one of: ENETUNREACH, and nothing leaves the machine.
  if (process.platform === 'linux')
    eachOf(ALL, [
      [
        'host_unreachable',
        'there is no way to the host',
        async () => ({ origin: 'http://127.255.255.255:9' }),
      ],
    ])
})

const certified =
  (name: string, tls: ProbeOptions['tls'] = { ca: pem(name) }, asks = {}): Place =>
  async () => {
    const server = await tlsServer(name, (socket) => socket.resume(), asks)
    return { origin: server.origin, options: { tls }, server }
  }

/** Begins a server's part of the handshake, which says that it will be long. */
const HELLO = Buffer.from('1603033fff02003ffb', 'hex')
const ALERT = Buffer.from('15030300020228', 'hex')
const MAX_RECORD = Buffer.concat([Buffer.from('160303400002ffffff', 'hex'), Buffer.alloc(16_380)])

/** Answers the client's part of the handshake in this way. */
const answered =
  (answer: (socket: Socket) => void, options: ProbeOptions = {}, allowHalfOpen = false): Place =>
  async () => {
    const server = await rawServer((socket) => answer(socket), { allowHalfOpen })
    return { origin: server.origin.replace('http', 'https'), options, server }
  }

function drip(socket: Socket): void {
  socket.write(HELLO)
  const timer = setInterval(() => socket.write('\0'), 2)
  socket.on('close', () => clearInterval(timer))
}

function flood(socket: Socket): void {
  while (!socket.destroyed && socket.write(MAX_RECORD));
  if (!socket.destroyed) socket.once('drain', () => flood(socket))
}

describe('a TLS handshake', () => {
  eachOf(ALL, [
    ['tls_certificate', 'the certificate has expired', certified('expired')],
    ['tls_certificate', 'the certificate is not valid yet', certified('not-yet-valid')],
    ['tls_handshake', 'the server answers with an alert', answered((socket) => socket.write(ALERT))],
    ['tls_handshake', 'the server’s part never ends', answered(flood)],
    ['connect_timeout', 'the server’s part comes byte by byte', answered(drip, { timeout: '60ms' })],
    [
      'connection_reset',
      'it is reset in its midst',
      answered((socket) => socket.write(HELLO, () => socket.resetAndDestroy())),
    ],
    ['connection_reset', 'the server closes in its midst', answered((socket) => socket.end(HELLO))],
    ['connection_reset', 'the server closes its side alone', answered((socket) => socket.end(), {}, true)],
  ])
  eachOf(NOT_HTTP1, [
    [
      'tls_certificate',
      'the certificate is for another name',
      certified('certificate', { ca: pem('certificate'), serverName: HOST }),
    ],
    ['connection_reset', 'it is reset at once', answered((socket) => socket.resetAndDestroy())],
  ])
  // Undici tells of the end of the connection alone.
  eachOf(
    ['sockets', ...NOT_HTTP1],
    [
      [
        'tls_handshake',
        'the client is to have a certificate, and has none',
        certified(
          'certificate',
          { ca: pem('certificate') },
          { requestCert: true, ALPNProtocols: ['h2', 'http/1.1'] },
        ),
      ],
    ],
  )
  eachOf(
    ['http2', 'stream', 'rpc'],
    [
      ['tls_certificate', 'no known authority signed', certified('certificate', {})],
      [
        'tls_handshake',
        'the server speaks no TLS',
        answered((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
      ],
    ],
  )
  eachOf(NEITHER_TCP_NOR_HTTP1, [
    [
      'connect_timeout',
      'the server never answers',
      async () => {
        const server = await silentServer((socket) => socket.resume())
        return { origin: server.origin.replace('http', 'https'), options: { timeout: '60ms' }, server }
      },
    ],
  ])
})
