import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameReader } from '../../../../../functions/generator/http2/frame-reader.ts'
import { errorClassOf } from '../../../../../functions/generator/metering/error-class.ts'

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(9 + payload.length)
  bytes.writeUIntBE(payload.length, 0, 3)
  bytes.writeUInt8(type, 3)
  bytes.writeUInt8(flags, 4)
  bytes.writeUInt32BE(stream, 5)
  bytes.set(payload, 9)
  return bytes
}

const SETTINGS = frame(4, 0, 0, Buffer.of())
const payload = fc.uint8Array({ maxLength: 40 })
const stream = fc.constantFrom(0, 1, 1, 3, 3, 5)

/** Mostly frames as a server sends them, and every so often one that is not. */
const traffic = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant(0), fc.constantFrom(0, 1, 8, 9), stream, payload) },
    { weight: 6, arbitrary: fc.tuple(fc.constant(1), fc.constantFrom(4, 5, 0, 12, 36, 44), stream, payload) },
    { weight: 3, arbitrary: fc.tuple(fc.constant(9), fc.constantFrom(0, 4), stream, payload) },
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.constantFrom(2, 3, 4, 6, 7, 8, 11),
        fc.constantFrom(0, 0, 1),
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 4, 6, 8, 12).map((length) => new Uint8Array(length).fill(1)),
      ),
    },
    { weight: 1, arbitrary: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(9), payload) },
  ),
  { maxLength: 12 },
)

/** What is read from bytes that come in these pieces; each piece is overwritten afterwards. */
function read(bytes: Buffer, sizes: readonly number[]): unknown[] {
  const told: unknown[] = []
  const hex = (from: Buffer, start: number, end: number): string => from.toString('hex', start, end)
  const reader = new FrameReader({
    onData: (id, from, start, end, frameBytes, isEnd) =>
      told.push(['data', id, hex(from, start, end), frameBytes, isEnd]),
    onFields: (id, from, start, end, isEnd) => told.push(['fields', id, hex(from, start, end), isEnd]),
    onReset: (...of) => told.push(['reset', ...of]),
    onSettings: (from, start, end) => told.push(['settings', hex(from, start, end)]),
    onPing: (text) => told.push(['ping', text]),
    onGoAway: (...of) => told.push(['go away', ...of]),
    onWindowUpdate: (...of) => told.push(['window', ...of]),
  })
  try {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const piece = Buffer.from(bytes.subarray(at, at + (sizes[i] ?? bytes.length)))
      at += piece.length
      reader.read(piece, piece.length)
      piece.fill(0xff)
    }
  } catch (error) {
    told.push([errorClassOf(error), (error as { code: number }).code])
  }
  return told
}

describe('the frames of a server', () => {
  it('are the same however their bytes are split', () => {
    fc.assert(
      fc.property(traffic, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }), (frames, sizes) => {
        const bytes = Buffer.concat([
          SETTINGS,
          ...frames.map(([type, flags, id, body]) => frame(type, flags, id, body)),
        ])
        expect(read(bytes, sizes)).toEqual(read(bytes, []))
      }),
      { numRuns: 1_000 },
    )
  })

  it('are the same when they are cut in two at any byte', () => {
    const bytes = Buffer.concat([
      SETTINGS,
      frame(1, 0, 1, Buffer.from('head')),
      frame(9, 4, 1, Buffer.from('more')),
      frame(0, 8, 1, Buffer.from('\x02body--')),
      frame(6, 0, 0, Buffer.from('12345678')),
      frame(0, 1, 1, Buffer.of()),
    ])
    const whole = read(bytes, [])
    expect(whole).toEqual([
      ['settings', ''],
      ['fields', 1, Buffer.from('headmore').toString('hex'), false],
      ['data', 1, Buffer.from('body').toString('hex'), 7, false],
      ['ping', '12345678'],
      ['data', 1, '', 0, true],
    ])
    for (let at = 1; at < bytes.length; at++) expect(read(bytes, [at])).toEqual(whole)
  })

  it('of random bytes are refused as malformed, or waited for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        const told = read(Buffer.concat([SETTINGS, garbage]), []).at(-1) as unknown[]
        expect([
          'settings',
          'malformed_response',
          'data',
          'fields',
          'reset',
          'ping',
          'go away',
          'window',
        ]).toContain(told[0])
      }),
    )
    expect(read(Buffer.alloc(9), [])).toEqual([['malformed_response', 1]])
  })
})
