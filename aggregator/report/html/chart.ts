import type { Summary, TimelinePoint } from '../../../lib/core/summary.ts'
import { parseExpression } from '../../../lib/core/threshold.ts'
import type { Row, Verdict } from '../../../lib/core/verdict.ts'
import { chartLadderOf, formatBound, type Rung, SHARE } from '../figure.ts'

type Field = Exclude<keyof TimelinePoint, 'atMs'>
export type Tone = 'blue' | 'sky' | 'navy' | 'teal' | 'red' | 'orange' | 'violet'

/** Where a line's values are in the summary: a field of the timeline, one field over another, or a server metric. */
export type Values = { field: Field } | { part: Field; of: Field } | { server: number }

export interface Line {
  label: string
  values: Values
  tone: Tone
  dashed?: boolean
  filled?: boolean
  /** Not drawn until it is asked for. */
  hidden?: boolean
}

/** A bound of a threshold, drawn where it holds. */
export interface BoundLine {
  kind: 'limit' | 'target'
  label: string
  value: number
  /** By default the whole run. */
  spans?: { fromMs: number; toMs: number }[]
}

/** What the page's script needs to draw one chart over time; the values stay in the summary. */
export interface Chart {
  id: string
  title: string
  hint: string
  ladder: readonly Rung[]
  lines: Line[]
  bounds: BoundLine[]
  /** Whether the axis may be switched to a logarithm. */
  log: boolean
  small: boolean
  /** Reason why there is nothing to draw. */
  noData?: string
}

type Judged = Pick<Verdict, 'thresholds'>

/** The charts of every run: what was asked of the target, and how it answered. */
export function runCharts({ thresholds }: Judged, summary: Summary): Chart[] {
  const rate = { small: false, log: false, ladder: chartLadderOf('/s') }
  const boundsOf = (metric: string, aggregation: string, unit: string, prefix = '') =>
    thresholds
      .filter((row) => row.metric === metric && row.aggregation === aggregation && row.selector === undefined)
      .flatMap((row) => boundLines(row, unit, summary, prefix))
  const percentile = (p: number) =>
    boundsOf('http_req_duration', `p(${p})`, 'ms', `p${p} `).filter(({ kind }) => kind === 'limit')
  return [
    {
      id: 'throughput',
      title: 'Throughput',
      hint: 'Requests that ended',
      ...rate,
      lines: [
        { label: 'requests', values: { field: 'requestsPerSecond' }, tone: 'blue', filled: true },
        { label: 'failed', values: { field: 'failedPerSecond' }, tone: 'red', dashed: true },
      ],
      bounds: boundsOf('http_reqs', 'rate', '/s'),
    },
    {
      id: 'latency',
      title: 'Latency',
      hint: 'Service time of requests',
      small: false,
      log: true,
      ladder: chartLadderOf('ms'),
      lines: [
        { label: 'p50', values: { field: 'p50Ms' }, tone: 'sky' },
        { label: 'p95', values: { field: 'p95Ms' }, tone: 'blue' },
        { label: 'p99', values: { field: 'p99Ms' }, tone: 'navy' },
        { label: 'max', values: { field: 'maxMs' }, tone: 'violet', dashed: true, hidden: true },
      ],
      bounds: [...percentile(50), ...percentile(95), ...percentile(99)],
    },
    {
      id: 'users',
      title: 'Users',
      hint: 'Active at once',
      small: false,
      log: false,
      ladder: chartLadderOf(''),
      lines: [{ label: 'users', values: { field: 'users' }, tone: 'teal', filled: true }],
      bounds: [],
    },
    {
      id: 'iterations',
      title: 'Iterations',
      hint: 'Ended, and dropped for want of a free user',
      ...rate,
      lines: [
        { label: 'ended', values: { field: 'iterationsPerSecond' }, tone: 'teal' },
        { label: 'dropped', values: { field: 'droppedPerSecond' }, tone: 'orange', dashed: true },
      ],
      bounds: [],
    },
    {
      id: 'failures',
      title: 'Failed requests',
      hint: 'Share of all requests',
      small: false,
      log: false,
      ladder: chartLadderOf(SHARE),
      lines: [
        {
          label: 'failed',
          values: { part: 'failedPerSecond', of: 'requestsPerSecond' },
          tone: 'red',
          filled: true,
        },
      ],
      bounds: boundsOf('http_req_failed', 'rate', SHARE),
    },
    {
      id: 'traffic',
      title: 'Traffic',
      hint: 'As seen by the generators',
      ...rate,
      ladder: chartLadderOf('B/s'),
      lines: [
        { label: 'received', values: { field: 'receivedBytesPerSecond' }, tone: 'blue' },
        { label: 'sent', values: { field: 'sentBytesPerSecond' }, tone: 'orange', dashed: true },
      ],
      bounds: [],
    },
  ]
}

/** A small chart for each metric that the target's own sources gave. */
export function serverCharts({ thresholds }: Judged, summary: Summary): Chart[] {
  return summary.server.map(({ metric, source, unit, points, noData }, index) => {
    const rows = thresholds.filter((row) => row.metric === metric && row.aggregation !== 'rise')
    return {
      id: `server-${index}`,
      title: metric,
      hint: unit === '' ? source : `${source} · ${unit}`,
      ladder: chartLadderOf(unit),
      lines: [{ label: metric, values: { server: index }, tone: 'violet' }],
      bounds: rows.flatMap((row) => boundLines(row, unit, summary, '')),
      log: false,
      small: true,
      ...(points.length === 0 ? { noData: noData ?? 'the source gave no points' } : {}),
    }
  })
}

function boundLines(row: Row, unit: string, { stages }: Summary, prefix: string): BoundLine[] {
  const { stage } = row
  const spans =
    stage && stages.filter(({ name }) => stage.includes(name)).map(({ fromMs, toMs }) => ({ fromMs, toMs }))
  return (['limit', 'target'] as const).flatMap((kind) => {
    const written = row[kind]
    const bound = parseExpression(written ?? '')?.bound
    if (written === undefined || bound === undefined) return []
    return [{ kind, label: prefix + formatBound(written, unit), value: bound, ...(spans && { spans }) }]
  })
}
