import { createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HpackDecoder } from '../../../../../functions/generator/http2/hpack-decoder.ts'
import { type Field, SentFields } from '../../../../../functions/generator/http2/hpack-encoder.ts'
import { HttpProbe } from '../../../../contract/http-probe.ts'
import { http2Maker } from '../../../../contract/http2-peer.ts'

const name = fc
  .stringMatching(/^[a-z][a-z\d!#$%&'*+.^_`|~-]{0,20}$/)
  .filter((text) => !/^(te|host|connection|upgrade|expect|date|cookie|keep-alive|http2-settings)$/.test(text))
  .filter((text) => !/^(proxy-|content-|transfer-|set-|__)/.test(text))
const value = fc.oneof(
  fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/),
  fc.constantFrom('', 'gzip', 'text/html', '\x80\xff', 'x'.repeat(300)),
)
const headers = fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true })

describe('fields', () => {
  it('are read as they were written, one block after the other', () => {
    const field = fc.tuple(
      fc.oneof(name, fc.constantFrom('accept', 'cookie', 'authorization', ':path')),
      value,
    )
    const blocks = fc.array(fc.tuple(fc.array(field, { maxLength: 6 }), fc.boolean()), { maxLength: 10 })
    fc.assert(
      fc.property(blocks, fc.constantFrom(0, 300, 4_096), (all, limitBytes) => {
        const decoder = new HpackDecoder()
        let table = SentFields.none(limitBytes)
        for (const [fields, last] of [...all, ...all]) {
          const { text, then } = table.write(fields as Field[], last)
          table = then
          const read: Field[] = []
          const block = Buffer.from(text, 'latin1')
          decoder.read(block, 0, block.length, {
            onField: (of, from, to, start, end) =>
              read.push([of.toString('latin1', from, to), of.toString('latin1', start, end)]),
          })
          expect(read).toEqual(fields)
        }
      }),
    )
  })
})

describe('headers between this client and a server of Node', () => {
  let got: IncomingHttpHeaders
  let answer: Record<string, string>
  const server = createServer((request, response) => {
    got = request.headers
    response.writeHead(200, answer).end()
  })
  let origin: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('arrive as they are, both ways', async () => {
    const probe = new HttpProbe(http2Maker)
    await fc.assert(
      fc.asyncProperty(headers, headers, fc.boolean(), async (asked, answered, frozen) => {
        answer = answered
        const exchange = await probe.request(origin, { headers: frozen ? Object.freeze(asked) : asked })
        expect([exchange.error, exchange.status]).toEqual([undefined, 200])
        expect(got).toMatchObject(asked)
        expect(exchange.headers).toMatchObject(answered)
      }),
      { numRuns: 300 },
    )
    await probe.connection.close()
  })

  it('come through for every byte there can be in a value', async () => {
    const every = Array.from({ length: 224 }, (_, i) => String.fromCharCode(i + 32)).filter(
      (of) => of !== '\x7f',
    )
    const probe = new HttpProbe(http2Maker)
    for (let from = 0; from < every.length; from += 100) {
      const some = every.slice(from, from + 100)
      answer = Object.fromEntries(some.map((of, i) => [`x-${i}`, `a${of.repeat(3)}b`]))
      const exchange = await probe.request(origin, { headers: answer })
      expect(exchange.headers).toMatchObject(answer)
      expect(got).toMatchObject(answer)
    }
    await probe.connection.close()
  })
})
