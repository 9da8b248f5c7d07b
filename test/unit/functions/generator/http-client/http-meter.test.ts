import { describe, expect, it } from 'vitest'
import type { ExchangeRecord } from '../../../../../functions/generator/contract/exchange-record.ts'
import { HttpMeter } from '../../../../../functions/generator/http-client/http-meter.ts'
import { Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import type { Series } from '../../../../../lib/core/results/snapshot.ts'

const exchange: ExchangeRecord = {
  method: 'GET',
  url: 'http://127.0.0.1/',
  status: 200,
  headers: {},
  header: () => undefined,
  body: new Uint8Array(0),
  calledAtMs: 10,
  sent: true,
  sentAtMs: 11,
  firstByteAtMs: 13,
  endedAtMs: 16,
  sentBytes: 100,
  receivedBytes: 200,
}

function meter() {
  const recorded: Series[] = []
  const recorder = new Recorder({
    startAtMs: 0,
    fromMs: 0,
    cuts: [{ seq: 0, fromMs: 0, toMs: 1_000, stages: [] }],
    metrics: {},
    onInterval: ({ series }) => recorded.push(...series),
  })
  const counted = (metric = 'http_reqs'): unknown => {
    recorder.finish(20)
    return recorded.flatMap((one) =>
      one.metric === metric && one.kind === 'counter' ? [[one.tags, one.sum]] : [],
    )
  }
  return { meter: new HttpMeter(recorder), counted, second: () => recorder.second }
}

const tagsOf = (more: object): object => ({ flow: 'buy', name: 'pay', method: 'GET', status: '200', ...more })

describe('the series of a request', () => {
  it('differ by flow, step, method, status, error and tags, in whatever order they come', () => {
    const { meter: http, counted } = meter()
    const buy = { flow: 'buy', name: 'pay', tags: undefined, lagMs: 0 }
    for (let round = 0; round < 3; round++) {
      http.record(exchange, buy, true)
      http.record({ ...exchange, method: 'POST' }, buy, true)
      http.record({ ...exchange, status: 500 }, buy, false)
      http.record({ ...exchange, status: 0, error: 'timeout' }, buy, false)
      http.record(exchange, { ...buy, flow: 'browse' }, true)
      http.record(exchange, { ...buy, name: 'look' }, true)
      http.record(exchange, { ...buy, tags: { plan: 'pro' } }, true)
      http.record(exchange, { ...buy, tags: { plan: 'free' } }, true)
      http.record(exchange, { ...buy, tags: { plan: 'free', team: 'a' } }, true)
    }
    expect(counted()).toEqual([
      [tagsOf({}), 3],
      [tagsOf({ method: 'POST' }), 3],
      [tagsOf({ status: '500' }), 3],
      [tagsOf({ status: '0', error: 'timeout' }), 3],
      [tagsOf({ flow: 'browse' }), 3],
      [tagsOf({ name: 'look' }), 3],
      [tagsOf({ plan: 'pro' }), 3],
      [tagsOf({ plan: 'free' }), 3],
      [tagsOf({ plan: 'free', team: 'a' }), 3],
    ])
  })

  it('count what was asked once more beside the request that it was', () => {
    const { meter: http, counted } = meter()
    const buy = { flow: 'buy', name: 'pay', tags: { plan: 'pro' }, lagMs: 0 }
    http.record({ ...exchange, retriedStale: true }, buy, true)
    http.record({ ...exchange, retriedStale: true, status: 500 }, buy, false)
    http.record(exchange, buy, true)
    const tags = { flow: 'buy', name: 'pay', plan: 'pro', method: 'GET' }
    expect(counted('http_req_retried_stale')).toEqual([[tags, 2]])
  })

  it('count those that were cut off among the requests of their second, not among those whose outcome is known', () => {
    const { meter: http, second } = meter()
    const buy = { flow: 'buy', name: 'pay', tags: undefined, lagMs: 0 }
    http.record(exchange, buy, true)
    http.record({ ...exchange, status: 500 }, buy, false)
    http.record({ ...exchange, status: 0, error: 'interrupted' }, buy, false)
    expect(second()).toMatchObject({ requests: 3, completed: 2, failed: 1 })
  })

  it('count what was read nevertheless by what rule it broke', () => {
    const { meter: http, counted } = meter()
    const buy = { flow: 'buy', name: 'pay', tags: { plan: 'pro' }, lagMs: 0 }
    http.record(exchange, buy, true)
    http.record({ ...exchange, leniencies: ['bare_lf'] }, buy, true)
    http.recordStream({ ...exchange, leniencies: ['bare_lf', 'folded_header'] }, buy, true)
    const tags = { flow: 'buy', name: 'pay', plan: 'pro' }
    expect(counted('http_lenient_responses')).toEqual([
      [{ ...tags, leniency: 'bare_lf' }, 2],
      [{ ...tags, leniency: 'folded_header' }, 1],
    ])
  })

  it('follow tags that a flow changes in the object it passes', () => {
    const { meter: http, counted } = meter()
    const tags: Record<string, string> = { page: '1' }
    const context = { flow: 'buy', name: 'pay', tags, lagMs: 0 }
    http.record(exchange, context, true)
    tags.page = '2'
    http.record(exchange, context, true)
    expect(counted()).toEqual([
      [tagsOf({ page: '1' }), 1],
      [tagsOf({ page: '2' }), 1],
    ])
  })
})
