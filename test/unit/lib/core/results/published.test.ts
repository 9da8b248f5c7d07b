import { describe, expect, it } from 'vitest'
import { Histogram } from '../../../../../lib/core/metrics/histogram.ts'
import {
  PUBLISHED_METRICS,
  publishedCount,
  publishedMetrics,
  seriesUnitOf,
} from '../../../../../lib/core/results/published.ts'
import { planOf } from '../../../../fixtures/synthetic-run.ts'

const counter = { kind: 'counter', unit: '' } as const

describe('the series of a run', () => {
  it('are those of every run, and what its thresholds judge besides, once and without tags', () => {
    const plan = planOf({
      metrics: { queued: counter, tasks: { kind: 'gauge', unit: '' } },
      sources: {
        platform: { kind: 'prometheus', url: 'http://127.0.0.1:9090', step: '5s', metrics: {} },
      },
      thresholds: [
        { metric: 'msg_rtt{flow:chat}', limit: 'p(95)<100' },
        { metric: 'http_req_duration{flow:chat}', limit: 'p(95)<100' },
        { metric: 'queued', limit: 'count>1' },
        { metric: 'msg_rtt', limit: 'p(99)<200' },
        // Readings of one slice each, a number of the whole run, and a metric of somebody else's.
        { metric: 'tasks', limit: 'max<5' },
        { metric: 'vus', limit: 'max<5' },
        { metric: 'throughput_linearity', limit: 'value>0.8' },
        { metric: 'ecs_cpu', limit: 'avg<70' },
      ],
    })
    expect(publishedMetrics(plan)).toEqual([...PUBLISHED_METRICS, 'msg_rtt', 'queued'])
    expect(publishedCount(plan)).toBe(10 + 2 + 4)
  })

  it('are 24 at most, however many metrics a scenario has', () => {
    const names = Array.from({ length: 40 }, (_, i) => `own_${i}`)
    const plan = planOf({
      metrics: Object.fromEntries(names.map((name) => [name, counter])),
      thresholds: names.map((metric) => ({ metric, limit: 'count>1' })),
    })
    expect(publishedMetrics(plan).slice(10)).toEqual(names.slice(0, 10))
    expect(publishedCount(plan)).toBe(24)
  })

  it('have the units that CloudWatch knows', () => {
    const plan = planOf({
      metrics: { uplift: { kind: 'trend', unit: '%' }, odd: { kind: 'trend', unit: 'kg' } },
    })
    const units = ['http_reqs', 'checks', 'msg_rtt', 'data_received', 'uplift', 'odd']
    expect(units.map((metric) => seriesUnitOf(plan, metric))).toEqual([
      'Count',
      'None',
      'Milliseconds',
      'Bytes',
      'Percent',
      'None',
    ])
  })
})

describe('what a histogram has recorded since', () => {
  it('is each new value as often as it came, as the highest that its bucket stands for', () => {
    const histogram = new Histogram()
    for (const value of [5, 5, 9]) histogram.record(value)
    const earlier = Histogram.decode(histogram.encode())
    for (const value of [5, 1_000_000, 3]) histogram.record(value)
    expect([...histogram.since(earlier)]).toEqual([
      [3, 1],
      [5, 1],
      [1_000_447, 1],
    ])
    expect([...histogram.since(new Histogram())].reduce((sum, [, count]) => sum + count, 0)).toBe(6)
    expect([...histogram.since(histogram)]).toEqual([])
    expect([...new Histogram().since(new Histogram())]).toEqual([])
  })
})
