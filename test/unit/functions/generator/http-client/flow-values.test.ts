import { describe, expect, it } from 'vitest'
import { RequestBuilder } from '../../../../../functions/generator/http-client/http-request.ts'
import { badOption } from '../../../../../lib/core/base/refusal.ts'
import { nameText, tagTexts } from '../../../../../lib/core/scenario/flow/name.ts'
import type { RequestOptions } from '../../../../../lib/core/scenario/flow.ts'

const http = { headers: {}, timeout: '30s', redirects: 10, version: '1.1' } as const
const builder = new RequestBuilder({ targetUrl: 'http://127.0.0.1:8080', http })
/** As a flow in JavaScript may call it. */
const post = (options: unknown) => builder.request('POST', '/x', options as RequestOptions)
const overHttp2 = (options: RequestOptions) =>
  new RequestBuilder({ targetUrl: 'http://127.0.0.1:8080', http: { ...http, version: '2' } }).request(
    'POST',
    '/x',
    options,
  )
const refused = (message: string): unknown =>
  expect.objectContaining({ name: 'FlowError', errorClass: 'bad_request_options', message })

const ABCD = new Uint8Array([65, 66, 67, 68])

describe('a body of bytes', () => {
  const within = new Uint8Array([0, 65, 66, 67, 68, 0]).buffer
  const shared = new Uint8Array(new SharedArrayBuffer(4))
  shared.set(ABCD)
  it.each([
    ['Uint8Array', ABCD, 'ABCD'],
    ['part of a buffer', new Uint8Array(within, 1, 4), 'ABCD'],
    ['Buffer', Buffer.from('ABCD'), 'ABCD'],
    ['ArrayBuffer', ABCD.buffer, 'ABCD'],
    ['SharedArrayBuffer', shared.buffer, 'ABCD'],
    ['DataView', new DataView(within, 1, 4), 'ABCD'],
    ['Int8Array', new Int8Array(ABCD), 'ABCD'],
    ['Uint8ClampedArray', new Uint8ClampedArray(ABCD), 'ABCD'],
    ['Uint16Array', new Uint16Array([0x4241, 0x4443]), 'ABCD'],
    ['Int32Array', new Int32Array([0x44434241]), 'ABCD'],
    ['Float64Array', new Float64Array([2.5]), '\0\0\0\0\0\0\x04@'],
    ['BigUint64Array', new BigUint64Array([1n]), '\x01\0\0\0\0\0\0\0'],
    ['empty ArrayBuffer', new ArrayBuffer(0), ''],
  ])('has exactly the bytes of a %s', (_, body, expected) => {
    const sent = post({ body }).body as Buffer
    expect(sent.toString('latin1')).toBe(expected)
    const file = post({ multipart: { file: { filename: 'f', content: body } } }).body as Buffer
    expect(file.toString('latin1').split('\r\n')[4]).toBe(expected)
  })

  it('is that of the moment of the call', () => {
    const body = new Uint8Array(ABCD)
    const content = new Uint8Array(ABCD)
    const sent = post({ body }).body as Buffer
    const form = post({ multipart: { file: { filename: 'f', content } } }).body as Buffer
    body.fill(0)
    content.fill(0)
    expect([sent.toString(), form.toString().includes('ABCD')]).toEqual(['ABCD', true])
  })

  it('cannot pretend to be longer than it is', () => {
    class Longer extends Uint8Array {
      override get byteLength(): number {
        return 1_000_000
      }
    }
    expect(() => post({ body: new Longer(4) })).toThrow(
      refused('body is a Uint8Array (allowed: bytes that have not been transferred or detached)'),
    )
  })

  it('cannot be what was given away', () => {
    const buffer = new ArrayBuffer(4)
    structuredClone(buffer, { transfer: [buffer] })
    expect(() => post({ body: buffer })).toThrow(
      refused(expect.stringContaining('body is an ArrayBuffer') as never),
    )
  })
})

describe('a body that is none', () => {
  const allowed =
    '(allowed: text, an ArrayBuffer, or a view of one such as a Buffer or a Uint8Array; objects go into json or form)'
  it.each([
    [{ a: 1 }, 'an object'],
    [[1], 'an array of 1'],
    [5, '5'],
    [true, 'true'],
    [null, 'null'],
    [1n, 'a BigInt'],
    [Symbol('s'), 'a symbol'],
    [() => 'x', 'a function: call it'],
    [Promise.resolve('x'), 'a Promise: await it'],
    [new Map(), 'a Map'],
    [new Date(0), 'a Date'],
    [new Blob(['x']), 'a Blob'],
    [new URLSearchParams('a=1'), 'a URLSearchParams'],
    [{ length: 1_000_000 }, 'an object'],
  ])('is refused: %o', (body, what) => {
    expect(() => post({ body })).toThrow(refused(`body is ${what} ${allowed}`))
  })
})

