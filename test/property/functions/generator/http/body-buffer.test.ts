import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyBuffer } from '../../../../../functions/generator/http/body-buffer.ts'

describe('the chunks of a body', () => {
  it('are its bytes in their order, and take at most twice their size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
        const body = new BodyBuffer()
        for (const chunk of chunks) body.add(Uint8Array.from(chunk))
        const whole = body.take()
        expect(Buffer.from(whole)).toEqual(Buffer.concat(chunks))
        expect(whole.buffer.byteLength).toBeLessThanOrEqual(2 * whole.byteLength)
      }),
    )
  })
})
