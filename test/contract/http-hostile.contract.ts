import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { type HttpClientMaker, HttpProbe } from './http-probe.ts'
import { rawServer, silentServer } from './wire-server.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const CAP_BYTES = 1_000_000
/** What may be on its way when a body is found to be too long. */
const UNDER_WAY_BYTES = 4_000_000

/** Writes the same bytes for as long as the connection takes them. */
function flood(socket: Socket, bytes: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
    if (!socket.destroyed) socket.once('drain', more)
  }
  more()
}

/** What a client makes of servers that wish it ill: it ends, in its time, with a name for what happened. */
export function httpHostileContract(maker: HttpClientMaker): void {
  describe(`${maker.name} and servers that wish it ill`, () => {
    it.each([
      ['chunks', `${OK}transfer-encoding: chunked\r\n\r\n`, `10000\r\n${'x'.repeat(65_536)}\r\n`],
      ['tiny chunks', `${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n'.repeat(4_096)],
      ['gigabytes by its length', `${OK}content-length: 5000000000\r\n\r\n`, 'x'.repeat(65_536)],
      ['a body until it closes', `${OK}\r\n`, 'x'.repeat(65_536)],
    ])('stops at the cap of an endless body: %s', async (_, head, body) => {
      const server = await rawServer((socket) => {
        socket.write(head)
        flood(socket, Buffer.from(body))
      })
      const probe = new HttpProbe(maker, { maxBodyBytes: CAP_BYTES })
      const exchange = await probe.request(server.origin)
      expect(exchange).toMatchObject({ status: 0, error: 'body_too_large' })
      expect(exchange.receivedBytes).toBeGreaterThan(CAP_BYTES)
      expect(exchange.receivedBytes).toBeLessThan(7 * CAP_BYTES + UNDER_WAY_BYTES)
      await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
    })

    it.each([
      ['many headers', OK, 'x-flood: 0123456789\r\n'.repeat(1_000)],
      ['one header', `${OK}x-flood: `, '0123456789'.repeat(1_000)],
      ['one name', OK, 'x-flood-'.repeat(1_000)],
    ])('stops at 64 KiB of an endless head: %s', async (_, head, rest) => {
      const server = await rawServer((socket) => {
        socket.write(head)
        flood(socket, Buffer.from(rest))
      })
      const exchange = await new HttpProbe(maker).request(server.origin)
      expect(exchange).toMatchObject({ status: 0, error: 'header_too_large' })
    })

    it.each([
      ['informational answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
      ['a byte now and then', `${OK}content-length: 100000\r\n\r\n`, 'x'],
      ['a head that never ends', `${OK}x-a: `, 'b'],
    ])('gives up at its timeout: %s without end', async (_, head, rest) => {
      let asked = 0
      const server = await rawServer((socket) => {
        if (asked++ === 0) {
          socket.write('HTTP/1.1 204 No Content\r\n\r\n')
          return
        }
        socket.write(head)
        const drip = setInterval(() => socket.write(rest), 2)
        socket.on('close', () => clearInterval(drip))
      })
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      const exchange = await probe.request(server.origin, { timeoutMs: 80 })
      expect(exchange).toMatchObject({ status: 0, error: 'timeout', sent: true })
    })

    it.each([
      ['the head', 'HTTP/1.1 20'],
      ['the headers', `${OK}content-le`],
      ['a body of known length', `${OK}content-length: 9\r\n\r\nhalf`],
      ['a chunk', `${OK}transfer-encoding: chunked\r\n\r\n9\r\nhalf`],
      ['the size of a chunk', `${OK}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`],
    ])('is connection_reset when a reset comes in the midst of %s', async (_, part) => {
      const server = await rawServer((socket) => socket.write(part, () => socket.resetAndDestroy()))
      const probe = new HttpProbe(maker)
      expect(await probe.request(server.origin)).toMatchObject({ status: 0, error: 'connection_reset' })
    })

    it('takes no reset for the end of a body that only a close could end, unless it is lenient', async () => {
      const server = await rawServer((socket) =>
        socket.write(`${OK}\r\nhalf`, () => socket.resetAndDestroy()),
      )
      const { status, error } = await new HttpProbe(maker).request(server.origin)
      expect([status, error]).toEqual(maker.lenient ? [200, undefined] : [0, 'connection_reset'])
    })

    it('is connection_reset when a reset comes with the connection', async () => {
      const server = await silentServer((socket) => socket.resetAndDestroy())
      expect(await new HttpProbe(maker).request(server.origin)).toMatchObject({
        status: 0,
        error: 'connection_reset',
      })
    })

    it('is connection_reset when a reset comes in the midst of a handshake', async () => {
      const server = await rawServer((socket) => socket.resetAndDestroy())
      const exchange = await new HttpProbe(maker).request(server.origin.replace('http', 'https'))
      expect(exchange).toMatchObject({ status: 0, error: 'connection_reset', sent: false })
    })

    it('is connect_timeout when a handshake is never answered', async () => {
      const server = await silentServer(() => undefined)
      const exchange = await new HttpProbe(maker).request(server.origin.replace('http', 'https'), {
        timeoutMs: 60,
      })
      expect(exchange).toMatchObject({ status: 0, error: 'connect_timeout', sent: false })
    })

    it('opens another connection after a server closed its side of an idle one', async () => {
      const server = await rawServer((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'), {
        allowHalfOpen: true,
      })
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      server.sockets[0]?.end()
      await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(2)
    })

    it('reads the answer of a server that closes its side before it has read the whole request', async () => {
      const server = await rawServer(
        (socket) => socket.end(`HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`),
        { allowHalfOpen: true },
      )
      const body = new Uint8Array(200_000)
      const exchange = await new HttpProbe(maker).request(server.origin, { method: 'POST', body })
      expect(exchange).toMatchObject({ status: 413, error: undefined })
    })

    it('believes a server that does not keep its connection', async () => {
      const server = await rawServer((socket) =>
        socket.write('HTTP/1.1 204 No Content\r\nkeep-alive: max=5, timeout=0\r\n\r\n'),
      )
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      await probe.request(server.origin)
      expect(server.sockets).toHaveLength(2)
    })
  })
}
