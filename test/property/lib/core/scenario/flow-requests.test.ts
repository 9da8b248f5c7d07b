import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FlowError, type HttpResponse, type RequestOptions } from '../../../../../lib/core/scenario/flow.ts'
import { probeSession, type SessionProbe, WITHIN } from '../../../../contract/session-probe.ts'

interface Received {
  method: string | undefined
  url: string | undefined
  rawHeaders: readonly string[]
  body: Buffer
}

/** What a server of Node's own understood of all requests so far; each is answered when `hold` are there. */
class Witness {
  readonly received: Received[] = []
  hold = 1
  #waiting: (() => void)[] = []

  readonly handle = (
    request: IncomingMessage | Http2ServerRequest,
    response: { end: (text: string) => unknown },
  ): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, rawHeaders } = request
      this.received.push({ method, url, rawHeaders, body: Buffer.concat(chunks) })
      this.#waiting.push(() => response.end('ok'))
      if (this.#waiting.length >= this.hold) for (const answer of this.#waiting.splice(0)) answer()
    })
  }
}

const CONNECTIONS = { '1.1': 6, '2': 1 }

async function watched(version: '1.1' | '2'): Promise<SessionProbe & { witness: Witness }> {
  const witness = new Witness()
  const server = version === '2' ? createHttp2Server(witness.handle) : createServer(witness.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const probe = probeSession(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { version })
  onTestFinished(() => void server.close())
  return { ...probe, witness }
}

/** Anything that JavaScript has, and what flows take for something else. */
const anything = fc.oneof(
  fc.anything({
    ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true },
    ...{ withNullPrototype: true, withSparseArray: true, withBoxedValues: true, withObjectString: true },
    maxDepth: 2,
  }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>(
    ...['a\r\nb: c', 'Łukasz', '\ud800', '\0', '__proto__', 'close', 'chunked', '5s', '30d', Symbol('s')],
    ...[() => 'x', Promise.resolve('x'), new Blob(['x']), new Headers({ a: 'b' }), new FormData(), /a/],
    ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, 200, 1n, new Error('x'), new Proxy({}, {})],
    ...[new ArrayBuffer(9), new SharedArrayBuffer(9), new DataView(new ArrayBuffer(9), 3, 4)],
    ...[new Float64Array([1.5]), Buffer.from('abc'), new URLSearchParams('a=1&a=2'), new WeakMap()],
  ),
)
const named = fc.dictionary(
  fc.oneof(
    fc.string(),
    fc.constantFrom(
      'host',
      'content-length',
      'te',
      'connection',
      'transfer-encoding',
      'x-a',
      '__proto__',
      'cookie',
    ),
  ),
  anything,
  { maxKeys: 4 },
)
const fields = [
  'name',
  'params',
  'query',
  'headers',
  'json',
  'form',
  'multipart',
  'body',
  'expect',
  'timeout',
]
const options = fc.oneof(
  anything,
  ...[...fields, 'redirects', 'tags', 'hedaers'].map((field) =>
    fc.oneof(anything, named).map((value) => ({ [field]: value })),
  ),
)

/** Either one request, or one refusal that names what is wrong. */
async function outcomeOf(asked: Promise<HttpResponse>): Promise<HttpResponse | FlowError> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof FlowError) || error.errorClass !== 'bad_request_options') throw error
    expect(error.message.length).toBeGreaterThan(10)
    return error
  }
}

