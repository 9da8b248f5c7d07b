import { describe, expect, it } from 'vitest'
import { RequestBuilder } from '../../../../../functions/generator/http-client/http-request.ts'
import type { RequestOptions } from '../../../../../lib/core/scenario/flow.ts'

const http = {
  headers: { 'X-Team': 'blue', 'User-Agent': 'volley' },
  timeout: '30s',
  redirects: 10,
  version: '1.1',
} as const
const builder = new RequestBuilder({ targetUrl: 'http://127.0.0.1:8080', http })
const build = (path: string, options?: RequestOptions) => builder.request('GET', path, options)
const post = (options: RequestOptions) => builder.request('POST', '/x', options)

describe('the path of a request', () => {
  it.each([
    ['/products', undefined, '/products'],
    ['products', undefined, '/products'],
    ['/users/{id}/orders/{order}', { params: { id: 7, order: 'a/b ü' } }, '/users/7/orders/a%2Fb%20%C3%BC'],
    ['/users/{id}?tab={tab}', { params: { id: 1, tab: 'a&b' } }, '/users/1?tab=a%26b'],
    [
      '/search',
      { query: { q: 'red shoes', page: 2, sale: true, 'a&b': '=' } },
      '/search?q=red%20shoes&page=2&sale=true&a%26b=%3D',
    ],
    ['/search?sort=up', { query: { q: 1 } }, '/search?sort=up&q=1'],
    ['/search', { query: {} }, '/search'],
    ['/page#part', { query: { q: 1 } }, '/page?q=1'],
    ['/größe/a b', undefined, '/gr%C3%B6%C3%9Fe/a%20b'],
    ['//evil.example.com/x', undefined, '//evil.example.com/x'],
  ])('%s with %j is %s', (path, options, expected) => {
    expect(build(path, options)).toMatchObject({ origin: 'http://127.0.0.1:8080', path: expected })
  })

  it('goes below the path of the target', () => {
    const below = new RequestBuilder({ targetUrl: 'https://shop.example.com/api/v1/', http })
    expect(below.request('GET', '/users')).toMatchObject({
      origin: 'https://shop.example.com',
      path: '/api/v1/users',
    })
  })

  it('may be a URL of its own', () => {
    const { origin, path, name } = build('HTTP://Cdn.example.com:80/{file}?v=1', {
      params: { file: 'a b.css' },
    })
    expect([origin, path]).toEqual(['http://cdn.example.com', '/a%20b.css?v=1'])
    expect(name).toBe('GET HTTP://Cdn.example.com:80/{file}')
  })

  it.each([
    ['/users/{id}', {}, '{id} in /users/{id} has no value in params'],
    ['/users/{id}', { params: { ID: 1 } }, '{id} in /users/{id} has no value in params'],
    ['http://[bad/', {}, 'http://[bad/ is no URL'],
  ])('%s with %j is a mistake', (path, options, message) => {
    expect(() => build(path, options)).toThrow(
      expect.objectContaining({ errorClass: 'bad_request_options', message }),
    )
  })
})

describe('the name of a request', () => {
  it.each([
    ['/users/{id}?tab={tab}', { params: { id: 7, tab: 1 }, query: { a: 1 } }, 'GET /users/{id}'],
    ['/page#part', {}, 'GET /page'],
    ['/users/7', { name: 'profile' }, 'profile'],
  ])('%s with %j is %s', (path, options, name) => {
    expect(build(path, options).name).toBe(name)
  })

  it('writes the method in capitals', () => {
    expect(builder.request('post', '/x')).toMatchObject({ method: 'POST', name: 'POST /x' })
  })
})

describe('the headers of a request', () => {
  const standing = { 'accept-encoding': 'gzip, br', 'x-team': 'blue', 'user-agent': 'volley' }

  it('are those of the scenario, in lower case, and the same object each time', () => {
    expect(build('/').headers).toEqual(standing)
    expect(build('/').headers).toBe(build('/other').headers)
  })

  it('are overridden by its own, however they are written', () => {
    const headers = { 'X-TEAM': 'red', 'Accept-Encoding': 'identity', 'Content-Type': 'application/ld+json' }
    expect(post({ headers, json: {} }).headers).toEqual({
      'accept-encoding': 'identity',
      'x-team': 'red',
      'user-agent': 'volley',
      'content-type': 'application/ld+json',
    })
    expect(build('/').headers).toEqual(standing)
  })

  it('carry the credentials of the target', () => {
    const { headers } = new RequestBuilder({ targetUrl: 'http://us%40er:p%3Aw@127.0.0.1', http }).request(
      'GET',
      '/',
    )
    expect(headers.authorization).toBe(`Basic ${Buffer.from('us@er:p:w').toString('base64')}`)
  })
})