describe('headers of a flow', () => {
  const given = (headers: unknown) => {
    const { 'accept-encoding': _, ...own } = post({ headers }).headers
    return own
  }

  it.each([
    ['an object', { 'X-A': 'b', 'x-n': 7, 'x-t': true, 'x-b': 12n, 'x-u': undefined }],
    ['Headers', new Headers({ 'X-A': 'b', 'x-n': '7', 'x-t': 'true', 'x-b': '12' })],
    [
      'a Map',
      new Map<string, unknown>([
        ['X-A', 'b'],
        ['x-n', 7],
        ['x-t', true],
        ['x-b', 12n],
        ['x-u', undefined],
      ]),
    ],
    [
      'pairs',
      [
        ['X-A', 'b'],
        ['x-n', 7],
        ['x-t', true],
        ['x-b', 12n],
      ],
    ],
  ])('may be %s', (_, headers) => {
    expect(given(headers)).toEqual({ 'x-a': 'b', 'x-n': '7', 'x-t': 'true', 'x-b': '12' })
  })

  it('repeat what is given several times', () => {
    expect(given({ 'x-a': ['b', 5], cookie: ['a=1', 'b=2'], 'x-none': [] })).toEqual({
      'x-a': 'b\n5',
      cookie: 'a=1; b=2',
    })
    expect(given([...new Headers(), ['x-a', 'b'], ['X-A', 'c']])).toEqual({ 'x-a': 'b\nc' })
  })

  it('are those of the scenario where they are undefined', () => {
    const standing = new RequestBuilder({
      targetUrl: 'http://127.0.0.1',
      http: { ...http, headers: { 'X-Team': 'blue' } },
    })
    expect(standing.request('GET', '/', { headers: { 'x-team': undefined } }).headers['x-team']).toBe('blue')
  })

  const bytes = 'characters up to U+00FF, no line breaks and no other control characters'
  it.each([
    [{ 'x-a': 'Łukasz' }, `headers.x-a is a text of 6 characters (allowed: ${bytes})`],
    [{ 'x-a': 'b\r\nc: d' }, `headers.x-a is a text of 7 characters (allowed: ${bytes})`],
    [{ 'x-a': 'b\nc' }, `headers.x-a is a text of 3 characters (allowed: ${bytes})`],
    [{ 'x-a': '\0' }, `headers.x-a is a text of 1 characters (allowed: ${bytes})`],
    [{ 'x-a': ['b', '\r'] }, `headers.x-a is a text of 1 characters (allowed: ${bytes})`],
    [{ 'x-a': null }, 'headers.x-a is null (allowed: text, a finite number, a BigInt or a boolean)'],
    [{ 'x-a': Number.NaN }, 'headers.x-a is NaN (allowed: text, a finite number, a BigInt or a boolean)'],
    [{ 'x-a': {} }, 'headers.x-a is an object (allowed: text, a finite number, a BigInt or a boolean)'],
    [{ host: ['a', 'b'] }, 'headers.host is an array of 2 (allowed: one value)'],
    [{ host: 'a b' }, 'headers.host is a text of 3 characters (allowed: a host, perhaps with a port)'],
    [
      { 'content-length': 4 },
      'headers.content-length is 4 (allowed: the length of the body, which has 3 bytes)',
    ],
    [
      { 'content-length': 'x' },
      'headers.content-length is a text of 1 characters (allowed: a number of bytes)',
    ],
    [
      { connection: 'a b' },
      'headers.connection is a text of 3 characters (allowed: tokens with commas between them, such as close)',
    ],
    [
      new Set(['a']),
      'an entry of headers is a text of 1 characters (allowed: a pair of a name and its value)',
    ],
    [
      5,
      'headers is 5 (allowed: an object of names and values, or pairs such as a Map, Headers or URLSearchParams)',
    ],
    [Promise.resolve({}), expect.stringContaining('headers is a Promise: await it')],
    ...['x y', '', 'x:', 'ü', '__proto__'].map((name) => [
      JSON.parse(`{${JSON.stringify(name)}: "1"}`),
      expect.stringContaining("(allowed: a token: letters, digits and !#$%&'*+-.^_`|~)"),
    ]),
    ...['Transfer-Encoding', 'keep-alive', 'upgrade', 'expect'].map((name) => [
      { [name]: 'x' },
      expect.stringContaining(`(allowed: other headers: a flow cannot set ${name.toLowerCase()})`),
    ]),
  ] as [unknown, string][])('refuse %o', (headers, message) => {
    expect(() => post({ headers, body: 'abc' })).toThrow(refused(message))
  })

  it.each([{ 'http2-settings': 'x' }, { 'Proxy-Connection': 'close' }, { te: 'gzip' }])(
    'refuse %o over HTTP/2 alone',
    (headers) => {
      expect(() => overHttp2({ headers })).toThrow(refused(expect.any(String) as never))
      expect(() => post({ headers })).not.toThrow()
    },
  )

  it('never end an endless list', () => {
    const endless = (function* () {
      for (;;) yield ['a', 'b']
    })()
    expect(() => post({ headers: endless })).toThrow(
      refused('headers is 10001 (allowed: at most 10000 values)'),
    )
  })
})

