import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { Leniency } from '../../functions/generator/contract/exchange-record.ts'
import { type HttpClientMaker, HttpProbe, textOf } from './http-probe.ts'
import { rawServer } from './wire-server.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n'
const CHUNKED_B = `${OK}x-a: b\r\ntransfer-encoding: chunked\r\n\r\n`
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`

/** Answers that break the rules of HTTP/1.1. */
const BROKEN: readonly (readonly [string, string])[] = [
  ['a length that is no number', `${OK}content-length: two\r\n\r\nab`],
  ['a length with a sign', `${OK}content-length: +2\r\n\r\nab`],
  ['a negative length', `${OK}content-length: -2\r\n\r\nab`],
  ['a length without digits', `${OK}content-length:\r\n\r\nab`],
  ['chunks and a length', `${OK}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\nab\r\n0\r\n\r\n`],
  ['a folded status line', `${OK} x-a: b\r\ncontent-length: 0\r\n\r\n`],
  ['an empty line before the status', `\r\n\r\n${OK}: b\r\n\r\n`],
  ['NUL in a header', `${OK}x-a: b\0c\r\ncontent-length: 0\r\n\r\n`],
  ['NUL in the name of a header', `${OK}x\0a: b\r\ncontent-length: 0\r\n\r\n`],
  ['CR in a header', `${OK}x-a: b\rc\r\ncontent-length: 0\r\n\r\n`],
  ['a header without a name', `${OK}: b\r\ncontent-length: 0\r\n\r\n`],
  ['a header without a colon', `${OK}x-a\r\ncontent-length: 0\r\n\r\n`],
  ['a space before a colon', `${OK}x-a : b\r\ncontent-length: 0\r\n\r\n`],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of letters', 'HTTP/1.1 abc OK\r\ncontent-length: 0\r\n\r\n'],
  ['no status', 'HTTP/1.1\r\ncontent-length: 0\r\n\r\n'],
  ['a protocol in small letters', 'http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['another protocol', 'ICY 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['bytes of TLS', '\x15\x03\x01\x00\x02\x02\x28'],
  ['zeros', '\0'.repeat(64)],
  ['a chunk of a negative size', `${CHUNKED}-5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk without a size', `${CHUNKED}\r\nhello\r\n0\r\n\r\n`],
  ['a chunk longer than its size', `${CHUNKED}2\r\nhello\r\n0\r\n\r\n`],
  ['a chunk of an endless size', `${CHUNKED}${'f'.repeat(40)}\r\nhello\r\n0\r\n\r\n`],
  ['a chunk whose size ends in CR alone', `${CHUNKED}5\rhello\r\n0\r\n\r\n`],
  ['a chunk that ends in CR alone', `${CHUNKED}5\r\nhello\r0\r\n\r\n`],
  ['a chunk of a size in C', `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`],
]

