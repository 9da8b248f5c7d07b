import papaparse from 'papaparse'
import { describe, expect, it } from 'vitest'
import { csvReport } from '../../../../../aggregator/report/data/csv.ts'
import { jsonReport, metricsSummarySchema } from '../../../../../aggregator/report/data/json.ts'
import { segmentAt, segmentsOf } from '../../../../../aggregator/report/model/segment.ts'
import { REPORTS } from '../../../../../aggregator/report/report.ts'
import type { Summary } from '../../../../../lib/core/results/summary.ts'
import { STARTED_AT, silence } from '../../../../fixtures/summary.ts'
import { codepalRun, judged } from '../../../../fixtures/verdict.ts'

const { verdict, summary } = codepalRun('fail')

describe('timeseries.csv', () => {
  const parse = (text: string) =>
    papaparse.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true })

  it('has a line per point of the timeline and a column per server metric', () => {
    const { data, meta, errors } = parse(csvReport(verdict, summary))
    expect(errors).toEqual([])
    expect(data).toHaveLength(summary.timeline.points.length)
    expect(meta.fields).toEqual([
      ...[
        'at_s',
        'length_s',
        'stage',
        'experiments',
        'users',
        'requests_per_s',
        'failed_per_s',
        'iterations_per_s',
        'dropped_per_s',
      ],
      ...['received_bytes_per_s', 'sent_bytes_per_s', 'p50_ms', 'p95_ms', 'p99_ms', 'max_ms'],
      ...summary.server.map(({ metric }) => metric),
    ])
  })

  it('gives back the very numbers of the summary', () => {
    const { data } = parse(csvReport(verdict, summary))
    const point = summary.timeline.points[200]
    expect(data[200]).toMatchObject({
      at_s: '3000',
      length_s: '15',
      stage: 'peak',
      users: String(point?.users),
      p95_ms: String(point?.p95Ms),
    })
  })

  it('defuses names that a spreadsheet would calculate, and keeps negative numbers', () => {
    const first = { ...summary.timeline.points[0], atMs: 0 } as Summary['timeline']['points'][number]
    const hostile: Summary = {
      ...summary,
      stages: summary.stages.map((stage) => ({ ...stage, name: '=HYPERLINK("http://x","a")' })),
      server: [{ metric: 'free', source: 'app', unit: '', points: [[summary.startedAt, -5]] }],
      timeline: { ...summary.timeline, points: [first] },
    }
    const { data } = parse(csvReport(verdict, hostile))
    expect(data[0]).toMatchObject({ stage: '\'=HYPERLINK("http://x","a")', free: '-5' })
  })

  it('repeats the last known server value, and is empty before the first and without data', () => {
    const points = summary.timeline.points
      .slice(0, 3)
      .map((point, index) => ({ ...point, atMs: index * 1_000 }))
    const [first] = summary.server
    if (!first) throw new TypeError('the fixture has server metrics')
    const server = [
      { ...first, points: [[STARTED_AT + 500, 41]] as [number, number][] },
      { ...first, points: [] },
    ]
    const text = csvReport(verdict, {
      ...summary,
      server,
      timeline: { bucketMs: 1_000, points, metrics: [] },
    })
    const cells = text
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',').slice(-2))
    expect(cells).toEqual([
      ['', ''],
      ['41', ''],
      ['41', ''],
    ])
  })

  it('quotes names as RFC 4180 says and ends every line with CRLF', () => {
    const [first] = summary.server
    const server = [{ ...first, metric: 'a "b", c', source: 's', unit: '', points: [] }]
    const text = csvReport(verdict, { ...summary, server })
    expect(text.split('\r\n')[0]).toMatch(/,max_ms,"a ""b"", c"$/)
    expect(text.endsWith('\r\n')).toBe(true)
  })

  it('has columns for the messages of other protocols and the metrics of one’s own', () => {
    const points = summary.timeline.points.slice(0, 2)
    const metrics: Summary['timeline']['metrics'] = [
      { metric: 'ws_msgs_sent', unit: '', kind: 'counter', perSecond: [4, 0] },
      { metric: 'ws_session_failed', unit: '', kind: 'rate', rate: [0.5, null] },
      {
        metric: 'msg_rtt',
        unit: 'ms',
        kind: 'trend',
        p50: [1, null],
        p95: [2, null],
        p99: [3, null],
        max: [4, null],
      },
      { metric: 'queue', unit: 'jobs', kind: 'gauge', value: [null, 7] },
    ]
    const text = csvReport(verdict, {
      ...summary,
      server: [],
      timeline: { bucketMs: 1_000, points, metrics },
    })
    const lines = text
      .trim()
      .split('\r\n')
      .map((line) => line.split(',').slice(-7))
    expect(lines).toEqual([
      [
        ...['ws_msgs_sent_per_s', 'ws_session_failed_share'],
        ...['msg_rtt_p50', 'msg_rtt_p95', 'msg_rtt_p99', 'msg_rtt_max', 'queue'],
      ],
      ['4', '0.5', '1', '2', '3', '4', ''],
      ['0', '', '', '', '', '', '7'],
    ])
  })

  it('is its header alone when nothing was observed', () => {
    expect(csvReport(verdict, silence()).trim().split('\r\n')).toHaveLength(1)
  })
})

