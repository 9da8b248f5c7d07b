import { describe, expect, it } from 'vitest'
import { keyFigures } from '../../../../../aggregator/report/model/key-figures.ts'
import { ownFigures } from '../../../../../aggregator/report/model/own-figures.ts'
import { consoleReport } from '../../../../../aggregator/report/text/console.ts'
import { markdownReport } from '../../../../../aggregator/report/text/markdown.ts'
import type { Summary } from '../../../../../lib/core/results/summary.ts'
import { summaryOf, verdictOf } from '../../../../fixtures/judged-run.ts'
import { planOf, type Samples } from '../../../../fixtures/synthetic-run.ts'

const plan = planOf({
  metrics: {
    cart_value: { kind: 'trend', unit: 'EUR' },
    orders: { kind: 'counter', unit: '' },
    stocked: { kind: 'rate', unit: '' },
    queue: { kind: 'gauge', unit: 'jobs' },
  },
})
const chat = { flow: 'talk', name: 'chat' }
const ofSockets: Samples[] = [
  { metric: 'ws_sessions', tags: chat, sum: 4 },
  { metric: 'ws_session_failed', tags: chat, trues: 0, total: 3 },
  { metric: 'ws_session_failed', tags: { ...chat, error: 'ws_closed' }, trues: 1, total: 1 },
  { metric: 'ws_msgs_sent', tags: chat, sum: 100 },
  { metric: 'ws_msgs_received', tags: chat, sum: 200 },
  { metric: 'msg_rtt', tags: chat, values: [5] },
]

function written(summary: Summary): Record<string, string> {
  const verdict = verdictOf({ plan, written: [] })
  const requests = { ...verdict.requests, count: summary.metrics.http_reqs ? 1 : 0 }
  return Object.fromEntries(
    keyFigures({ ...verdict, requests }, summary).map(({ title, figures }) => [
      title,
      figures.map(({ label, value }) => `${label} ${value}`).join(' · '),
    ]),
  )
}

describe('the key figures of a run', () => {
  it('over WebSockets alone are sessions, messages and round trips, and none of HTTP', () => {
    const figures = written(summaryOf(plan, [{ seq: 0, samples: ofSockets }]))
    expect(figures).toMatchObject({
      sessions: 'opened 4 · per second 0.4 · failed 25 % (1)',
      messages: 'received 200 · received per second 20 · sent 100 · sent per second 10',
      'round trip': 'p50 5 ms (n=1) · p95 5 ms (n=1) · p99 5 ms (n=1) · max 5 ms',
    })
    expect(Object.keys(figures)).not.toContain('requests')
    expect(Object.keys(figures)).not.toContain('latency')
  })

  it('over HTTP and more have both', () => {
    const samples: Samples[] = [...ofSockets, { metric: 'http_reqs', sum: 3 }]
    expect(Object.keys(written(summaryOf(plan, [{ seq: 0, samples }])))).toEqual([
      ...['requests', 'sessions', 'messages', 'round trip', 'iterations', 'coverage'],
    ])
  })

  it('of calls and of streams are how many, how many failed, and how long they took', () => {
    const samples: Samples[] = [
      { metric: 'rpc_calls', tags: chat, sum: 30 },
      { metric: 'rpc_failed', tags: chat, trues: 0, total: 30 },
      { metric: 'stream_sessions', tags: chat, sum: 2 },
      { metric: 'stream_events', tags: chat, sum: 40 },
      { metric: 'stream_time_to_first_event', tags: chat, values: [7] },
    ]
    expect(written(summaryOf(plan, [{ seq: 0, samples }]))).toMatchObject({
      calls: 'total 30 · per second 3 · failed 0 %',
      streams: 'opened 2 · per second 0.2 · failed –',
      messages: 'received 40 · received per second 4',
      'first event': 'p50 7 ms (n=1) · p95 7 ms (n=1) · p99 7 ms (n=1) · max 7 ms',
    })
  })

  it('say that nothing was requested where nothing at all was done', () => {
    expect(written(summaryOf(plan, []))).toMatchObject({ requests: expect.stringMatching(/^total 0/) })
  })
})

describe('what a scenario measures itself', () => {
  const own: Samples[] = [
    { metric: 'cart_value', values: [10, 30] },
    { metric: 'orders', sum: 20 },
    { metric: 'stocked', trues: 9, total: 10 },
    { metric: 'queue', last: 7, min: 2, max: 9 },
    { metric: 'step_duration', tags: { flow: 'buy', name: 'log in' }, values: [40] },
    { metric: 'step_duration', tags: { flow: 'buy', name: 'pay | now' }, values: [90] },
  ]
  const summary = summaryOf(plan, [{ seq: 0, samples: own }])
  const verdict = verdictOf({ plan, written: [{ seq: 0, samples: own }] })

  it('is in short its own metrics, and its steps by how slow they are', () => {
    expect(ownFigures(summary)).toEqual([
      {
        title: 'own metrics',
        main: 0,
        figures: [
          { label: 'cart_value', value: 'p95 30 EUR of 2' },
          { label: 'orders', value: '20 (2/s)' },
          { label: 'queue', value: '7 jobs' },
          { label: 'stocked', value: '90 % of 10' },
        ],
      },
      {
        title: 'vu.step',
        main: 0,
        figures: [
          { label: 'buy: pay | now', value: 'p95 90 ms (n=1)' },
          { label: 'buy: log in', value: 'p95 40 ms (n=1)' },
        ],
      },
    ])
  })

  it('stands on the console and in summary.md', () => {
    const text = consoleReport(verdict, summary, { color: false, width: 100, files: [] })
    expect(text).toContain('own metrics cart_value p95 30 EUR of 2   orders 20 (2/s)')
    expect(text).toContain('vu.step     buy: pay | now p95 90 ms (n=1)   buy: log in p95 40 ms (n=1)')
    expect(markdownReport(verdict, summary)).toContain(
      '| vu.step | buy: pay \\| now **p95 90 ms (n=1)** · buy: log in **p95 40 ms (n=1)** |',
    )
  })

  it('is cut to a line of the terminal, however long its names are', () => {
    const name = 'x'.repeat(200)
    const samples: Samples[] = [{ metric: 'step_duration', tags: { flow: 'buy', name }, values: [40] }]
    const long = summaryOf(plan, [{ seq: 0, samples }])
    const text = consoleReport(verdict, long, { color: false, width: 80, files: [] })
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/vu\.step +buy: x+… p95 40 ms/)
  })

  it('names the first five of each and says how many more there are', () => {
    const samples = Array.from(
      { length: 7 },
      (_, i): Samples => ({
        metric: 'step_duration',
        tags: { flow: 'buy', name: `step ${i}` },
        values: [i + 1],
      }),
    )
    const [steps] = ownFigures(summaryOf(plan, [{ seq: 0, samples }]))
    expect(steps?.figures.map(({ label }) => label)).toEqual([
      ...['buy: step 6', 'buy: step 5', 'buy: step 4', 'buy: step 3', 'buy: step 2'],
      'and more',
    ])
    expect(steps?.figures.at(-1)?.value).toBe('2')
  })
})
