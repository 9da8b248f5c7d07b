import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LineSplitter } from '../../../../../lib/core/protocol/line-splitter.ts'
import { pieces } from '../../../../fixtures/pieces.ts'

const text = fc.array(fc.constantFrom('a', 'ß', '🦊', '\n', '\r', '\r\n')).map((parts) => parts.join(''))

/** Lines and the unfinished rest, each piece overwritten as soon as it was taken. */
function split(ends: 'lf' | 'any', parts: readonly Uint8Array[]): string[] {
  const splitter = new LineSplitter(ends, 1_000_000)
  const lines: string[] = []
  for (const part of parts) {
    const reused = Buffer.from(part)
    splitter.push(reused, (line) => lines.push(Buffer.from(line).toString()))
    reused.fill('!')
  }
  return [...lines, Buffer.from(splitter.rest()).toString()]
}

it('cuts at LF, with or without a CR before it, however the bytes come', () => {
  fc.assert(
    fc.property(text.chain(pieces), ({ whole, parts }) => {
      const [rest = '', ...lines] = whole.split('\n').reverse()
      expect(split('lf', parts)).toEqual([...lines.reverse().map((line) => line.replace(/\r$/, '')), rest])
    }),
  )
})

it('cuts at a CR alone as well where it ends a line', () => {
  fc.assert(
    fc.property(text.chain(pieces), ({ whole, parts }) => {
      expect(split('any', parts)).toEqual(whole.split(/\r\n|\r|\n/))
    }),
  )
})

it('refuses a line longer than allowed, whether or not its end has come', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.boolean(), (length, ended) => {
      const whole = Buffer.from('x'.repeat(length) + (ended ? '\n' : ''))
      const splitter = new LineSplitter('lf', 10)
      const taken = Array.from(whole).every((byte) => splitter.push(Buffer.of(byte), () => undefined))
      expect(taken).toBe(length <= 10)
      expect(new LineSplitter('lf', 10).push(whole, () => undefined)).toBe(length <= 10)
    }),
  )
})

it('holds no more than a line may have, byte by byte', () => {
  const splitter = new LineSplitter('lf', 1_000)
  for (let i = 0; i < 5_000; i++) splitter.push(Buffer.from('x'), () => undefined)
  expect(splitter.heldBytes).toBe(1_000)
})
