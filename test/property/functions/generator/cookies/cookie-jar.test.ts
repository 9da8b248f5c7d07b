import fc from 'fast-check'
import { CookieJar, parseDate } from 'tough-cookie'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseCookieDate } from '../../../../../functions/generator/cookies/cookie-date.ts'
import { UserCookies } from '../../../../../functions/generator/cookies/cookie-jar.ts'

const NOW = new Date(Date.UTC(2026, 0, 1))
const HOSTS = [
  'shop.example.com',
  'example.com',
  'x.shop.example.com',
  'shop.co.uk',
  'a.github.io',
  'localhost',
  '127.0.0.1',
]
const PATHS = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/ab', '/a/b?x=/c']

const name = fc.constantFrom('a', 'b', 'id', ' c ', '"d"', 'e f')
const value = fc.constantFrom('', '1', '2', 'x=y', '"q"', ' s p ', ',', '\xe4')
const date = fc.oneof(
  fc.constantFrom(
    '0',
    'never',
    'Fri, 01-Jan-55 00:00:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '31 Feb 2027 00:00:00',
  ),
  fc
    .date({ min: new Date('1990-01-01'), max: new Date('2068-01-01'), noInvalidDate: true })
    .map((at) => at.toUTCString()),
)
const attribute = fc.oneof(
  fc.constantFrom(...PATHS, 'relative', '').map((path) => `Path=${path}`),
  fc
    .constantFrom(...HOSTS, '.example.com', 'com', 'co.uk', 'other.com', '')
    .map((domain) => `Domain=${domain}`),
  fc.constantFrom('0', '-1', '60', '120', 'soon', '').map((seconds) => `Max-Age=${seconds}`),
  date.map((at) => `expires=${at}`),
  fc.constantFrom('Secure', 'HttpOnly', 'unknown=1', '', ' SECURE '),
)
const line = fc
  .tuple(name, value, fc.array(attribute, { maxLength: 4 }))
  .map(([key, text, attributes]) => [`${key}=${text}`, ...attributes].join('; '))
const place = fc.record({
  secure: fc.boolean(),
  host: fc.constantFrom(...HOSTS),
  path: fc.constantFrom(...PATHS),
})
const step = fc.record({ line, by: place, afterS: fc.integer({ min: 0, max: 90 }) })

/**
 * Where the two differ, so that nothing of it is generated here: tough-cookie takes cookies and attributes of any length, minds
 * prefixes of names only when it is asked to, and keeps any number of them.
 */
// tough-cookie reads the clock by itself.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('the cookies of a user beside those of tough-cookie', () => {
  it('are the same after any answers, wherever and whenever they are asked for', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        place,
        fc.integer({ min: 0, max: 90 }),
        (steps, asked, laterS) => {
          const ours = new UserCookies('http://shop.example.com', () => NOW.getTime())
          const theirs = new CookieJar()
          let nowMs = NOW.getTime()
          for (const { line: written, by, afterS } of steps) {
            nowMs += afterS * 1_000
            ours.store(written, by, nowMs)
            vi.setSystemTime(nowMs)
            theirs.setCookieSync(written, urlOf(by), { ignoreError: true })
          }
          nowMs += laterS * 1_000
          vi.setSystemTime(nowMs)
          const expected = theirs.getCookieStringSync(urlOf(asked))
          // What has expired is gone here, and a new value comes last; there it may keep its place.
          const order = steps.some(({ line: written }) => /expires|max-age/i.test(written)) ? sorted : String
          expect(order(ours.header(asked, nowMs))).toBe(order(expected))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('have dates of their own kind read the same', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'Jan',
        'feb',
        'MARCH',
        'Sun',
        '12:30:59',
        '1:2:3',
        '24:00:00',
        '31',
        '0',
        '69',
        '2026',
        '1600',
        'GMT',
        'x',
      ),
      fc.integer({ min: 0, max: 3_000 }).map(String),
    )
    const text = fc
      .array(fc.tuple(part, fc.constantFrom(' ', '-', ', ', '/')), { maxLength: 7 })
      .map((all) => all.flat().join(''))
    fc.assert(
      fc.property(text, (written) => {
        expect(parseCookieDate(written)).toBe(parseDate(written)?.getTime())
      }),
      { numRuns: 2_000 },
    )
  })
})

function sorted(header: string): string {
  return header.split('; ').sort().join('; ')
}

function urlOf({ secure, host, path }: { secure: boolean; host: string; path: string }): string {
  return `${secure ? 'https' : 'http'}://${host}${path}`
}
