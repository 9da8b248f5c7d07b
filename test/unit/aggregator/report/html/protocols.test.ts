import { describe, expect, it } from 'vitest'
import { loadAssets } from '../../../../../aggregator/report/html/assets.ts'
import { ownCharts } from '../../../../../aggregator/report/html/charts/own-charts.ts'
import { runCharts } from '../../../../../aggregator/report/html/charts/run-charts.ts'
import { htmlReport } from '../../../../../aggregator/report/html/html.ts'
import type { Plan } from '../../../../../lib/core/plan/plan.ts'
import { summaryOf, verdictOf } from '../../../../fixtures/judged-run.ts'
import { planOf, type Samples } from '../../../../fixtures/synthetic-run.ts'

const assets = loadAssets()
const den = { flow: 'talk', name: 'den' }

/** A run of an interval in which its users did nothing but what the samples say. */
function runOf(samples: readonly Samples[], changes: Partial<Plan> = {}) {
  const plan = planOf(changes)
  const seconds = Array.from({ length: 10 }, (_, second) => ({ second, users: 3, ended: 1, sentBytes: 9 }))
  const written = [{ seq: 0, samples, seconds }]
  const run = { verdict: verdictOf({ plan, written }), summary: summaryOf(plan, written) }
  const html = htmlReport(run.verdict, run.summary, assets)
  return { ...run, text: html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '') }
}

const linkOf = (kind: 'ws' | 'tcp'): Samples[] => [
  { metric: `${kind}_sessions`, tags: den, sum: 3 },
  { metric: `${kind}_connecting`, tags: den, values: [1, 2, 3] },
  { metric: `${kind}_msgs_sent`, tags: den, sum: 30 },
  { metric: `${kind}_msgs_received`, tags: den, sum: 60 },
  { metric: `${kind}_session_failed`, tags: den, trues: 0, total: 3 },
  { metric: 'msg_rtt', tags: den, values: [4, 5, 6] },
]
const streamed: Samples[] = [
  { metric: 'stream_sessions', tags: den, sum: 3 },
  { metric: 'stream_time_to_first_event', tags: den, values: [7] },
  { metric: 'stream_events', tags: den, sum: 40 },
]
const called: Samples[] = [
  { metric: 'rpc_calls', tags: { ...den, name: 'add' }, sum: 20 },
  { metric: 'rpc_failed', tags: { ...den, name: 'add' }, trues: 0, total: 19 },
  { metric: 'rpc_failed', tags: { ...den, name: 'add', error: 'timeout' }, trues: 1, total: 1 },
  { metric: 'msg_rtt', tags: { ...den, name: 'add' }, values: [4, 5, 6] },
]
const titlesOf = (samples: readonly Samples[]): string[] => {
  const { verdict, summary } = runOf(samples)
  return runCharts(verdict, summary).map(({ title }) => title)
}

describe('the charts of a run without HTTP', () => {
  it('are messages, round trips and sessions over WebSockets', () => {
    expect(titlesOf(linkOf('ws'))).toEqual([
      ...['WebSocket messages', 'Round trips', 'WebSocket sessions', 'WebSocket sessions opened'],
      ...['WebSocket connecting', 'Failed WebSocket sessions', 'Users', 'Iterations', 'Traffic'],
    ])
  })

  it('are the same over TCP', () => {
    expect(titlesOf(linkOf('tcp'))).toEqual([
      ...['TCP messages', 'Round trips', 'TCP sessions', 'TCP sessions opened', 'TCP connecting'],
      ...['Failed TCP sessions', 'Users', 'Iterations', 'Traffic'],
    ])
  })

  it('are events and first events of streams', () => {
    expect(titlesOf(streamed)).toEqual([
      ...['Stream events', 'Time to first event', 'Streams opened', 'Users', 'Iterations', 'Traffic'],
    ])
  })

  it('are calls, their round trips and their failures, where some failed', () => {
    expect(titlesOf(called)).toEqual([
      ...['RPC calls', 'Round trips', 'Failed RPC calls', 'Users', 'Iterations', 'Traffic'],
    ])
  })

  it('stand beside those of HTTP where a run has both', () => {
    const plan = planOf()
    const written = [{ seq: 0, samples: streamed, seconds: [{ second: 0, requests: 4, users: 1 }] }]
    const charts = runCharts(verdictOf({ plan, written }), summaryOf(plan, written))
    expect(charts.map(({ id }) => id)).toEqual([
      ...['throughput', 'stream-events', 'first-event', 'streams', 'users', 'failures'],
    ])
  })

  it('have a line for what there was, and none for what there was not', () => {
    const silent = linkOf('ws').filter(({ metric }) => metric !== 'ws_msgs_received')
    const { verdict, summary } = runOf(silent)
    const lines = runCharts(verdict, summary).find(({ id }) => id === 'ws-messages')?.lines
    expect(lines?.map(({ label }) => label)).toEqual(['sent'])
  })

  it('carry the limits of their metrics, and show failures that a limit judges even if there were none', () => {
    const { verdict, summary } = runOf(linkOf('ws'), {
      thresholds: [
        { metric: 'msg_rtt', limit: 'p(95)<50' },
        { metric: 'msg_rtt{name:den}', limit: 'p(95)<1' },
        { metric: 'ws_session_failed', limit: 'rate<0.01' },
        { metric: 'ws_msgs_sent', limit: 'rate>1' },
      ],
    })
    const bounds = runCharts(verdict, summary).flatMap(({ id, bounds }) =>
      bounds.map(({ on, label }) => [id, on, label]),
    )
    expect(bounds).toEqual([
      ['ws-messages', 'all', 'overall > 1/s'],
      ['round-trips', 'all', 'p95 < 50 ms'],
      ['ws-failed', 'all', 'overall < 1 %'],
    ])
  })
})

