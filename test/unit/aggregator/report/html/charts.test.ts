import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bulletOf } from '../../../../../aggregator/report/html/charts/bullet.ts'
import { runCharts } from '../../../../../aggregator/report/html/charts/run-charts.ts'
import { serverCharts } from '../../../../../aggregator/report/html/charts/server-charts.ts'
import { chartLadderOf, formatFigure } from '../../../../../aggregator/report/model/figure.ts'
import { markup } from '../../../../../aggregator/report/model/markup.ts'
import type { Row } from '../../../../../lib/core/results/verdict.ts'
import { codepalRun } from '../../../../fixtures/verdict.ts'

// The page's modules are plain JavaScript without types.
const client = (name: string) =>
  import(new URL(`../../../../../aggregator/report/html/client/${name}.js`, import.meta.url).href)
const { percentileColumns, timeColumns, onlyPositive, nearBounds } = await client('series')
const { writeFigure, writeTicks, writeSpan, writePercentile } = await client('figure')
const { verdict, summary } = codepalRun('fail')

describe('charts', () => {
  it('carry the limits of what they show, and say which ones each point has to keep', () => {
    const charts = runCharts(verdict, summary)
    const bounds = charts.find(({ id }) => id === 'latency')?.bounds.filter(({ kind }) => kind === 'limit')
    expect(bounds?.map(({ on, label, value }) => [on, label, value])).toEqual([
      ['each', 'p95 ≤ 250 ms in any 1m', 250],
      ['all', 'p99 ≤ 500 ms', 500],
      ['all', 'p50 ≤ 200 ms', 200],
    ])
    const failures = charts.find(({ id }) => id === 'failures')
    expect(failures?.bounds.map(({ on, label }) => `${on} ${label}`)).toEqual([
      'all overall ≤ 0.05 %',
      'all overall ≤ 1 %',
      'all overall < 0.5 %',
    ])
    expect(failures?.measured.map(({ label }) => label)).toEqual(['overall 0.127 %'])
  })

  it('show what was measured beside the limit that it broke, or else came closest to', () => {
    const failures = runCharts(verdict, summary).find(({ id }) => id === 'failures')
    const rooms = failures?.bounds.flatMap(({ label, measured, broken }) =>
      measured === undefined ? [] : [[label, broken]],
    )
    expect(rooms).toEqual([['overall ≤ 0.05 %', true]])
  })

  it('draw the limit of an average over the time it is of, with the average measured then', () => {
    const thresholds = verdict.thresholds.map((row) =>
      row.metric === 'js_idle' ? { ...row, stage: ['spike'], value: 58.5 } : row,
    )
    const chart = serverCharts({ thresholds }, summary).find(({ title }) => title === 'js_idle')
    const spans = [{ fromMs: 3_300_000, toMs: 3_600_000 }]
    expect(chart?.bounds).toEqual([
      { kind: 'limit', on: 'all', label: 'avg ≤ 100 ms', value: 100, measured: 58.5, broken: false, spans },
      { kind: 'target', on: 'all', label: 'avg < 80 ms', value: 80, spans },
    ])
    expect(chart?.measured).toEqual([{ label: 'avg 58.5 ms', value: 58.5, spans }])
  })

  it.each([
    ['max<=70', undefined, 'each'],
    ['min>=70', undefined, 'each'],
    ['max>=70', undefined, 'all'],
    ['min<=70', undefined, 'all'],
    ['avg<=70', undefined, 'all'],
    ['p(95)<=70', undefined, 'all'],
    ['value<=70', undefined, 'all'],
    ['avg<=70', '30s', 'each'],
  ])('take the limit %s over %s for one that %s of the points keeps', (limit, over, on) => {
    const row = verdict.thresholds.find(({ metric }) => metric === 'ecs_cpu')
    if (!row) throw new TypeError('the fixture has a row on ecs_cpu')
    const aggregation = limit.replace(/[<>].*/, '')
    const judged = { ...row, limit, aggregation, target: undefined, over, value: 50 }
    const [chart] = serverCharts({ thresholds: [judged] }, summary)
    expect(chart?.bounds.map((bound) => bound.on)).toEqual([on])
    expect(chart?.measured).toHaveLength(on === 'all' ? 1 : 0)
  })

  it('draw the worst five of many thresholds, and say how many there are besides', () => {
    const [row] = verdict.thresholds.filter(({ metric }) => metric === 'ecs_cpu')
    if (!row) throw new TypeError('the fixture has a row on ecs_cpu')
    const thresholds = Array.from({ length: 8 }, (_, i): Row => {
      const state = i >= 4 ? 'fail' : 'pass'
      return { ...row, target: undefined, limit: `max<=${50 + i}`, state }
    })
    const [chart] = serverCharts({ thresholds }, summary)
    expect(chart?.bounds.map(({ value }) => value)).toEqual([54, 55, 56, 57, 50])
    expect(chart?.hint).toBe('cloudwatch · % · 3 more thresholds in the table')
  })

  it('start at zero, but for values that are no count and vary little', () => {
    const closeOnes = (charts: readonly { close: boolean }[]) => charts.filter(({ close }) => close).length
    expect(closeOnes(runCharts(verdict, summary))).toBe(0)
    expect(closeOnes(serverCharts(verdict, summary))).toBe(summary.server.length)
  })

  it('draw no limit of a time to rise or of a number of samples', () => {
    const thresholds = verdict.thresholds.filter(({ metric }) => metric === 'running_tasks')
    expect(thresholds).toHaveLength(1)
    expect(serverCharts({ thresholds }, summary).flatMap(({ bounds }) => bounds)).toEqual([])
  })

  it('carry a limit of some stages in those alone', () => {
    const thresholds = verdict.thresholds.map((row) =>
      row.metric === 'ecs_cpu' ? { ...row, stage: ['spike'] } : row,
    )
    const spans = [{ fromMs: 3_300_000, toMs: 3_600_000 }]
    expect(serverCharts({ thresholds }, summary)[0]?.bounds).toEqual([
      { kind: 'limit', on: 'each', label: 'max ≤ 70 %', value: 70, spans },
      { kind: 'target', on: 'each', label: 'max ≤ 60 %', value: 60, spans },
    ])
  })

  it('show no limit of a selection of requests', () => {
    const thresholds = verdict.thresholds.map((row) => ({ ...row, selector: { flow: 'handoff' } }))
    expect(runCharts({ thresholds }, summary).flatMap(({ bounds }) => bounds)).toEqual([])
  })

  it('of the server name the reason where there is nothing to draw', () => {
    const noData = serverCharts(verdict, summary).flatMap((chart) =>
      chart.noData ? [[chart.title, chart.noData]] : [],
    )
    expect(noData).toEqual([['grafana_refresh', 'the source did not answer: connection refused']])
  })

  it('draw the fields of the timeline, and one over another', () => {
    const failures = runCharts(verdict, summary).find(({ id }) => id === 'failures')
    const points = [
      { ...summary.timeline.points[0], atMs: 0, completedPerSecond: 10, failedPerSecond: 1 },
      { ...summary.timeline.points[0], atMs: 5, completedPerSecond: 0, failedPerSecond: 0 },
    ]
    expect(timeColumns(failures, { ...summary, timeline: { bucketMs: 5, points, metrics: [] } })).toEqual([
      [0, 5],
      [0.1, null],
    ])
  })

  it('draw server metrics from the start of the run', () => {
    const [chart] = serverCharts(verdict, summary)
    const [xs, values] = timeColumns(chart, summary)
    expect([xs[0], xs[1]]).toEqual([0, 21_000])
    expect(values[0]).toBe(summary.server[0]?.points[0]?.[1])
  })

  it('leave out what a logarithm has no place for', () => {
    expect(
      onlyPositive([
        [0, 1, 2],
        [5, 0, null],
      ]),
    ).toEqual([
      [0, 1, 2],
      [5, null, null],
    ])
  })

  it('make room for bounds near their values, or the lowest above zeros', () => {
    const bounds = [{ value: 25 }, { value: 26 }]
    expect(nearBounds(bounds, 10)).toEqual([{ value: 25 }])
    expect(nearBounds(bounds, 0)).toEqual([{ value: 25 }])
    expect(nearBounds([], 0)).toEqual([])
  })
})

