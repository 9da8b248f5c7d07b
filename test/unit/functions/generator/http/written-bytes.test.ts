import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { write } from '../../../../../functions/generator/http/write.ts'
import { joined } from '../../../../../functions/generator/http/written-bytes.ts'
import { OPCODE, writeFrame } from '../../../../../functions/generator/messages/frame.ts'
import { copyOf, ownCopyOf } from '../../../../../functions/generator/net/read-into.ts'

/** Keeps what is written to it. */
function keeper() {
  const written: (string | Uint8Array)[] = []
  const socket = { write: (data: string | Uint8Array) => written.push(data), cork() {}, uncork() {} }
  return { socket: socket as unknown as Socket, written }
}

/** Says that it is longer than it is. */
class Longer extends Uint8Array {
  override get byteLength(): number {
    return 1_000
  }
}

describe('bytes to be sent', () => {
  it('are a head and what follows it', () => {
    expect(joined('é ', 'ü€', 5).toString('latin1')).toBe(`é ${Buffer.from('ü€').toString('latin1')}`)
    expect(joined('a', new Uint8Array([0, 255]), 2)).toEqual(Buffer.from([97, 0, 255]))
    expect(joined('a', '\ud800', 3)).toEqual(Buffer.from([97, 0xef, 0xbf, 0xbd]))
  })

  it.each([
    ['text that is shorter', 'ab', 3],
    ['bytes that are fewer', new Uint8Array(2), 3],
    ['bytes that pretend to be more', new Longer(2), 1_000],
  ])('are not sent where they were not written as a whole: %s than said', (_, body, bodyBytes) => {
    expect(() => joined('head', body, bodyBytes)).toThrow(/^\d+ of \d+ bytes to be sent were written$/)
    const { socket, written } = keeper()
    expect(() =>
      write(socket, 'head é', typeof body === 'string' ? `${body}ü` : body, bodyBytes + 2),
    ).toThrow(RangeError)
    expect(written).toEqual([])
  })

  it('are not sent in a frame where they pretend to be more', () => {
    const { socket, written } = keeper()
    expect(() => writeFrame(socket, OPCODE.BINARY, new Longer(2))).toThrow(RangeError)
    expect(written).toEqual([])
  })
})

describe('bytes that were read', () => {
  it('are copied as a whole or not at all', () => {
    const bytes = Buffer.from('abcdef')
    expect(copyOf(bytes, 1, 3).toString()).toBe('bc')
    expect(() => copyOf(bytes, 4, 9)).toThrow(RangeError)
  })

  it('have nothing behind them where a flow gets them', () => {
    const own = ownCopyOf(Buffer.from('abc'))
    expect([own.toString(), own.byteOffset, own.buffer.byteLength]).toEqual(['abc', 0, 3])
  })
})