describe('query, form and params', () => {
  const values = {
    q: 'ä b',
    n: 1.5,
    big: 2n,
    on: true,
    skipped: undefined,
    many: ['x', undefined, 2],
    none: [],
  }

  it('write text, numbers and booleans, repeat lists and leave out what is undefined', () => {
    expect(builder.request('GET', '/x', { query: values }).path).toBe(
      '/x?q=%C3%A4%20b&n=1.5&big=2&on=true&many=x&many=2',
    )
    expect(post({ form: values }).body).toBe('q=%C3%A4+b&n=1.5&big=2&on=true&many=x&many=2')
  })

  it('take URLSearchParams, maps and pairs', () => {
    for (const pairs of [
      new URLSearchParams('a=1&a=2'),
      [
        ['a', '1'],
        ['a', 2],
      ],
    ] as never[]) {
      expect(builder.request('GET', '/x', { query: pairs }).path).toBe('/x?a=1&a=2')
      expect(post({ form: pairs }).body).toBe('a=1&a=2')
    }
  })

  it('write U+FFFD for half a character, as browsers do', () => {
    expect(builder.request('GET', '/{p}', { params: { p: '\ud800' }, query: { q: '\ud83d' } }).path).toBe(
      '/%EF%BF%BD?q=%EF%BF%BD',
    )
    expect(post({ form: { q: '\ud83d' } }).body).toBe('q=%EF%BF%BD')
  })

  it.each([
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    {},
    new Date(0),
    Promise.resolve(1),
    () => 1,
    Symbol('s'),
  ])('refuse %o', (value) => {
    for (const field of ['query', 'form', 'params'])
      expect(() => builder.request('POST', '/{v}', { params: { v: 1 }, [field]: { v: value } })).toThrow(
        refused(
          expect.stringMatching(
            new RegExp(`^${field}\\.v is .* \\(allowed: text, a finite number, a BigInt or a boolean\\)$`),
          ) as never,
        ),
      )
  })

  it.each(['text', 5, true, null, () => ({}), Promise.resolve({}), new Date(0)])(
    'refuse to be %o',
    (whole) => {
      for (const field of ['query', 'form', 'params'])
        expect(() => post({ [field]: whole })).toThrow(
          refused(expect.stringMatching(new RegExp(`^${field} is `)) as never),
        )
    },
  )

  it('know nothing of what objects inherit', () => {
    expect(() => builder.request('GET', '/{toString}', { params: {} })).toThrow(
      refused('{toString} in /{toString} has no value in params'),
    )
  })
})

describe('parts of a form with files', () => {
  it('may be numbers, lists, and undefined', () => {
    const body = post({
      multipart: { n: 5, list: ['a', { filename: 'f', content: 'b' }], none: undefined },
    }).body
    expect(String(body).match(/name="[^"]*"(; filename="[^"]*")?/g)).toEqual([
      'name="n"',
      'name="list"',
      'name="list"; filename="f"',
    ])
  })

  it('cannot add lines to their heads', () => {
    const multipart = { 'a"\r\nx: y': { filename: 'f"\r\nz: ', content: '' } }
    expect(String(post({ multipart }).body)).toContain(
      'content-disposition: form-data; name="a%22%0D%0Ax: y"; filename="f%22%0D%0Az: "\r\n',
    )
  })

  it.each([
    [{ a: null }, 'multipart.a is null'],
    [{ a: {} }, 'multipart.a is an object'],
    [{ a: ABCD }, 'multipart.a is a Uint8Array'],
    [{ a: Promise.resolve('x') }, 'multipart.a is a Promise: await it'],
    [{ a: Number.NaN }, 'multipart.a is NaN'],
    [{ a: { filename: 'f' } }, 'multipart.a.content is not given'],
    [{ a: { filename: 'f', content: {} } }, 'multipart.a.content is an object'],
    [{ a: { content: 'x' } }, 'multipart.a.filename is not given'],
    [{ a: { filename: 5, content: 'x' } }, 'multipart.a.filename is 5'],
    [{ a: { filename: 'f', content: 'x', contentType: 'a\r\nb' } }, 'multipart.a.contentType is a text of 4'],
    [{ a: { filename: 'f', content: 'x', type: 'b' } }, 'multipart.a.type is a text of 1'],
    [new FormData(), 'multipart is a FormData'],
  ])('refuse %o', (multipart, message) => {
    expect(() => post({ multipart })).toThrow(refused(expect.stringContaining(message) as never))
  })
})

