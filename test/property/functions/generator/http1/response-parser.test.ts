import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ResponseParser } from '../../../../../functions/generator/http1/response-parser.ts'
import { errorClassOf } from '../../../../../functions/generator/metering/error-class.ts'

interface Read {
  status: number
  headers: Record<string, string>
  body: string
  done: boolean
  keepAlive: boolean
  /** Bytes behind the answer. */
  surplus: number
  error?: string
  leniencies: Set<string>
}

/** What a parser makes of an answer that comes in these pieces. */
function read(answer: Buffer, pieces: readonly number[], method = 'GET'): Read {
  const seen: Read = {
    status: 0,
    headers: {},
    body: '',
    done: false,
    keepAlive: true,
    surplus: 0,
    leniencies: new Set(),
  }
  const parser = new ResponseParser({
    onHead: (status, headers) => {
      seen.status = status
      seen.headers = { ...headers.all() }
    },
    onBody: (chunk) => {
      seen.body += chunk.toString('latin1')
    },
    onLenient: (leniency) => seen.leniencies.add(leniency),
  })
  parser.expect(method)
  let at = 0
  try {
    for (const size of [...pieces, answer.length]) {
      const piece = Buffer.from(answer.subarray(at, at + size))
      at += piece.length
      seen.surplus += piece.length - parser.read(piece, piece.length)
    }
  } catch (error) {
    seen.error = errorClassOf(error)
  }
  seen.done = parser.done
  seen.keepAlive = parser.keepAlive
  return seen
}

const token = fc
  .stringMatching(/^[a-zA-Z][\w-]{0,12}$/)
  .filter((name) => !/^(content-length|transfer-encoding|connection|keep-alive)$/i.test(name))
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('latin1'))
const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 })

const framed = fc.oneof(
  bytes.map((body) => ({ body, head: `content-length: ${body.length}\r\n`, wire: body })),
  fc
    .array(
      fc.tuple(
        bytes.filter((chunk) => chunk !== ''),
        fc.boolean(),
      ),
      { maxLength: 5 },
    )
    .map((chunks) => ({
      body: chunks.map(([chunk]) => chunk).join(''),
      head: 'Transfer-Encoding: chunked\r\n',
      wire: `${chunks.map(([chunk, extended]) => `${chunk.length.toString(16)}${extended ? ';a="b"' : ''}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`,
    })),
)

const answers = fc.record({
  hints: fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
  status: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
  headers: fc.array(fc.tuple(token, value), { maxLength: 6 }),
  framed,
  surplus: fc.constantFrom('', 'x', 'HTTP/1.1 200 OK\r\n\r\n'),
})

describe('an answer', () => {
  it('is the same however its bytes are split', () => {
    fc.assert(
      fc.property(answers, pieces, ({ hints, status, headers, framed, surplus }, sizes) => {
        const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')
        const wire = Buffer.from(
          `${hints}HTTP/1.1 ${status} Fine\r\n${lines}${framed.head}\r\n${framed.wire}${surplus}`,
          'latin1',
        )
        const whole = read(wire, [])
        expect(whole).toMatchObject({ status, body: framed.body, done: true, surplus: surplus.length })
        expect(whole.error).toBeUndefined()
        for (const [name, text] of headers) expect(whole.headers[name.toLowerCase()]).toContain(text)
        expect(read(wire, sizes)).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  it('is the same with lines that end in LF alone, which is told', () => {
    const chunks = fc.array(
      bytes.filter((chunk) => chunk !== ''),
      { maxLength: 4 },
    )
    const ends = fc.array(fc.constantFrom('\r\n', '\n'), { minLength: 24, maxLength: 24 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(token, value), { maxLength: 4 }),
        chunks,
        ends,
        pieces,
        (headers, body, of, sizes) => {
          const used: string[] = []
          const end = (): string => {
            const next = of[used.length] as string
            used.push(next)
            return next
          }
          const lines = [
            'HTTP/1.1 200 OK',
            ...headers.map((pair) => pair.join(': ')),
            'transfer-encoding: chunked',
            '',
          ]
          const head = lines.map((line) => line + end()).join('')
          const framed = body.map((chunk) => chunk.length.toString(16) + end() + chunk + end()).join('')
          const wire = Buffer.from(`${head}${framed}0${end()}x-t: 1${end()}${end()}rest`, 'latin1')
          const whole = read(wire, [])
          expect(whole).toMatchObject({
            status: 200,
            body: body.join(''),
            done: true,
            surplus: 4,
            keepAlive: true,
          })
          expect([...whole.leniencies]).toEqual(used.includes('\n') ? ['bare_lf'] : [])
          for (const [name, text] of headers) expect(whole.headers[name.toLowerCase()]).toContain(text)
          expect(read(wire, sizes)).toEqual(whole)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('is the same when it is cut in two at any byte', () => {
    const wire = Buffer.from(
      'HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nVia: a\r\nvia:b\r\nSet-Cookie: x=1\r\nset-cookie: y=2\r\n' +
        'transfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n006;q\r\n, wire\r\n0\r\nx-t: 1\r\n\r\nrest',
    )
    const whole = read(wire, [])
    expect(whole).toEqual({
      status: 200,
      headers: { via: 'a, b', 'set-cookie': 'x=1\ny=2', 'transfer-encoding': 'Chunked' },
      body: 'hello, wire',
      done: true,
      keepAlive: true,
      surplus: 4,
      leniencies: new Set(),
    })
    for (let at = 1; at < wire.length; at++) expect(read(wire, [at])).toEqual(whole)
  })

  it('has what came before a mistake, however its bytes are split', () => {
    const wire = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz')
    for (let at = 1; at < wire.length; at++)
      expect(read(wire, [at])).toMatchObject({ status: 200, body: 'hello', error: 'malformed_response' })
  })

  it('of random bytes is a malformed response, or waits for more of what may become one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 400 }), pieces, (garbage, sizes) => {
        const { error, status } = read(Buffer.from(garbage), sizes)
        expect([error, status]).toEqual(['malformed_response', 0])
      }),
      { numRuns: 500 },
    )
  })

  it('of random bytes behind a proper beginning is read to an end, refused, or waited for', () => {
    const beginnings = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nx-a: ',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
    )
    // Bytes that mean something to a parser, more often than chance would have them.
    const byte = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(...Buffer.from('\r\n\r\n: ;,09afHTTP/1.')),
    )
    fc.assert(
      fc.property(beginnings, fc.array(byte, { maxLength: 200 }), pieces, (beginning, rest, sizes) => {
        const wire = Buffer.concat([Buffer.from(beginning), Buffer.from(rest)])
        const whole = read(wire, [])
        expect([undefined, 'malformed_response']).toContain(whole.error)
        const split = read(wire, sizes)
        if (whole.error === undefined) expect(split).toEqual(whole)
        else expect(split.error).toBe(whole.error)
      }),
      { numRuns: 2_000 },
    )
  })
})
