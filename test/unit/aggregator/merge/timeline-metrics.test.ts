import { describe, expect, it } from 'vitest'
import type { MetricLine } from '../../../../lib/core/results/summary.ts'
import { summaryOf } from '../../../fixtures/judged-run.ts'
import { planOf } from '../../../fixtures/synthetic-run.ts'

const chat = { flow: 'talk', name: 'chat' }
const lobby = { flow: 'talk', name: 'lobby' }

function linesOf(...[plan, written]: Parameters<typeof summaryOf>): Record<string, MetricLine> {
  const { metrics } = summaryOf(plan, written).timeline
  return Object.fromEntries(metrics.map((line) => [line.metric, line]))
}

describe('the metrics of a run’s timeline', () => {
  it('are messages per second and round trips of each interval, over all slices and tags', () => {
    const lines = linesOf(planOf(), [
      {
        seq: 0,
        samples: [
          { metric: 'ws_msgs_sent', tags: chat, sum: 30 },
          { metric: 'ws_msgs_sent', tags: lobby, sum: 10 },
          { metric: 'msg_rtt', tags: chat, values: [1, 2] },
        ],
      },
      { seq: 0, slice: 1, samples: [{ metric: 'msg_rtt', tags: chat, values: [8] }] },
      { seq: 2, samples: [{ metric: 'ws_msgs_sent', tags: chat, sum: 5 }] },
    ])
    expect(lines.ws_msgs_sent).toEqual({
      metric: 'ws_msgs_sent',
      unit: '',
      kind: 'counter',
      perSecond: [4, 0, 0.5],
    })
    expect(lines.msg_rtt).toEqual({
      ...{ metric: 'msg_rtt', unit: 'ms', kind: 'trend' },
      ...{ p50: [2, null, null], p95: [8, null, null], p99: [8, null, null], max: [8, null, null] },
    })
  })

  it('are rates where there was anything to count, and the latest values of gauges', () => {
    const lines = linesOf(planOf({ metrics: { queue: { kind: 'gauge', unit: 'jobs' } } }), [
      {
        seq: 0,
        samples: [
          { metric: 'ws_session_failed', tags: chat, trues: 0, total: 3 },
          { metric: 'ws_session_failed', tags: { ...chat, error: 'timeout' }, trues: 1, total: 1 },
          { metric: 'queue', last: 7, min: 2, max: 9 },
        ],
      },
      { seq: 1, samples: [{ metric: 'ws_session_failed', tags: chat, trues: 0, total: 0 }] },
    ])
    expect(lines.ws_session_failed).toMatchObject({ rate: [0.25, null] })
    expect(lines.queue).toEqual({ metric: 'queue', unit: 'jobs', kind: 'gauge', value: [7, null] })
  })

  it('tell how many sessions are open at the end of each interval', () => {
    const lines = linesOf(planOf(), [
      { seq: 0, samples: [{ metric: 'ws_connecting', tags: chat, values: [1, 1, 1] }] },
      {
        seq: 1,
        samples: [
          { metric: 'ws_connecting', tags: chat, values: [2] },
          { metric: 'ws_session_duration', tags: chat, values: [5_000, 6_000] },
        ],
      },
      { seq: 2, samples: [{ metric: 'ws_session_duration', tags: lobby, values: [9_000, 9_000] }] },
    ])
    expect(lines.ws_sessions_open).toMatchObject({ kind: 'gauge', value: [3, 2, 0] })
    expect(lines.ws_session_duration).toBeUndefined()
    expect(lines.tcp_sessions_open).toBeUndefined()
  })

  it('are the first twelve of a scenario’s own, and none that only HTTP has', () => {
    const names = Array.from({ length: 14 }, (_, i) => `own_${i}`)
    const metrics = Object.fromEntries(names.map((name) => [name, { kind: 'counter' as const, unit: '' }]))
    const samples = [...names, 'http_reqs', 'iterations'].map((metric) => ({ metric, sum: 1 }))
    expect(Object.keys(linesOf(planOf({ metrics }), [{ seq: 0, samples }]))).toEqual(names.slice(0, 12))
  })
})