describe('the body of a request', () => {
  it.each([
    [{ json: { a: [1, 'ü'] } }, '{"a":[1,"ü"]}', 'application/json'],
    [{ json: null }, 'null', 'application/json'],
    [{ form: { a: 'x y&z', b: 2 } }, 'a=x+y%26z&b=2', 'application/x-www-form-urlencoded'],
    [{ body: 'plain' }, 'plain', undefined],
    [{ body: '' }, '', undefined],
  ] satisfies [RequestOptions, string, string | undefined][])('of %j is %s', (options, body, contentType) => {
    const request = post(options)
    expect([request.body, request.headers['content-type']]).toEqual([body, contentType])
  })

  it('is absent where none is given', () => {
    expect('body' in build('/')).toBe(false)
  })

  it('are bytes as they were when the request was made', () => {
    const body = new Uint8Array([0, 255])
    const sent = post({ body }).body
    body[0] = 7
    expect(sent).toEqual(Buffer.from([0, 255]))
  })

  it('carries forms with files', () => {
    const avatar = { filename: 'a"b.png', content: new Uint8Array([65, 66]), contentType: 'image/png' }
    const request = post({ multipart: { title: 'ü', avatar, note: { filename: 'n', content: 'text' } } })
    expect(request.headers['content-type']).toBe('multipart/form-data; boundary=volley-part-0')
    expect(Buffer.from(request.body as Uint8Array).toString()).toBe(
      [
        '--volley-part-0',
        'content-disposition: form-data; name="title"',
        '',
        'ü',
        '--volley-part-0',
        'content-disposition: form-data; name="avatar"; filename="a%22b.png"',
        'content-type: image/png',
        '',
        'AB',
        '--volley-part-0',
        'content-disposition: form-data; name="note"; filename="n"',
        'content-type: application/octet-stream',
        '',
        'text',
        '--volley-part-0--',
        '',
      ].join('\r\n'),
    )
  })

  it('chooses a boundary that no part contains', () => {
    const request = post({
      multipart: { a: 'volley-part-0', b: { filename: 'f', content: 'xvolley-part-1x' } },
    })
    expect(request.headers['content-type']).toBe('multipart/form-data; boundary=volley-part-2')
  })

  it.each([
    [{ json: 1, body: 'x' }, 'a request has one body: json and body were given'],
    [{ json: 1, form: {}, multipart: {} }, 'a request has one body: json and form and multipart were given'],
    [{ json: () => 1 }, 'json is a function: call it (allowed: what JSON can hold)'],
    [{ json: 1n }, 'json cannot be written as JSON: Do not know how to serialize a BigInt'],
  ] satisfies [RequestOptions, string][])('is a mistake: %o', (options, message) => {
    expect(() => post(options)).toThrow(
      expect.objectContaining({ errorClass: 'bad_request_options', message }),
    )
  })
})

describe('the limits of a request', () => {
  it('are those of the scenario unless it sets its own', () => {
    expect(build('/')).toMatchObject({ timeoutMs: 30_000, redirects: 10 })
    expect(build('/', { timeout: '250ms', redirects: 0 })).toMatchObject({ timeoutMs: 250, redirects: 0 })
  })

  it('refuse a timeout that is no length of time', () => {
    expect(() => build('/', { timeout: 'soon' })).toThrow(
      expect.objectContaining({
        errorClass: 'bad_request_options',
        message: 'timeout is "soon" (allowed: a length of time such as 500ms or 30s, at most 3650d)',
      }),
    )
  })
})

describe('what opens a WebSocket', () => {
  it.each([
    ['http://127.0.0.1:8080', '/chat/{room}', 'ws://127.0.0.1:8080/chat/a%20b?t=1', 'WS /chat/{room}'],
    [
      'https://shop.example.com/live',
      'chat/{room}',
      'wss://shop.example.com/live/chat/a%20b?t=1',
      'WS chat/{room}',
    ],
    [
      'http://127.0.0.1',
      'wss://chat.example.com/{room}',
      'wss://chat.example.com/a%20b?t=1',
      'WS wss://chat.example.com/{room}',
    ],
  ])('at %s, %s is %s', (targetUrl, path, url, name) => {
    const sockets = new RequestBuilder({ targetUrl, http })
    const request = sockets.socket(path, {
      params: { room: 'a b' },
      query: { t: 1 },
      headers: { Origin: 'http://a' },
      timeout: '5s',
    })
    expect(request).toEqual({
      name,
      url,
      headers: { 'x-team': 'blue', 'user-agent': 'volley', origin: 'http://a' },
      timeoutMs: 5_000,
    })
  })
})
