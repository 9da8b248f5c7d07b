import { describe, expect, it } from 'vitest'
import { type CookieScope, UserCookies } from '../../functions/generator/cookie-jar.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const SHOP: CookieScope = { secure: false, host: 'shop.example.com', path: '/account/login?next=/' }

/** The `cookie` header at `scope` after one answer at SHOP. */
function afterwards(setCookie: string, scope: Partial<CookieScope> = {}, laterMs = 0): string {
  const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
  cookies.store(setCookie, SHOP, NOW_MS)
  return cookies.header({ ...SHOP, ...scope }, NOW_MS + laterMs)
}

describe('the cookies of a user', () => {
  it('sends back what a server set, and nothing before', () => {
    const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
    expect(cookies.empty).toBe(true)
    cookies.store('session=abc=; HttpOnly\nlang=de', SHOP, NOW_MS)
    expect(cookies.header(SHOP, NOW_MS)).toBe('session=abc=; lang=de')
    expect([cookies.get('session'), cookies.get('lang'), cookies.get('none')]).toEqual([
      'abc=',
      'de',
      undefined,
    ])
  })

  it.each([
    ['a=1', { host: 'other.example.com' }, ''],
    ['a=1', { host: 'x.shop.example.com' }, ''],
    ['a=1; Domain=shop.example.com', { host: 'x.shop.example.com' }, 'a=1'],
    ['a=1; domain=.Example.com', { host: 'other.example.com' }, 'a=1'],
    ['a=1; Domain=example.com', { host: 'badexample.com' }, ''],
    ['a=1; Domain=other.example.com', { host: 'other.example.com' }, ''],
    ['a=1; Domain=x.shop.example.com', {}, ''],
    ['a=1; Domain=', {}, 'a=1'],
  ])('%s at %j gives "%s"', (setCookie, scope, header) => {
    expect(afterwards(setCookie, scope)).toBe(header)
  })

  it.each([
    ['a=1', '/account', 'a=1'],
    ['a=1', '/account/orders?x=/', 'a=1'],
    ['a=1', '/accounts', ''],
    ['a=1', '/', ''],
    ['a=1; Path=/', '/anything', 'a=1'],
    ['a=1; Path=/shop', '/shop', 'a=1'],
    ['a=1; Path=/shop', '/shop/cart', 'a=1'],
    ['a=1; Path=/shop/', '/shop', ''],
    ['a=1; Path=/shop', '/shopping', ''],
    ['a=1; Path=relative', '/account/x', 'a=1'],
  ])('%s on the path %s gives "%s"', (setCookie, path, header) => {
    expect(afterwards(setCookie, { path })).toBe(header)
  })

  it('keeps a secure cookie to secure connections', () => {
    expect(afterwards('a=1; Secure')).toBe('')
    expect(afterwards('a=1; Secure', { secure: true })).toBe('a=1')
  })

  it.each([
    ['a=1; Max-Age=60', 59_999, 'a=1'],
    ['a=1; Max-Age=60', 60_000, ''],
    ['a=1; Max-Age=0', 0, ''],
    ['a=1; Max-Age=soon', 60_000, 'a=1'],
    ['a=1; Expires=Thu, 01 Jan 2026 00:01:00 GMT', 59_999, 'a=1'],
    ['a=1; Expires=Thu, 01-Jan-2026 00:01:00 GMT', 60_000, ''],
    ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 0, 'a=1'],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', 0, 'a=1'],
    ['a=1; Expires=never', 60_000, 'a=1'],
  ])('%s after %i ms gives "%s"', (setCookie, laterMs, header) => {
    expect(afterwards(setCookie, {}, laterMs)).toBe(header)
  })

  it.each(['', '=value', 'no pair', ' =x', `a=${'x'.repeat(5_000)}`])('passes over "%.20s"', (setCookie) => {
    expect(afterwards(setCookie)).toBe('')
  })

  it('replaces a cookie of the same name, domain and path, and deletes it when it is expired', () => {
    const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
    for (const line of ['a=1', 'b=2', 'a=3', 'a=other; Path=/']) cookies.store(line, SHOP, NOW_MS)
    expect(cookies.header(SHOP, NOW_MS)).toBe('a=3; b=2; a=other')
    cookies.store('a=; Max-Age=0', SHOP, NOW_MS)
    expect(cookies.header(SHOP, NOW_MS)).toBe('b=2; a=other')
  })

  it('sends the cookie of the longer path first', () => {
    expect(afterwards('short=1; Path=/\nlong=2; Path=/account')).toBe('long=2; short=1')
  })

  it('drops the oldest of more than 180', () => {
    const many = Array.from({ length: 181 }, (_, i) => `c${i}=${i}; Path=/`).join('\n')
    const sent = afterwards(many).split('; ')
    expect([sent.length, sent[0], sent.at(-1)]).toEqual([180, 'c1=1', 'c180=180'])
  })

  it('lets a flow set, read and clear cookies of its target', () => {
    const cookies = new UserCookies('http://[::1]:8080/base', () => NOW_MS)
    cookies.set('token', 't1')
    cookies.set('token', 't2')
    expect(cookies.get('token')).toBe('t2')
    expect(cookies.header({ secure: false, host: '::1', path: '/x' }, NOW_MS)).toBe('token=t2')
    expect(cookies.header({ secure: false, host: 'localhost', path: '/x' }, NOW_MS)).toBe('')
    cookies.clear()
    expect([cookies.get('token'), cookies.empty]).toEqual([undefined, true])
  })

  it('reads no cookie that has expired since', () => {
    let nowMs = NOW_MS
    const cookies = new UserCookies('http://shop.example.com', () => nowMs)
    cookies.store('a=1; Max-Age=10', SHOP, nowMs)
    nowMs += 10_000
    expect(cookies.get('a')).toBeUndefined()
  })
})