describe('the percentile axis', () => {
  it('gives every nine the same width and ends at the last but one of all values', () => {
    const points = [
      { percentile: 0, valueMs: 1, count: 1 },
      { percentile: 0.5, valueMs: 4, count: 500 },
      { percentile: 0.9, valueMs: 9, count: 900 },
      { percentile: 1, valueMs: 40, count: 1_000 },
    ]
    const [xs, values] = percentileColumns([points])
    expect(xs.map((x: number) => Math.round(x))).toEqual([1, 2, 10, 1_000])
    expect(values).toEqual([1, 4, 9, 40])
  })

  it('reads each curve at the percentiles of all of them', () => {
    const service = [
      { percentile: 0.5, valueMs: 4, count: 1 },
      { percentile: 1, valueMs: 8, count: 4 },
    ]
    const response = [
      { percentile: 0.75, valueMs: 6, count: 3 },
      { percentile: 1, valueMs: 9, count: 4 },
    ]
    expect(percentileColumns([service, response])).toEqual([
      [2, 4],
      [4, 8],
      [6, 6],
    ])
    expect(percentileColumns([service, []])).toEqual([
      [2, 4],
      [4, 8],
      [null, null],
    ])
  })

  it('is labelled with as many nines as it has', () => {
    expect([0, 0.5, 1 - 1 / 10, 1 - 1 / 1e6].map(writePercentile)).toEqual([
      '0 %',
      '50 %',
      '90 %',
      '99.9999 %',
    ])
  })
})

