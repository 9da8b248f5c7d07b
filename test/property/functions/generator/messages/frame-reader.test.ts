import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as ws from 'ws'
import { type FrameError, FrameReader } from '../../../../../functions/generator/messages/frame-reader.ts'

/** Missing in the types of ws. */
const { Receiver } = ws as unknown as { Receiver: new (options: { maxPayload: number }) => Writable }

const MAX_BYTES = 300
const UTF8 = ['', 'a', 'ß', '🦊', '\ufffd', 'x'.repeat(130)].map((text) => Buffer.from(text))
const NOT_UTF8 = ['ff', 'c3', 'eda080', 'f8'].map((hex) => Buffer.from(hex, 'hex'))

const payload = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...UTF8) },
  { weight: 2, arbitrary: fc.constantFrom(...NOT_UTF8) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: MAX_BYTES + 5 }).map((bytes) => Buffer.from(bytes)) },
)
const goodbye = fc
  .tuple(fc.constantFrom(999, 1000, 1004, 1005, 1006, 1011, 1014, 1015, 2999, 3000, 4999, 5000), payload)
  .map(([code, reason]) => Buffer.concat([Buffer.of(code >> 8, code & 0xff), reason]))
const lengthForm = fc.constantFrom(0, 0, 0, 2, 8)

/** Mostly frames as a server sends them, in all forms of length, and every so often one that is not. */
const frame = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.constantFrom(0x81, 0x82, 0x89, 0x8a), payload, lengthForm) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(0x01, 0x02, 0x00, 0x00, 0x80, 0x80), payload, lengthForm),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant(0x88), fc.oneof(goodbye, payload), lengthForm) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(255), payload, lengthForm) },
)

function bytesOf([first, body, form]: readonly [number, Buffer, number]): Buffer {
  const bytes = form > 0 ? form : body.length > 125 ? 2 : 0
  const length = Buffer.alloc(bytes)
  if (bytes > 0) length.writeUIntBE(body.length, Math.max(0, bytes - 6), Math.min(bytes, 6))
  const second = bytes === 0 ? body.length : bytes === 2 ? 126 : 127
  return Buffer.concat([Buffer.of(first, second), length, body])
}

const traffic = fc
  .array(frame, { minLength: 1, maxLength: 8 })
  .map((frames) => Buffer.concat(frames.map(bytesOf)))
  .chain((whole) =>
    fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 12 }).map((cuts) => {
      const ends = [...cuts.sort((a, b) => a - b), whole.length]
      return ends.map((end, i) => whole.subarray(ends[i - 1] ?? 0, end))
    }),
  )

/** What was read, in order; the last may be what the connection has to be closed with. */
type Read = [what: string, value: string | number][]

/** Each part is overwritten as soon as it was taken. */
function readByOurs(parts: readonly Buffer[]): Read {
  const read: Read = []
  const sink = {
    onText: (text: string, sizeBytes: number) => read.push([`text of ${sizeBytes}`, text]),
    onBinary: (bytes: Buffer) => read.push(['binary', bytes.toString('hex')]),
    onPing: (bytes: Buffer) => read.push(['ping', bytes.toString('hex')]),
    onGoodbye: (code: number) => read.push(['goodbye', code]),
  }
  const reader = new FrameReader(sink, MAX_BYTES)
  try {
    for (const part of parts) {
      const reused = Buffer.from(part)
      reader.read(reused, 0, reused.length)
      reused.fill('!')
    }
  } catch (error) {
    read.push(['refused', (error as FrameError).closeCode])
  }
  return read
}

async function readByWs(parts: readonly Buffer[]): Promise<Read> {
  const read: Read = []
  let over = false
  const receiver = new Receiver({ maxPayload: MAX_BYTES })
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    read.push(isBinary ? ['binary', data.toString('hex')] : [`text of ${data.length}`, String(data)]),
  )
  receiver.on('ping', (data: Buffer) => read.push(['ping', data.toString('hex')]))
  receiver.on('conclude', (code: number) => {
    over = true
    read.push(['goodbye', code])
  })
  receiver.on('error', (error: object) => {
    over = true
    const status = Object.getOwnPropertySymbols(error).find(
      ({ description }) => description === 'status-code',
    )
    read.push(['refused', (error as Record<symbol, number>)[status as symbol] as number])
  })
  for (const part of parts) {
    if (over) break
    receiver.write(Buffer.from(part))
    await setImmediate()
  }
  return read
}

it('reads and refuses what ws does, however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(traffic, async (parts) => {
      expect(readByOurs(parts)).toEqual(await readByWs(parts))
    }),
    { numRuns: 400 },
  )
})

it.each([
  ['a frame that claims more than a message may have', [0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0], 1009],
  ['parts that together claim more', [0x02, 100, ...Buffer.alloc(100), 0x80, 126, 0, 201], 1009],
  ['a masked frame', [0x81, 0x80, 0, 0, 0, 0], 1002],
])('refuses %s before any of it has come', (_, bytes, closeCode) => {
  const read = (): void => {
    const ignore = (): void => undefined
    const sink = { onText: ignore, onBinary: ignore, onPing: ignore, onGoodbye: ignore }
    new FrameReader(sink, MAX_BYTES).read(Buffer.from(bytes), 0, bytes.length)
  }
  expect(read).toThrow(expect.objectContaining({ closeCode }))
})