describe('metrics-summary.json', () => {
  it('keeps its schema and holds every threshold', () => {
    const parsed = metricsSummarySchema.parse(JSON.parse(jsonReport(verdict, summary)))
    expect(parsed.state).toBe('fail')
    expect(parsed.thresholds.counts).toEqual({ pass: 13, warn: 8, fail: 3, 'no-data': 2 })
    expect(parsed.thresholds.rows).toHaveLength(26)
    expect(parsed.thresholds.rows.find(({ title }) => title === 'p99 API response time')).toEqual({
      title: 'p99 API response time',
      group: 'latency',
      metric: 'http_req_duration',
      aggregation: 'p(99)',
      value: verdict.thresholds.find(({ title }) => title === 'p99 API response time')?.value,
      unit: 'ms',
      limit: 'p(99)<=500',
      target: 'p(99)<400',
      state: 'fail',
    })
    expect(parsed.requests).toEqual(verdict.requests)
    expect(Math.round(parsed.latencyMs?.p95 ?? 0)).toBe(300)
  })

  it('has no latency where nothing was requested', () => {
    const nothing = silence()
    const parsed = metricsSummarySchema.parse(JSON.parse(jsonReport(judged(nothing), nothing)))
    expect(parsed.latencyMs).toBeUndefined()
    expect(parsed.thresholds.counts['no-data']).toBe(26)
  })
})

describe('segments', () => {
  const stage = (name: string, fromMs: number, toMs: number) => ({ name, executor: 'x', fromMs, toMs })

  it('are the stages one after another', () => {
    expect(segmentsOf([stage('a', 0, 10), stage('b', 10, 30)])).toEqual([
      { name: 'a', fromMs: 0, toMs: 10 },
      { name: 'b', fromMs: 10, toMs: 30 },
    ])
  })

  it('name all stages that go on at once, and none where there are none', () => {
    const segments = segmentsOf([stage('a', 0, 20), stage('b', 10, 30), stage('c', 40, 50)])
    expect(segments.map(({ name, fromMs }) => `${fromMs} ${name}`)).toEqual([
      '0 a',
      '10 a + b',
      '20 b',
      '40 c',
    ])
    expect(segmentAt(segments, 10)?.name).toBe('a + b')
    expect(segmentAt(segments, 35)).toBeUndefined()
    expect(segmentAt(segments, 50)).toBeUndefined()
  })
})

it('every report of the table is written for every state', () => {
  const files = Object.keys(REPORTS)
  expect(files).toEqual(expect.arrayContaining(['report.html', 'summary.md', 'timeseries.csv', 'junit.xml']))
  for (const state of ['pass', 'warn', 'fail', 'inconclusive'] as const) {
    const run = codepalRun(state)
    for (const render of Object.values(REPORTS)) {
      const text = render(run.verdict, run.summary).replace(/<script.*?<\/script>/gs, '')
      expect(text.length).toBeGreaterThan(1_000)
      expect(text).not.toMatch(/undefined|NaN|\[object/)
    }
  }
})
