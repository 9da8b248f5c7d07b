import { createSecureServer } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { HttpSettings } from '../../lib/core/scenario/scenario.ts'
import { probeSession, WITHIN } from './session-probe.ts'
import { certificate, httpsServer, key, listening, tlsServer } from './wire-server.ts'

type Tls = Partial<HttpSettings['tls']>

const nameOf = (socket: unknown): unknown => (socket as TLSSocket).servername

/** What servers are asked for: by a request, over HTTP/2, by a WebSocket and by a TLS connection of lines. */
const ASK: Record<string, (host: string, header: string | undefined, tls: Tls) => Promise<unknown[]>> = {
  async 'a request'(host, header, tls) {
    const names: unknown[] = []
    const server = await httpsServer((request, response) => {
      names.push(nameOf(request.socket))
      response.end()
    })
    const { session } = probeSession(server.origin.replace('127.0.0.1', host), { tls })
    await session.request('GET', '/', header === undefined ? {} : { headers: { host: header } }, WITHIN)
    return names
  },
  async 'a request over HTTP/2'(host, header, tls) {
    const names: unknown[] = []
    const server = createSecureServer({ cert: certificate, key }, (_, response) => response.end())
    server.on('secureConnection', (socket) => names.push(nameOf(socket)))
    const { origin } = await listening(server, 'https')
    const { session } = probeSession(origin.replace('127.0.0.1', host), { tls, version: '2' })
    await session.request('GET', '/', header === undefined ? {} : { headers: { host: header } }, WITHIN)
    return names
  },
  async 'a WebSocket'(host, header, tls) {
    const names: unknown[] = []
    const server = await httpsServer(() => undefined)
    const sockets = new WebSocketServer({ noServer: true })
    server.server.on('upgrade', (request, socket, head) => {
      names.push(nameOf(request.socket))
      sockets.handleUpgrade(request, socket, head, () => undefined)
    })
    const { session } = probeSession(server.origin.replace('127.0.0.1', host), { tls })
    const options = header === undefined ? {} : { headers: { host: header } }
    await (await session.openSocket('/', options, WITHIN)).close()
    return names
  },
}

describe.each(Object.keys(ASK))('the server name that %s asks for', (protocol) => {
  const ask = (host: string, header?: string, tls: Tls = { ca: certificate }): Promise<unknown[]> =>
    (ASK[protocol] as (typeof ASK)[string])(host, header, tls)

  it('is the name of the URL', async () => {
    expect(await ask('localhost')).toEqual(['localhost'])
  })

  it('is none for an address, whose certificate is checked all the same', async () => {
    expect(await ask('127.0.0.1')).toEqual([false])
  })

  it.each(['127.0.0.1', '127.0.0.1:8443', '[::1]', '[::1]:443'])(
    'is that of the URL where the host header is the address %s',
    async (header) => {
      expect([await ask('127.0.0.1', header), await ask('localhost', header)]).toEqual([
        [false],
        ['localhost'],
      ])
    },
  )

  it('is the name in the host header', async () => {
    expect(await ask('127.0.0.1', 'localhost:1')).toEqual(['localhost'])
  })

  it('is none where the settings name an address, against which the certificate is held', async () => {
    expect(await ask('localhost', undefined, { ca: certificate, serverName: '127.0.0.1' })).toEqual([false])
    const wrong = ask('localhost', undefined, { ca: certificate, serverName: '127.0.0.9' })
    expect(await wrong.catch((error) => [error.errorClass])).toEqual(
      protocol === 'a WebSocket' ? ['tls_certificate'] : [],
    )
  })
})

describe('the server name that a TLS connection of lines asks for', () => {
  it.each([
    ['127.0.0.1', false],
    ['localhost', 'localhost'],
  ])('at %s is %s', async (host, name) => {
    const names: unknown[] = []
    const server = await tlsServer('certificate', (socket) => names.push(nameOf(socket)))
    const { session } = probeSession(server.origin, { tls: { ca: certificate } })
    const { port } = new URL(server.origin)
    await (await session.openTcp(`tls://${host}:${port}`, {}, WITHIN)).close()
    expect(names).toEqual([name])
  })
})