describe('the options of a request', () => {
  it.each([
    [{ hedaers: {} }, 'hedaers is no option here: did you mean headers?'],
    ['text', 'the last argument is a text of 4 characters (allowed: an object of options)'],
    [null, 'the last argument is null (allowed: an object of options)'],
    [new Map(), 'the last argument is a Map (allowed: an object of options)'],
    ...[-1, 1.5, Number.NaN, 21, '3', null].map((redirects) => [
      { redirects },
      expect.stringMatching(/^redirects is .* \(allowed: a whole number from 0 to 20\)$/),
    ]),
    ...[5, '5', '', null, Number.NaN, '-1s', '4000d', {}].map((timeout) => [
      { timeout },
      expect.stringMatching(
        /^timeout is .* \(allowed: a length of time such as 500ms or 30s, at most 3650d\)$/,
      ),
    ]),
    ...['200', 99, 1_000, 200.5, Number.NaN, [200, '201'], {}, Promise.resolve(200), null].map((expected) => [
      { expect: expected },
      expect.stringMatching(
        /^expect is .* \(allowed: a status from 100 to 999, an array of them, or a function of the status\)$/,
      ),
    ]),
    ...[null, '', {}, Number.NaN, () => 'x', 'a\nb', 'x'.repeat(1_001)].map((name) => [
      { name },
      expect.stringMatching(/^name is .* \(allowed: text of 1 to 1000 characters/),
    ]),
    [{ tags: { a: {} } }, expect.stringContaining('tags.a is an object')],
    [{ tags: { a: Number.NaN } }, expect.stringContaining('tags.a is NaN')],
    [{ tags: { a: '' } }, expect.stringContaining('tags.a is an empty text')],
    [{ tags: JSON.parse('{"__proto__": "a"}') }, expect.stringContaining('a name in tags')],
    [{ tags: [1] }, expect.stringContaining('tags is an array of 1')],
  ] as [unknown, string][])('are refused: %o', (options, message) => {
    expect(() => post(options)).toThrow(refused(message))
  })

  it('write numbers and booleans in names and tags as text, as they are at the time', () => {
    const tags: Record<string, unknown> = { page: 3, hot: true, none: undefined, tier: 'api' }
    const request = post({ name: 5, tags })
    tags.page = Number.NaN
    expect([request.name, request.tags]).toEqual(['5', { page: '3', hot: 'true', tier: 'api' }])
    const texts = { tier: 'api' }
    expect(post({ tags: texts }).tags).not.toBe(texts)
  })

  it('take weeks', () => {
    expect(post({ timeout: '30d' }).timeoutMs).toBe(2_592_000_000)
  })
})

describe('the method and the path', () => {
  it.each(['G T', '', 'connect', 'GET\r\n', 5, null, undefined])('refuse the method %o', (method) => {
    expect(() => builder.request(method as string, '/')).toThrow(
      refused(expect.stringMatching(/^the method is /) as never),
    )
  })

  it.each([5, null, undefined, {}, new URL('http://127.0.0.1')])('refuse the path %o', (path) => {
    expect(() => builder.request('GET', path as string)).toThrow(
      refused(
        expect.stringMatching(/^the path is .* \(allowed: text: a path of the target, or a URL\)$/) as never,
      ),
    )
  })

  it.each(['ftp://127.0.0.1/', 'ws://127.0.0.1/', 'http://[bad/'])('refuse the URL %s', (url) => {
    expect(() => builder.request('GET', url)).toThrow(refused(expect.stringContaining('is no URL') as never))
  })

  it('make a name of one line, however the path is written', () => {
    expect(builder.request('GET', '/a\nb').name).toBe('GET /a%0Ab')
    expect(builder.request('GET', `/${'a'.repeat(2_000)}`).name).toHaveLength(1_000)
  })
})

describe('names and tags', () => {
  it('are the same objects where nothing has to be written', () => {
    const tags = { a: 'b' }
    expect(tagTexts('tags', tags)).toBe(tags)
    expect(nameText('name', 'a b, {c:d}')).toBe('a b, {c:d}')
  })

  it('are few', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, 'x']))
    expect(() => tagTexts('tags', many, badOption)).toThrow(
      refused('the number of tags is 51 (allowed: at most 50)'),
    )
  })
})