describe('the page of a run without HTTP', () => {
  it('has no section that would say that nothing was requested', () => {
    const { text } = runOf(linkOf('ws'))
    expect(text).not.toMatch(/No request was made|No response was received|id="steps"|id="distribution"/)
    expect(text).toContain('<h3>sessions</h3>')
    expect(text).not.toContain('<h3>requests</h3>')
  })

  it('lists sessions and calls by name, with what failed of those that ended', () => {
    const { text } = runOf([...linkOf('ws'), ...called])
    const [, section = ''] = /<section id="sessions".*?>(.*?)<\/section>/s.exec(text) ?? []
    const rows = [...section.matchAll(/<tr>(<th scope="row".*?)<\/tr>/gs)].map(([, row = '']) =>
      row.replace(/<\/t[hd]>/g, ' | ').replace(/<[^>]*>/g, ''),
    )
    expect(rows).toEqual([
      'den | talk | WebSocket | 3 | 0 % (n=3) | 30 | 60 | ',
      'add | talk | RPC | 20 | 5 % (n=20) | – | – | ',
      'add | talk | round trip | 3 | 5 ms (n=3) | 6 ms (n=3) | 6 ms (n=3) | 6 ms | ',
      'den | talk | round trip | 3 | 5 ms (n=3) | 6 ms (n=3) | 6 ms (n=3) | 6 ms | ',
      'den | talk | WebSocket connecting | 3 | 2 ms (n=3) | 3 ms (n=3) | 3 ms (n=3) | 3 ms | ',
    ])
  })

  it('says nothing of costs, as there are none', () => {
    const { verdict, summary, text } = runOf(linkOf('ws'))
    expect(text).not.toMatch(/cost/i)
    const paid = { ...verdict, cost: { quotedUsd: 0.5, accruedUsd: 0 } }
    expect(htmlReport(paid, summary, assets)).toContain('<dt>Cost</dt><dd>$0.00 of $0.50 quoted</dd>')
  })
})

describe('what a scenario measures itself', () => {
  const metrics: Plan['metrics'] = {
    cart: { kind: 'trend', unit: 'EUR' },
    orders: { kind: 'counter', unit: '' },
    idle: { kind: 'counter', unit: '' },
  }
  const samples: Samples[] = [
    { metric: 'cart', tags: { tier: 'gold' }, values: [90] },
    { metric: 'cart', tags: { tier: 'silver' }, values: [10] },
    { metric: 'orders', sum: 20 },
    { metric: 'step_duration', tags: { flow: 'buy', name: 'log in' }, values: [40] },
  ]

  it('has charts, and rows over all tags and by each of them', () => {
    const { text } = runOf(samples, { metrics })
    const [, section = ''] = /<section id="own".*?>(.*?)<\/section>/s.exec(text) ?? []
    expect([...section.matchAll(/<h3[^>]*>([^<]*)/g)].map(([, title]) => title)).toEqual([
      ...['cart', 'orders', 'Trends', 'Counters'],
    ])
    expect([...section.matchAll(/<small class="wrap">([^<]*)/g)].map(([, tags]) => tags)).toEqual([
      'tier:gold',
      'tier:silver',
    ])
    const [, builtIn = ''] = /<section id="metrics".*?>(.*?)<\/section>/s.exec(text) ?? []
    expect(builtIn).not.toContain('orders')
  })

  it('is drawn by what its kind adds up to, with the limits of its own', () => {
    const { verdict, summary } = runOf([...samples, { metric: 'idle', sum: 0 }], {
      metrics,
      thresholds: [
        { metric: 'cart', limit: 'avg<60' },
        { metric: 'orders', limit: 'rate>1' },
      ],
    })
    const charts = ownCharts(verdict, summary).map(({ title, hint, small, lines, bounds, measured }) => [
      title,
      hint,
      small,
      lines.map(({ label }) => label).join(' '),
      [...bounds, ...measured].map(({ label }) => label).join(', '),
    ])
    expect(charts).toEqual([
      ['cart', 'trend · EUR', true, 'p50 p95 p99 max', 'avg < 60 EUR, avg 50 EUR'],
      ['orders', 'counter · per second', true, 'orders', 'overall > 1/s, overall 2/s'],
    ])
  })

  it('has a row for each step that it times', () => {
    const { text } = runOf(samples, { metrics })
    const [, section = ''] = /<section id="steps".*?>(.*?)<\/section>/s.exec(text) ?? []
    expect(section).toMatch(
      /<span class="wrap">log in<\/span><\/th><td>buy<\/td><td[^>]*>1<\/td><td[^>]*>40 ms</,
    )
  })

  it('shows at most twenty series of a metric by tags, and says how many more there are', () => {
    const many = Array.from(
      { length: 25 },
      (_, i): Samples => ({
        metric: 'orders',
        tags: { shop: `s${String(i).padStart(2, '0')}` },
        sum: 1,
      }),
    )
    const { text } = runOf(many, { metrics })
    expect(text.match(/shop:s\d\d/g)).toHaveLength(20)
    expect(text).toContain('shop:s19 – and 5 more in summary.json')
  })
})
