import { describe, expect, it } from 'vitest'
import type { ExchangeRecord } from '../../../../../functions/generator/contract/exchange-record.ts'
import { ExchangeResponse } from '../../../../../functions/generator/http-client/http-response.ts'

const exchange = (body: string | Uint8Array, contentType?: string): ExchangeRecord => ({
  method: 'GET',
  url: 'http://127.0.0.1/x',
  status: 200,
  headers: { 'x-a': 'b' },
  header: (name) => (name === 'content-type' ? contentType : undefined),
  body: Buffer.from(body),
  calledAtMs: 1_000,
  sent: true,
  sentAtMs: 1_010.5,
  firstByteAtMs: 1_020,
  endedAtMs: 1_030.75,
  sentBytes: 10,
  receivedBytes: 20,
})

describe('a response', () => {
  it('is the exchange as a flow sees it, with its service time', () => {
    const response = new ExchangeResponse(exchange('{"a":"ü"}'), true)
    expect(response).toMatchObject({
      status: 200,
      ok: true,
      url: 'http://127.0.0.1/x',
      headers: { 'x-a': 'b' },
      durationMs: 20.25,
    })
    expect(response.error).toBeUndefined()
    expect(response.text()).toBe('{"a":"ü"}')
    expect(response.json()).toEqual({ a: 'ü' })
  })

  it('reads JSON after a byte order mark', () => {
    expect(new ExchangeResponse(exchange('\uFEFF[1]'), true).json()).toEqual([1])
  })

  it.each([
    ['text/html; charset=iso-8859-1', [0x63, 0x61, 0x66, 0xe9], 'café'],
    ['text/html;charset="ISO-8859-1"', [0x63, 0x61, 0x66, 0xe9], 'café'],
    ['text/plain; format=flowed; Charset = windows-1252 ; x=y', [0x80, 0xe9], '€é'],
    ['text/plain; charset=shift_jis', [0x83, 0x65], 'テ'],
    ['text/plain; charset=utf-16le', [0x41, 0x00, 0xe9, 0x00], 'Aé'],
    ['text/plain; charset=utf-16be', [0x00, 0x41, 0x00, 0xe9], 'Aé'],
    ['text/plain; charset=UTF-8', [0xc3, 0xa9], 'é'],
    ['text/plain', [0xc3, 0xa9], 'é'],
    [undefined, [0xc3, 0xa9], 'é'],
    ['text/plain; charset=klingon', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=', [0xc3, 0xa9], 'é'],
    ['text/plain; xcharset=iso-8859-1', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=iso-8859-1', [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'é'],
    [undefined, [0xff, 0xfe, 0x41, 0x00], 'A'],
    ['text/plain; charset=utf-8', [0xfe, 0xff, 0x00, 0x41], 'A'],
    ['text/plain; charset=utf-8', [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x41], '\uFEFFA'],
    ['text/plain', [0x41, 0xff], 'A\uFFFD'],
  ])('of type %s reads the bytes %j as %s', (contentType, bytes, text) => {
    const body = Uint8Array.from(bytes)
    for (let i = 0; i < 2; i++)
      expect(new ExchangeResponse(exchange(body, contentType), true).text()).toBe(text)
  })

  it('reads JSON as UTF-8, whatever its content type says', () => {
    expect(new ExchangeResponse(exchange('"é"', 'application/json; charset=iso-8859-1'), true).json()).toBe(
      'é',
    )
  })

  it.each([
    ['<html>', '<html>'],
    ['', 'an empty body'],
    ['x'.repeat(61), `${'x'.repeat(60)}…`],
  ])('says what came where it is no JSON: %s', (body, quote) => {
    expect(() => new ExchangeResponse(exchange(body), true).json()).toThrow(
      expect.objectContaining({
        errorClass: 'invalid_json',
        message: `http://127.0.0.1/x answered 200 with no JSON: ${quote}`,
      }),
    )
  })
})
