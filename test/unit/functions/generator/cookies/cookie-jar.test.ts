import { describe, expect, it } from 'vitest'
import { type CookieScope, UserCookies } from '../../../../../functions/generator/cookies/cookie-jar.ts'

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
    ['a=1; Domain=', { host: 'x.shop.example.com' }, ''],
    ['a=1; Domain', { host: 'x.shop.example.com' }, ''],
    ['a=1; Domain=example.com; Domain=', { host: 'other.example.com' }, 'a=1'],
    ['a=1; Domain=other.example.com; Domain=', {}, ''],
    ['a=1; Domain=other.example.com; Domain=example.com', {}, 'a=1'],
    ['a=1; Domain=..example.com', {}, ''],
    ['a=1; Domain=.', {}, 'a=1'],
    ['a=1; Domain=example.com.', {}, ''],
    ['a=1; DOMAIN = Example.COM ', { host: 'other.example.com' }, 'a=1'],
    ['a=1; Domain=com', {}, ''],
    ['a=1; Domain=.com', {}, ''],
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
    ['a=1; Path=/shop; Path=', '/account/x', 'a=1'],
    ['a=1; Path=/shop; Path=', '/shop', ''],
    ['a=1; Path=/other; Path=/shop', '/shop', 'a=1'],
    ['a=1; Path', '/account', 'a=1'],
    ['a=1; Path=/%73hop', '/shop', ''],
  ])('%s on the path %s gives "%s"', (setCookie, path, header) => {
    expect(afterwards(setCookie, { path })).toBe(header)
  })

  it('takes a secure cookie over a secure connection alone, and sends it over no other', () => {
    const sent = (setWithTls: boolean, askedWithTls: boolean): string => {
      const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
      cookies.store('a=1; secure=no', { ...SHOP, secure: setWithTls }, NOW_MS)
      return cookies.header({ ...SHOP, secure: askedWithTls }, NOW_MS)
    }
    expect([sent(true, true), sent(true, false), sent(false, true), sent(false, false)]).toEqual([
      'a=1',
      '',
      '',
      '',
    ])
  })

  it.each([
    ['localhost', 'a=1'],
    ['shop.localhost', 'a=1'],
    ['127.0.0.1', 'a=1'],
    ['127.9.8.7', 'a=1'],
    ['::1', 'a=1'],
    ['notlocalhost', ''],
    ['10.0.0.1', ''],
    ['128.0.0.1', ''],
    ['::2', ''],
  ])('sends a secure cookie without TLS to %s: "%s"', (host, header) => {
    const scope = { secure: false, host, path: '/' }
    const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
    cookies.store('a=1; Secure', scope, NOW_MS)
    expect(cookies.header(scope, NOW_MS)).toBe(header)
  })

  it.each([
    ['__Secure-a=1; Secure', true, '__Secure-a=1'],
    ['__Secure-a=1', true, ''],
    ['__SECURE-a=1', true, ''],
    ['__Secure-a=1; Secure', false, ''],
    ['__Host-a=1; Secure; Path=/', true, '__Host-a=1'],
    ['__Host-a=1; Secure', true, ''],
    ['__Host-a=1; Secure; Path=/account', true, ''],
    ['__Host-a=1; Path=/', true, ''],
    ['__Host-a=1; Secure; Path=/; Domain=shop.example.com', true, ''],
    ['__host-a=1; Secure; Path=/; Domain=shop.example.com', true, ''],
    ['__Hostile=1', false, '__Hostile=1'],
  ])('holds %s, set with TLS %s, to what its name promises: "%s"', (setCookie, secure, header) => {
    const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
    cookies.store(setCookie, { ...SHOP, secure }, NOW_MS)
    expect(cookies.header({ ...SHOP, secure: true }, NOW_MS)).toBe(header)
  })

  it.each([
    ['co.uk', 'x.co.uk', 'shop.co.uk', ''],
    ['github.io', 'x.github.io', 'shop.github.io', ''],
    ['shop.github.io', 'shop.github.io', 'x.shop.github.io', 'a=1'],
    ['local', 'x.local', 'y.local', ''],
    ['x.local', 'x.local', 'y.x.local', 'a=1'],
    ['co.uk', 'co.uk', 'x.co.uk', ''],
    ['co.uk', 'co.uk', 'co.uk', 'a=1'],
    ['localhost', 'localhost', 'localhost', 'a=1'],
    ['localhost', 'localhost', 'x.localhost', ''],
    ['localhost', 'x.localhost', 'x.localhost', ''],
    ['127.0.0.1', '127.0.0.1', '127.0.0.1', 'a=1'],
    ['0.0.1', '127.0.0.1', '127.0.0.1', ''],
    ['[::1]', '::1', '::1', 'a=1'],
  ])('with Domain=%s set by %s and asked by %s gives "%s"', (domain, setBy, askedBy, header) => {
    const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
    cookies.store(`a=1; Domain=${domain}`, { secure: false, host: setBy, path: '/' }, NOW_MS)
    expect(cookies.header({ secure: false, host: askedBy, path: '/' }, NOW_MS)).toBe(header)
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
    ['a=1; Expires=0', 60_000, 'a=1'],
    ['a=1; Expires=-1', 60_000, 'a=1'],
    ['a=1; Expires=Fri, 01-Jan-55 00:00:00 GMT', 60_000, 'a=1'],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=never', 0, ''],
    ['a=1; Max-Age=60; Max-Age=soon', 60_000, ''],
    ['a=1; Max-Age=60; Max-Age=', 60_000, ''],
    ['a=1; Max-Age=60; Max-Age=120', 119_999, 'a=1'],
    ['a=1; Max-Age=-5', 0, ''],
    ['a=1; Max-Age=+5', 60_000, 'a=1'],
    ['a=1; Max-Age=-', 60_000, 'a=1'],
    ['a=1; Max-Age=5.5', 60_000, 'a=1'],
    ['a=1; Max-Age=99999999999999999999999999', 60_000, 'a=1'],
  ])('%s after %i ms gives "%s"', (setCookie, laterMs, header) => {
    expect(afterwards(setCookie, {}, laterMs)).toBe(header)
  })

  it.each([
    [`a=${'x'.repeat(4_095)}; Path=/; HttpOnly`, true],
    [`a=${'x'.repeat(4_096)}`, false],
    [`${'n'.repeat(4_096)}=`, true],
    [`a=1; Path=/${'x'.repeat(1_023)}`, false],
    [`a=1; Path=/${'x'.repeat(1_024)}`, true],
    [`a=1; Path=/nowhere; Path=/${'x'.repeat(1_024)}`, false],
    [`a=1; x=${'y'.repeat(9_000)}`, true],
  ])('counts name and value alone, and passes over longer attributes: %.20s… %s', (setCookie, isSent) => {
    expect(afterwards(setCookie) !== '').toBe(isSent)
  })

  it.each([
    ['a="1 2" ; Path=/', 'a="1 2"'],
    ['\t a \t=\t 1 \t', 'a=1'],
    ['a=b=c', 'a=b=c'],
    ['a=1,b=2', 'a=1,b=2'],
    ['a=', 'a='],
    ['"a"=1', '"a"=1'],
    ['a=\xc3\xa0', 'a=\xc3\xa0'],
    ['a=\xa0', 'a=\xa0'],
    ['a=1\rb=2', 'a=1'],
    ['a=1\0; Max-Age=0', 'a=1'],
    ['a=1\x01', ''],
    ['a=1\x7f', ''],
    ['a=1; ;; ; =x; HttpOnly; SameSite=None; Partitioned', 'a=1'],
  ])('reads %j as "%s"', (setCookie, header) => {
    expect(afterwards(setCookie)).toBe(header)
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

  it('makes room by what has expired before it drops the oldest', () => {
    const cookies = new UserCookies('http://shop.example.com', () => NOW_MS)
    const lines = Array.from({ length: 180 }, (_, i) => `c${i}=${i}; Max-Age=${i === 90 ? 1 : 60}`)
    cookies.store(lines.join('\n'), SHOP, NOW_MS)
    cookies.store('new=1', SHOP, NOW_MS + 1_000)
    cookies.store('gone=1; Max-Age=0', SHOP, NOW_MS + 1_000)
    const sent = cookies.header(SHOP, NOW_MS + 1_000).split('; ')
    expect([sent.length, sent[0], sent.at(-1)]).toEqual([180, 'c0=0', 'new=1'])
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