describe('figures in charts', () => {
  it('are those of the reports', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e5, noNaN: true }), (value) => {
        expect(writeFigure(value, chartLadderOf('ms'))).toBe(formatFigure(value, 'ms'))
        expect(writeFigure(value * 1_000, chartLadderOf('B/s'))).toBe(formatFigure(value * 1_000, 'B/s'))
      }),
    )
  })

  it('along an axis share the unit of the largest', () => {
    expect(writeTicks([0, 500, 1_000], chartLadderOf('ms'))).toEqual(['0', '0.5 s', '1 s'])
    expect(writeTicks([0, 10_000, 20_000], chartLadderOf('ops/s'))).toEqual(['0', '10k', '20k'])
  })

  it('of time name hours and days', () => {
    expect([0, 250, 45_000, 4_200_000, 86_400_000].map(writeSpan)).toEqual([
      '0',
      '250ms',
      '45s',
      '1h10m',
      '1d',
    ])
  })
})

describe('a threshold’s bar', () => {
  const bar = (changes: Partial<Row>, unit = 'ms') => {
    const row: Row = {
      ...{ title: 't', metric: 'm', aggregation: 'avg', limit: 'avg<=250', target: 'avg<200' },
      ...{ value: 225, unit, state: 'warn', noData: 'fail' },
      ...changes,
    }
    return bulletOf({ row, unit })
  }

  it('has its value between target and limit, with equal room on both sides', () => {
    expect(bar({})).toEqual({ targetAt: 40, limitAt: 60, valueAt: 50, lowIsGood: true })
  })

  it('marks a value beyond its end', () => {
    expect(bar({ value: 9_000 })).toMatchObject({ valueAt: 100, beyond: 'right' })
  })

  it('turns round where high is good, and ends at the whole', () => {
    const high = bar({ limit: 'rate>=0.95', target: 'rate>=0.98', value: 1 }, 'share')
    expect(high).toMatchObject({ lowIsGood: false, valueAt: 100 })
    expect(high?.beyond).toBeUndefined()
  })

  it('is not there without a value or a direction', () => {
    expect(bar({ value: null })).toBeUndefined()
    expect(bar({ limit: 'avg==5', target: undefined })).toBeUndefined()
  })

  it('never leaves its ends', () => {
    const amount = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(amount, amount, amount, (limit, target, value) => {
        const made = bar({ limit: `avg<=${limit.toFixed(3)}`, target: `avg<=${target.toFixed(3)}`, value })
        for (const at of [made?.limitAt, made?.targetAt, made?.valueAt]) {
          expect(at).toBeGreaterThanOrEqual(0)
          expect(at).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})

it('markup escapes everything but markup', () => {
  const inner = markup`<b>${'<&>"\''}</b>`
  expect(markup`<p title="${'a"b'}">${[inner, 1, undefined]}</p>`.text).toBe(
    '<p title="a&quot;b"><b>&lt;&amp;&gt;&quot;&#39;</b>1</p>',
  )
})
