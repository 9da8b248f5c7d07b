import { describe, expect, it } from 'vitest'
import { parseCookieDate } from '../../../../../functions/generator/cookies/cookie-date.ts'

const at = (text: string): string | undefined => {
  const atMs = parseCookieDate(text)
  return atMs === undefined ? undefined : new Date(atMs).toISOString().slice(0, 19)
}

describe('the date of a cookie', () => {
  it.each([
    ['Thu, 01 Jan 2026 00:01:02 GMT', '2026-01-01T00:01:02'],
    ['Thursday, 01-Jan-26 00:01:02 GMT', '2026-01-01T00:01:02'],
    ['Thu Jan  1 00:01:02 2026', '2026-01-01T00:01:02'],
    ['1 january 2026 0:1:2', '2026-01-01T00:01:02'],
    ['2026 01 jan 00:01:02', '2026-01-01T00:01:02'],
    ['00:01:02 1 2026 JANUARY', '2026-01-01T00:01:02'],
    ['Thu, 01-Jan-2026 00:01:02 +0200 (CEST)', '2026-01-01T00:01:02'],
    ['01&Jan;2026\t00:01:02', '2026-01-01T00:01:02'],
    ['01Jan 2026 00:01:02', undefined],
    ['01 Jan 2026x 00:01:02z', '2026-01-01T00:01:02'],
    ['01 Jan 69 00:00:00', '2069-01-01T00:00:00'],
    ['01 Jan 70 00:00:00', '1970-01-01T00:00:00'],
    ['01 Jan 99 00:00:00', '1999-01-01T00:00:00'],
    ['01 Jan 100 00:00:00', undefined],
    ['01 Jan 00 00:00:00', '2000-01-01T00:00:00'],
    ['01 Jan 1600 00:00:00', undefined],
    ['01 Jan 1601 00:00:00', '1601-01-01T00:00:00'],
    ['01 Jan 20260 00:00:00', undefined],
    ['29 Feb 2024 23:59:59', '2024-02-29T23:59:59'],
    ['29 Feb 2026 23:59:59', undefined],
    ['31 Apr 2026 00:00:00', undefined],
    ['00 Jan 2026 00:00:00', undefined],
    ['32 Jan 2026 00:00:00', undefined],
    ['001 Jan 2026 00:00:00', undefined],
    ['01 Jan 2026 24:00:00', undefined],
    ['01 Jan 2026 00:60:00', undefined],
    ['01 Jan 2026 00:00:60', undefined],
    ['01 Jan 2026 00:00:000', undefined],
    ['01 Jan 2026 00:00', undefined],
    ['01 Jem 2026 00:00:00', undefined],
    ['01 Jan 2026', undefined],
    ['0', undefined],
    ['-1', undefined],
    ['1767225662000', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %s', (text, expected) => {
    expect(at(text)).toBe(expected)
  })
})
