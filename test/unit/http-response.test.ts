import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../functions/generator/exchange.ts'
import { ExchangeResponse } from '../../functions/generator/http-response.ts'

const exchange = (body: string): Exchange => ({
  method: 'GET',
  url: 'http://127.0.0.1/x',
  status: 200,
  headers: { 'x-a': 'b' },
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