describe.each(['1.1', '2'] as const)('whatever a flow hands in, over HTTP/%s', (version) => {
  const request = (probe: SessionProbe, given: unknown): Promise<HttpResponse> =>
    probe.session.request('POST', '/x', (given === undefined ? {} : given) as RequestOptions, WITHIN)

  it('is sent once or refused once, and counted where it was sent', { timeout: 60_000 }, async () => {
    const probe = await watched(version)
    let sent = 0
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        const outcome = await outcomeOf(request(probe, given))
        if (!(outcome instanceof FlowError)) sent++
        expect(probe.witness.received).toHaveLength(sent)
      }),
      { numRuns: 1_500 },
    )
    expect(sent).toBeGreaterThan(20)
    const counted = probe.recorded('http_reqs').map((series) => (series.kind === 'counter' ? series.sum : 0))
    expect(counted.reduce((a, b) => a + b, 0)).toBe(sent)
  })

  it('leaves the user all its connections', { timeout: 60_000 }, async () => {
    const probe = await watched(version)
    await fc.assert(
      fc.asyncProperty(fc.array(options, { minLength: 1, maxLength: 12 }), async (all) => {
        await Promise.all(all.map((given) => outcomeOf(request(probe, given))))
        // As many at a time as the user has connections: none is answered before all have come.
        probe.witness.hold = 6
        const good = await Promise.all(Array.from({ length: 6 }, () => request(probe, { body: 'good' })))
        probe.witness.hold = 1
        expect(good.map(({ status }) => status)).toEqual(Array(6).fill(200))
        expect(probe.openSockets()).toBeLessThanOrEqual(CONNECTIONS[version])
      }),
      { numRuns: 100 },
    )
  })

  it('arrives as exactly the bytes that were given', async () => {
    const probe = await watched(version)
    const bytes = fc.uint8Array({ maxLength: 300 })
    const view = fc
      .tuple(
        bytes,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(Uint8Array, DataView, Uint16Array, Float64Array, Buffer),
      )
      .map(([all, from, to, Kind]) => {
        const unit = 'BYTES_PER_ELEMENT' in Kind ? Kind.BYTES_PER_ELEMENT : 1
        const buffer = new Uint8Array(all).buffer
        const start = Math.floor((from % (all.length + 1)) / unit) * unit
        const length = Math.floor((to % (all.length - start + 1)) / unit)
        const body =
          Kind === Buffer
            ? Buffer.from(buffer, start, length)
            : new (Kind as typeof DataView)(buffer, start, length)
        const end = start + length * unit
        return { body, expected: Buffer.from(all.slice(start, end)) }
      })
    const whole = bytes.map((all) => ({ body: new Uint8Array(all).buffer, expected: Buffer.from(all) }))
    const text = fc.string({ unit: 'binary' }).map((body) => ({ body, expected: Buffer.from(body) }))
    const large = fc.nat(255).map((byte) => {
      const body = new Uint8Array(100_000).fill(byte)
      return { body, expected: Buffer.from(body) }
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(view, whole, text, { arbitrary: large, weight: 1 }),
        async ({ body, expected }) => {
          const asked = request(probe, { body })
          // What is changed after the call is not what was given.
          if (typeof body !== 'string')
            new Uint8Array(ArrayBuffer.isView(body) ? body.buffer : body).fill(170)
          expect((await asked).status).toBe(200)
          expect(probe.witness.received.at(-1)?.body).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('arrives with exactly the headers that were given', async () => {
    const probe = await watched(version)
    const value = fc.string({
      unit: fc
        .integer({ min: 0x21, max: 0xff })
        .filter((c) => c < 0x7f || c > 0x9f)
        .map((c) => String.fromCharCode(c)),
      minLength: 1,
    })
    const name = fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })), { maxKeys: 4 }),
        async (headers) => {
          const lower = Object.keys(headers).map((each) => each.toLowerCase())
          fc.pre(new Set(lower).size === lower.length)
          expect((await request(probe, { headers })).status).toBe(200)
          const { rawHeaders = [] } = probe.witness.received.at(-1) ?? {}
          const arrived: Record<string, string[]> = {}
          for (let i = 0; i < rawHeaders.length; i += 2) {
            const key = String(rawHeaders[i]).toLowerCase()
            if (key.startsWith('x-')) arrived[key] = [...(arrived[key] ?? []), String(rawHeaders[i + 1])]
          }
          const given = Object.entries(headers).map(([key, values]) => [key.toLowerCase(), [values].flat()])
          expect(arrived).toEqual(Object.fromEntries(given))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('arrives as exactly the query and form that were given', async () => {
    const probe = await watched(version)
    const scalar = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    )
    const values = fc.dictionary(
      fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
      fc.oneof(scalar, fc.array(scalar), fc.constant(undefined)),
    )
    await fc.assert(
      fc.asyncProperty(values, values, async (query, form) => {
        await request(probe, { query, form })
        const { url = '', body } = probe.witness.received.at(-1) as Received
        const pairsOf = (all: typeof query): [string, string][] =>
          Object.entries(all).flatMap(([key, given]) =>
            [given]
              .flat()
              .flatMap((each) => (each === undefined ? [] : [[key, String(each)] as [string, string]])),
          )
        expect([...new URL(url, 'http://x').searchParams]).toEqual(pairsOf(query))
        expect([...new URLSearchParams(body.toString())]).toEqual(pairsOf(form))
      }),
      { numRuns: 200 },
    )
  })
})
