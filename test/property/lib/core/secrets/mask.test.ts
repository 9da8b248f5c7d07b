import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskName, maskText, maskUrl } from '../../../../../lib/core/secrets/mask.ts'

/** Pieces that mean something to a mask, so that hostile arrangements of them come up soon. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'token',
      'password',
      'auth',
      'session',
      'cookie',
      'key',
      'code',
      'authorization',
      'bearer',
      'Basic ',
      'eyJa.b.c',
    ],
    ...[
      '=',
      ':',
      '>',
      '<',
      '&',
      '?',
      '#',
      ';',
      '/',
      '//',
      '://',
      '@',
      '%3D',
      '%26',
      '%2F%2F',
      '%40',
      '%',
      '.',
      '-',
      '[',
    ],
    ...[
      ']',
      '{',
      '}',
      '"',
      "'",
      '`',
      '\\',
      '\\"',
      ' ',
      '\t',
      '\n',
      ',',
      ')',
      '***',
      '*',
      'true',
      '1',
      'abcdefg12',
      '+',
    ],
  ),
  fc.string({ maxLength: 3 }),
)
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
const secret = fc
  .string({ minLength: 8, maxLength: 20, unit: 'grapheme' })
  .filter((one) => !one.includes('*'))

describe('masking', () => {
  it('changes nothing that was masked before', () => {
    fc.assert(
      fc.property(text, fc.array(secret, { maxLength: 2 }), (given, known) => {
        const masked = maskText(given, known)
        expect(maskText(masked, known)).toBe(masked)
        expect(maskUrl(maskUrl(given))).toBe(maskUrl(given))
        const name = maskName(given, known)
        expect(maskName(name, known)).toBe(name)
      }),
      { numRuns: 3_000 },
    )
  })

  it('leaves no known secret in any text around it', () => {
    fc.assert(
      fc.property(text, secret, text, (before, one, after) => {
        for (const form of [one, encodeURIComponent(one), JSON.stringify(one)]) {
          expect(maskText(before + form + after, [one])).not.toContain(one)
        }
      }),
    )
  })

  it('leaves no password of a URL, however it is written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w!$&'()+,.;:@%~-]{6,20}$/), (password) => {
        const url = `http://ann:${password}@host/x`
        expect(maskUrl(url)).toBe('http://***@host/x')
        expect(maskText(`to ${url}`)).toBe('to http://***@host/x')
      }),
    )
  })

  it('leaves no value of a query key that names a secret', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (value) => {
        fc.pre(!['true', 'false', 'null', 'undefined'].includes(value))
        const url = `http://host/x?a=1&access_token=${encodeURIComponent(value)}&b=2`
        expect(maskUrl(url)).toBe('http://host/x?a=1&access_token=***&b=2')
      }),
    )
  })

  /** Each would take minutes if any step looked at the whole text once for each place in it. */
  const hostile = [
    ...[
      'a',
      ':',
      '=',
      '>',
      '<',
      '"',
      "'",
      '\\',
      '\\"',
      '/',
      '//',
      '@',
      '%2f',
      '%2f%2f',
      '%25',
      '{',
      '[',
      'eyJ',
      'eyJ-',
    ],
    ...[
      'auth:',
      'auth:"',
      'a:',
      'token:',
      'token: ',
      'token="',
      '"token":',
      '//a',
      'a:b@',
      'bearer ',
      'bearer+',
      ' ',
    ],
    ...[
      'key=',
      '?key=',
      'cookie:',
      '<token>',
      '<token ',
      'basic a',
      '***',
      '":',
      "':",
      'session: {',
      ': ',
      '= "',
    ],
  ]
  it.each(hostile)('masks a megabyte of %j in a time that grows with its length alone', (unit) => {
    const short = cpuMsToMask(unit.repeat(Math.ceil(125_000 / unit.length)))
    const long = cpuMsToMask(unit.repeat(Math.ceil(1_000_000 / unit.length)))
    expect(long).toBeLessThan(24 * short + 250)
  })
})

/** A quadratic step would need 64 times as long for eight times the text, and far more than the allowance beside it. */
function cpuMsToMask(text: string): number {
  const before = process.cpuUsage()
  maskText(text, ['s3cret-value'])
  maskUrl(text)
  maskName(text)
  return process.cpuUsage(before).user / 1_000
}
