import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../lib/core/results/verdict.ts'
import { SHARE } from '../../model/figure.ts'
import { type Chart, chartOf, type Line, trendChart } from './chart.ts'
import { drawable } from './columns.ts'
import { type JudgedOf, judgedIn } from './judged-in.ts'
import { protocolCharts } from './protocol-charts.ts'

/**
 * The charts of a run: how the target answered, by each protocol that the run spoke, and the load itself. Charts that
 * would have nothing to show are left out.
 */
export function runCharts(verdict: Pick<Verdict, 'thresholds'>, summary: Summary): Chart[] {
  const judgedOf = judgedIn(verdict, summary)
  const requested = summary.timeline.points.some(({ requestsPerSecond }) => requestsPerSecond > 0)
  return [
    ...(requested ? [throughput(judgedOf)] : []),
    ...drawable([latency(judgedOf)], summary),
    ...drawable(protocolCharts(judgedOf), summary),
    usersChart(),
    ...drawable([iterationsChart(judgedOf)], summary),
    ...(requested ? [failures(judgedOf)] : []),
    ...drawable([trafficChart()], summary),
  ]
}

function throughput(judgedOf: JudgedOf): Chart {
  return chartOf(
    { id: 'throughput', title: 'Throughput', hint: 'Requests that ended', unit: '/s' },
    [
      { label: 'requests', values: { field: 'requestsPerSecond' }, tone: 'blue', filled: true },
      { label: 'failed', values: { field: 'failedPerSecond' }, tone: 'red', dashed: true },
    ],
    judgedOf('http_reqs', '/s'),
  )
}

function latency(judgedOf: JudgedOf): Chart {
  return trendChart(
    { id: 'latency', title: 'Latency', hint: 'Service time of requests', unit: 'ms' },
    (column) => ({ field: `${column}Ms` }),
    judgedOf('http_req_duration', 'ms'),
  )
}

function failures(judgedOf: JudgedOf): Chart {
  const failed: Line = {
    label: 'failed',
    values: { part: 'failedPerSecond', of: 'completedPerSecond' },
    tone: 'red',
    filled: true,
  }
  const about = {
    id: 'failures',
    title: 'Failed requests',
    hint: 'Share of those served or failed',
    unit: SHARE,
  }
  return chartOf(about, [failed], judgedOf('http_req_failed', SHARE))
}

function usersChart(): Chart {
  return chartOf({ id: 'users', title: 'Users', hint: 'Active at once', unit: '' }, [
    { label: 'users', values: { field: 'users' }, tone: 'teal', filled: true },
  ])
}

function iterationsChart(judgedOf: JudgedOf): Chart {
  return chartOf(
    { id: 'iterations', title: 'Iterations', hint: 'Ended, and dropped for want of a free user', unit: '/s' },
    [
      { label: 'ended', values: { field: 'iterationsPerSecond' }, tone: 'teal' },
      { label: 'dropped', values: { field: 'droppedPerSecond' }, tone: 'orange', dashed: true },
    ],
    judgedOf('iterations', '/s'),
  )
}

function trafficChart(): Chart {
  return chartOf({ id: 'traffic', title: 'Traffic', hint: 'As seen by the generators', unit: 'B/s' }, [
    { label: 'received', values: { field: 'receivedBytesPerSecond' }, tone: 'blue' },
    { label: 'sent', values: { field: 'sentBytesPerSecond' }, tone: 'orange', dashed: true },
  ])
}
