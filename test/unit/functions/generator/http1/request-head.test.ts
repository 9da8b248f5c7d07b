import { describe, expect, it } from 'vitest'
import { headOf, RequestHeads } from '../../../../../functions/generator/http1/request-head.ts'

const heads = new RequestHeads('shop.example.com:8080')
const get = { method: 'GET', path: '/a?b=c' }
const head = (method: string, headers: Record<string, string>, bodyBytes = 0): string =>
  headOf({ method, path: '/a?b=c', headers }, heads.headersOf(headers), bodyBytes)

describe('the head of a request', () => {
  it('names the host, keeps the connection and has the headers in the order given', () => {
    expect(head('GET', { accept: '*/*', 'x-user': '7' })).toBe(
      'GET /a?b=c HTTP/1.1\r\nhost: shop.example.com:8080\r\nconnection: keep-alive\r\naccept: */*\r\nx-user: 7\r\n\r\n',
    )
  })

  it.each([
    ['GET', 0, ''],
    ['HEAD', 0, ''],
    ['DELETE', 0, ''],
    ['GET', 3, 'content-length: 3\r\n'],
    ['DELETE', 3, 'content-length: 3\r\n'],
    ['POST', 0, 'content-length: 0\r\n'],
    ['PUT', 0, 'content-length: 0\r\n'],
    ['PATCH', 12, 'content-length: 12\r\n'],
  ])('of %s with %i bytes states the length as "%s"', (method, bodyBytes, line) => {
    const { text } = heads.headersOf({})
    expect(head(method, {}, bodyBytes)).toBe(`${method} /a?b=c HTTP/1.1\r\n${text}${line}\r\n`)
  })

  it('takes a host, a close and a right length from a flow', () => {
    const headers = { host: 'other.example.com:1', connection: 'Close', 'content-length': '3' }
    expect(head('POST', headers, 3)).toBe(
      'POST /a?b=c HTTP/1.1\r\nhost: other.example.com:1\r\nconnection: close\r\ncontent-length: 3\r\n\r\n',
    )
    expect(heads.headersOf(headers)).toMatchObject({ closes: true })
  })

  it.each([
    [{ 'x a': 'b' }, 'x a is no name for a header'],
    [{ 'x-a': 'b\r\nc: d' }, 'the header x-a has a value that cannot be sent'],
    [{ 'x-a': 'b\0' }, 'the header x-a has a value that cannot be sent'],
    [{ 'x-a': '€' }, 'the header x-a has a value that cannot be sent'],
    [{ 'content-length': '4' }, 'content-length is 4, but the body has 3 bytes'],
    [{ 'content-length': 'x' }, 'content-length x is no number of bytes'],
    [{ 'transfer-encoding': 'chunked' }, 'a flow cannot set the header transfer-encoding'],
    [{ upgrade: 'h2c' }, 'a flow cannot set the header upgrade'],
    [{ expect: '100-continue' }, 'a flow cannot set the header expect'],
    [{ connection: 'a b' }, 'the header connection cannot be a b'],
  ])('with %j is a mistake', (headers, message) => {
    expect(() => head('POST', headers as Record<string, string>, 3)).toThrow(
      expect.objectContaining({ errorClass: 'bad_request_options', message }),
    )
  })

  it.each([
    [{ ...get, method: 'G T' }, 'G T is no method for a request'],
    [{ ...get, method: 'CONNECT' }, 'CONNECT is no method for a request'],
    [{ ...get, path: '/a b' }, '/a b is no path'],
    [{ ...get, path: 'a' }, 'a is no path'],
  ])('of %j is a mistake', (request, message) => {
    expect(() => headOf({ ...request, headers: {} }, heads.headersOf({}), 0)).toThrow(
      expect.objectContaining({ errorClass: 'bad_request_options', message }),
    )
  })

  it('reads frozen headers once, and others each time, since they may change', () => {
    const frozen = Object.freeze({ accept: 'a' })
    const open: Record<string, string> = { accept: 'a' }
    expect(heads.headersOf(frozen)).toBe(heads.headersOf(frozen))
    const before = heads.headersOf(open).text
    open.accept = 'b'
    expect(heads.headersOf(open).text).toBe(before.replace('accept: a', 'accept: b'))
  })
})
