import { describe, expect, it } from 'vitest'
import type { ExchangeRecord } from '../../../../../functions/generator/contract/exchange-record.ts'
import { Incidents } from '../../../../../functions/generator/metering/incidents.ts'
import { FlowError } from '../../../../../lib/core/base/flow-error.ts'
import { incidentsSchema } from '../../../../../lib/core/results/incident.ts'

function exchangeOf(changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    ...{ method: 'POST', url: 'http://shop.example/pay', status: 503, headers: {} },
    ...{ body: new Uint8Array(), calledAtMs: 0, sent: true, sentAtMs: 0, firstByteAtMs: 0, endedAtMs: 0 },
    ...{ sentBytes: 0, receivedBytes: 0, header: () => undefined },
    ...changes,
  }
}

/** The sample of an exchange, as a snapshot has it. */
function sampled(changes: Partial<ExchangeRecord>, secrets: string[] = []) {
  const incidents = new Incidents({ secrets })
  const incident = incidents.groupOf('request', '503', 'buy', 'pay').count('503')
  if (incident) incidents.describe(incident, { exchange: exchangeOf(changes) })
  return incidents.collect()?.seen[0]?.first?.exchange
}

describe('incidents of a generator', () => {
  it('describe a message the first time and only count it from then on', () => {
    const incidents = new Incidents({ sinceStart: () => 1_234.5 })
    const group = incidents.groupOf('iteration', 'type_error', 'buy')
    const first = group.count('vu.gett is not a function')
    if (first) incidents.describe(first, { lastStep: 'GET /cart' })
    expect(group.count('vu.gett is not a function')).toBeUndefined()
    const identity = { where: 'iteration', error: 'type_error', flow: 'buy', name: '' }
    const told = { ...identity, message: 'vu.gett is not a function' }
    expect(incidents.collect()).toEqual({
      seen: [{ ...told, count: 2, first: { atMs: 1_235, lastStep: 'GET /cart' } }],
      leftOut: [],
    })
    group.count('vu.gett is not a function')
    expect(incidents.collect()).toEqual({ seen: [{ ...told, count: 1 }], leftOut: [] })
    expect(incidents.collect()).toBeUndefined()
  })

  it('count messages as one that differ in numbers and ids alone, as they were the first time', () => {
    const incidents = new Incidents()
    const group = incidents.groupOf('iteration', 'no_user', 'buy')
    for (const message of [
      'user 17 of 9b2e1c54-6f0d-4a5e-8a7b-0c1d2e3f4a5b is gone',
      'user 4 of 00000000-1111-2222-3333-444444444444 is gone',
      'user 17 is gone',
    ])
      group.count(message)
    const seen = incidents.collect()?.seen.map(({ message, count }) => [message, count])
    expect(seen).toEqual([
      ['user 17 of 9b2e1c54-6f0d-4a5e-8a7b-0c1d2e3f4a5b is gone', 2],
      ['user 17 is gone', 1],
    ])
  })

  it('keep five messages of a class in a step, and count the rest as left out', () => {
    const incidents = new Incidents()
    const words = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu']
    for (const word of words) incidents.groupOf('call', 'rpc_error', 'ask', 'tools/list').count(word)
    incidents.groupOf('call', 'rpc_error', 'ask', 'tools/call').count('fox')
    const { seen = [], leftOut } = incidents.collect() ?? {}
    expect(seen.map(({ name, message }) => `${name} ${message}`)).toEqual([
      ...words.slice(0, 5).map((word) => `tools/list ${word}`),
      'tools/call fox',
    ])
    expect(leftOut).toEqual([{ where: 'call', count: 2 }])
  })

  it('lose no failure, however many classes, steps and messages there are', () => {
    const incidents = new Incidents()
    let failures = 0
    for (let c = 0; c < 60; c++)
      for (let s = 0; s < 30; s++)
        for (const message of ['a', 'b', 'c', 'd', 'e', 'f']) {
          incidents.groupOf('iteration', `class ${c}`, 'buy', `step ${s}`).count(message.repeat(400))
          failures++
        }
    const { seen = [], leftOut = [] } = incidents.collect() ?? {}
    expect(seen.length).toBeLessThanOrEqual(100)
    const counted = [...seen, ...leftOut].reduce((sum, { count }) => sum + count, 0)
    expect(counted).toBe(failures)
  })

  it('take at most 64 KiB of a snapshot for all messages, stacks and responses together', () => {
    const incidents = new Incidents()
    const body = new TextEncoder().encode('x'.repeat(5_000))
    for (let c = 0; c < 100; c++) {
      const text = `${String.fromCharCode(97 + (c % 26)).repeat(600)}${'-'.repeat(c)}`
      const incident = incidents.groupOf('request', `class ${c}`).count(text)
      if (incident) incidents.describe(incident, { exchange: exchangeOf({ body }) })
    }
    const told = incidents.collect()
    expect(told?.seen.length).toBeGreaterThan(30)
    // What counts up beside the texts: field names and counts.
    expect(JSON.stringify(told).length).toBeLessThan(65_536 + 100 * 20)
    expect(incidentsSchema.parse(told)).toEqual(told)
  })

  it('mask secrets in messages, and count what differs in them alone as one', () => {
    const incidents = new Incidents({ secrets: ['hunter22'] })
    const group = incidents.groupOf('iteration', 'login_failed', 'buy')
    const first = group.count('login with {"password":"alpha"} failed')
    expect(first?.message).toBe('login with {"password":"***"} failed')
    expect(group.count('login with {"password":"omega"} failed')).toBeUndefined()
    expect(group.count('the key is hunter22')?.message).toBe('the key is ***')
    expect(incidents.collect()?.seen.map(({ count }) => count)).toEqual([2, 1])
  })

  it('cut a message to 500 characters after its secrets are masked', () => {
    const incidents = new Incidents()
    const secret = `token=${'s3cret'.repeat(100)}`
    const told = incidents.groupOf('iteration', 'error', 'buy').count(`${'x'.repeat(480)} ${secret} end`)
    expect(told?.message).toBe(`${'x'.repeat(480)} token=*** end`)
    const cut = incidents.groupOf('iteration', 'other', 'buy').count('y'.repeat(600))
    expect(cut?.message).toBe(`${'y'.repeat(499)}…`)
  })

  it('keep the first failed response of a step, its secrets masked', () => {
    const sample = sampled(
      {
        url: 'http://ann:pw@shop.example/pay?token=abc&page=2',
        headers: { 'x-request-id': 'r-1', 'set-cookie': 'sid=hunter22; Path=/' },
        body: new TextEncoder().encode('{"error":"declined","access_token":"abcdef","key":"hunter22"}'),
      },
      ['hunter22'],
    )
    expect(sample).toEqual({
      method: 'POST',
      url: 'http://***@shop.example/pay?token=***&page=2',
      status: 503,
      headers: { 'x-request-id': 'r-1', 'set-cookie': '***' },
      body: '{"error":"declined","access_token":"***","key":"***"}',
      bodyBytes: 61,
    })
  })

  it('cut a body to 1,024 characters, and keep none that is no text', () => {
    const long = sampled({ body: new TextEncoder().encode('é'.repeat(4_000)) })
    expect(long).toMatchObject({ body: `${'é'.repeat(1_023)}…`, bodyBytes: 8_000 })
    expect(sampled({ body: new Uint8Array([0xff, 0xd8, 0xff, 0xe0]) })).toEqual({
      ...{ method: 'POST', url: 'http://shop.example/pay', status: 503, headers: {}, bodyBytes: 4 },
    })
    expect(sampled({ body: new Uint8Array([0x61, 0x00, 0x62]) })).not.toHaveProperty('body')
  })

  it('know the last response of a user until somebody else gets one', () => {
    const incidents = new Incidents()
    const [ann, bob] = [{}, {}]
    const exchange = exchangeOf()
    incidents.received({ user: ann, name: 'pay' }, exchange)
    expect(incidents.lastResponseOf(ann, 'pay')).toBe(exchange)
    expect(incidents.lastResponseOf(ann, 'look')).toBeUndefined()
    expect(incidents.lastResponseOf(bob, 'pay')).toBeUndefined()
    incidents.received({ user: bob, name: 'pay' }, exchange)
    expect(incidents.lastResponseOf(ann, 'pay')).toBeUndefined()
  })

  it('take failures of sessions and calls by their class and message', () => {
    const incidents = new Incidents()
    const tags = { flow: 'chat', name: '/feed', region: 'eu' }
    incidents.countFailure('session', new FlowError('ws_closed', 'closed with 1011'), tags)
    expect(incidents.collect()?.seen).toMatchObject([
      { where: 'session', error: 'ws_closed', flow: 'chat', name: '/feed', message: 'closed with 1011' },
    ])
  })
})