/** Answers that can be read in more ways than one, and must not be. */
const DOUBTFUL: readonly (readonly [string, string])[] = [
  ['two lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nab`],
  ['a list of lengths that differ', `${OK}content-length: 2, 3\r\n\r\nab`],
  ['a length that goes on in the next line', `${OK}content-length: 1\r\n 2\r\n\r\nab`],
  ['a list of lengths and nothing', `${OK}content-length: 2,\r\n\r\nab`],
  ['a length beyond all numbers', `${OK}content-length: 99999999999999999999999\r\n\r\nab`],
  ['a length and chunks', `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`],
]

/** Answers that break the rules and have one meaning all the same: what they break, and the answer `ok`. */
const FORGIVEN: readonly (readonly [string, readonly Leniency[], string])[] = [
  ['a head whose lines end without CR', ['bare_lf'], 'HTTP/1.1 200 OK\nx-a: b\ncontent-length: 2\n\nok'],
  ['one line that ends without CR', ['bare_lf'], `${OK}x-a: b\ncontent-length: 2\r\n\r\nok`],
  ['a status line that ends without CR', ['bare_lf'], 'HTTP/1.1 200\nx-a: b\r\ncontent-length: 2\r\n\r\nok'],
  ['an empty line that ends without CR', ['bare_lf'], `${OK}x-a: b\r\ncontent-length: 2\r\n\nok`],
  ['a last line that ends without CR', ['bare_lf'], `${OK}x-a: b\r\ncontent-length: 2\n\r\nok`],
  ['hints without CR', ['bare_lf'], `HTTP/1.1 103 Hints\n\n${OK}x-a: b\r\ncontent-length: 2\r\n\r\nok`],
  ['chunks without CR', ['bare_lf'], `${CHUNKED_B}2\nok\n0\n\n`],
  ['a chunk size that ends without CR', ['bare_lf'], `${CHUNKED_B}2\nok\r\n0\r\n\r\n`],
  ['a chunk extension that ends without CR', ['bare_lf'], `${CHUNKED_B}2;a=b\nok\r\n0\r\n\r\n`],
  ['a chunk that ends without CR', ['bare_lf'], `${CHUNKED_B}2\r\nok\n0\r\n\r\n`],
  ['trailers that end without CR', ['bare_lf'], `${CHUNKED_B}2\r\nok\r\n0\r\nx-t: 1\n\r\n`],
  ['chunks whose end is without CR', ['bare_lf'], `${CHUNKED_B}2\r\nok\r\n0\r\n\n`],
  [
    'the same length twice',
    ['repeated_length'],
    `${OK}content-length: 2\r\nx-a: b\r\ncontent-length: 2\r\n\r\nok`,
  ],
  ['a list of equal lengths', ['repeated_length'], `${OK}x-a: b\r\ncontent-length: 2 ,02\r\n\r\nok`],
  ['a folded header', ['folded_header'], `${OK}x-b: c \r\n\t d\r\nx-a: b\r\ncontent-length: 2\r\n\r\nok`],
  ['a folded length', ['folded_header'], `${OK}content-length:\r\n 2\r\nx-a: b\r\n\r\nok`],
  [
    'all of that',
    ['bare_lf', 'repeated_length', 'folded_header'],
    `${OK}content-length: 2\nx-b: c\n d\nx-a: b\ncontent-length: 2\n\nok`,
  ],
]

/** What comes behind a whole answer. */
const SURPLUS: readonly (readonly [string, string])[] = [
  ['garbage', 'garbage'],
  ['another answer', 'HTTP/1.1 500 Not Yours\r\ncontent-length: 0\r\n\r\n'],
]

/** What a client makes of servers that do not speak HTTP/1.1 as it is written. */
export function httpMalformedContract(maker: HttpClientMaker): void {
  /** Answers the first chunk of a request in this way, and any later one well. */
  const answeringFirst = (answer: (socket: Socket) => void) => {
    let answered = 0
    return rawServer((socket) => {
      if (answered++ === 0) answer(socket)
      else socket.write(NO_CONTENT)
    })
  }

  describe(`${maker.name} and answers that break the rules`, () => {
    it.each(BROKEN)(
      'calls %s a malformed_response, and goes on with another connection',
      async (_, answer) => {
        const server = await answeringFirst((socket) => socket.write(Buffer.from(answer, 'latin1')))
        const probe = new HttpProbe(maker)
        const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
        expect(exchange).toMatchObject({ status: 0, error: 'malformed_response', sent: true })
        expect(exchange.body.byteLength).toBe(0)
        expect((await probe.request(server.origin)).status).toBe(204)
        expect(server.sockets).toHaveLength(2)
      },
    )

    it.each(DOUBTFUL)('takes no answer with %s, and goes on with another connection', async (_, answer) => {
      const server = await answeringFirst((socket) => socket.write(answer))
      const probe = new HttpProbe(maker)
      const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
      const error = maker.lenient ? 'connection_closed' : 'malformed_response'
      expect(exchange).toMatchObject({ status: 0, error, sent: true })
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(2)
    })

    it.each(FORGIVEN)(
      'reads an answer with %s like curl does, says so, and goes on',
      async (_, told, answer) => {
        const server = await answeringFirst((socket) => socket.write(answer))
        const probe = new HttpProbe(maker)
        const exchange = await probe.request(server.origin, { timeoutMs: 2_000 })
        if (!maker.forgiving) expect(exchange.status).toBe(0)
        else {
          expect([exchange.status, exchange.error, textOf(exchange)]).toEqual([200, undefined, 'ok'])
          expect([exchange.headers['x-a'], exchange.leniencies]).toEqual(['b', told])
        }
        const next = await probe.request(server.origin)
        expect([next.status, next.leniencies]).toEqual([204, undefined])
        expect(server.sockets).toHaveLength(maker.forgiving ? 1 : 2)
      },
    )

    it.each(SURPLUS)('keeps an answer, but not the connection, when %s comes with it', async (_, surplus) => {
      const answer = `${OK}content-length: 2\r\n\r\nok${surplus}`
      const server = await answeringFirst((socket) => socket.write(answer))
      const probe = new HttpProbe(maker)
      const first = await probe.request(server.origin)
      expect([first.status, first.error, textOf(first)]).toEqual([200, undefined, 'ok'])
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(2)
    })

    it('takes an empty line behind an answer for bytes that nobody asked for, unless it is lenient', async () => {
      const server = await answeringFirst((socket) => socket.write(`${OK}content-length: 2\r\n\r\nok\r\n`))
      const probe = new HttpProbe(maker)
      expect(textOf(await probe.request(server.origin))).toBe('ok')
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(maker.lenient ? 1 : 2)
    })

    it('takes no bytes that came while nobody asked for the next answer', async () => {
      const server = await answeringFirst((socket) => socket.write(`${OK}content-length: 2\r\n\r\nok`))
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      server.sockets[0]?.write('HTTP/1.1 500 Not Yours\r\ncontent-length: 0\r\n\r\n')
      await vi.waitFor(() => expect(probe.client.openSockets()).toBe(0))
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(2)
    })

    it('reads trailers, and what chunks say besides their size, past', async () => {
      const answer = `${CHUNKED}5;a=b\r\nhello\r\n0\r\nx-trailer: 1\r\nexpires: never\r\n\r\n`
      const server = await answeringFirst((socket) => socket.write(answer))
      const probe = new HttpProbe(maker)
      const exchange = await probe.request(server.origin)
      expect([exchange.status, textOf(exchange)]).toEqual([200, 'hello'])
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(1)
    })

    it.each([
      ['HTTP/1.0 closes', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', 2],
      [
        'HTTP/1.0 stays when it says so',
        'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok',
        1,
      ],
      ['a list may hold close', `${OK}connection: x-a, Close\r\ncontent-length: 2\r\n\r\nok`, 2],
      ['a status needs no reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', 1],
      ['blanks around a value are no part of it', `${OK}content-length: \t  2\r\n\r\nok`, 1],
      ['names may be in capitals', `${OK}CONTENT-LENGTH: 2\r\n\r\nok`, 1],
    ])('knows when a connection goes on: %s', async (_, answer, connections) => {
      const server = await answeringFirst((socket) => socket.write(answer))
      const probe = new HttpProbe(maker)
      expect(textOf(await probe.request(server.origin))).toBe('ok')
      expect((await probe.request(server.origin)).status).toBe(204)
      expect(server.sockets).toHaveLength(connections)
    })

    it('reads an answer that comes byte by byte', async () => {
      const answer = `${OK}x-a: b\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n, wire\r\n0\r\n\r\n`
      const server = await answeringFirst(async (socket) => {
        for (const byte of answer) {
          socket.write(byte)
          await new Promise((resolve) => setImmediate(resolve))
        }
      })
      const probe = new HttpProbe(maker)
      const exchange = await probe.request(server.origin)
      expect([exchange.headers['x-a'], textOf(exchange)]).toEqual(['b', 'hello, wire'])
      expect(exchange.receivedBytes).toBe(answer.length)
    })
  })
}
