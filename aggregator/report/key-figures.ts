import type { Summary, Values } from '../../lib/core/summary.ts'
import type { Verdict } from '../../lib/core/verdict.ts'
import { formatFigure, formatNumber, formatShare, formatSpan, formatUsd, NO_FIGURE, SHARE } from './figure.ts'

interface KeyFigure {
  label: string
  value: string
}

/** What the first lines of every report say of one subject. */
export interface KeyFigures {
  title: string
  figures: KeyFigure[]
  /** Index of the figure to show when there is room for one. */
  main: number
}

type Trend = Extract<Values, { kind: 'trend' }>

const RECEIVED = ['ws_msgs_received', 'tcp_msgs_received', 'stream_events']
const MESSAGE_TIMES = { 'round trip': 'msg_rtt', 'first event': 'stream_time_to_first_event' }

/** The run in a few numbers: the same ones, in the same words, in every report. */
export function keyFigures(verdict: Verdict, summary: Summary): KeyFigures[] {
  return [
    requests(verdict),
    latency('latency', trendOf(summary, 'http_req_duration')),
    ...messages(summary),
    iterations(verdict),
    coverage(verdict),
    cost(verdict),
  ]
}

/** The trend of a metric over all its tags, if it has values. */
export function trendOf(summary: Summary, metric: string): Trend | undefined {
  const values = summary.metrics[metric]?.values
  return values?.kind === 'trend' && values.count > 0 ? values : undefined
}

function requests({ requests: of, spans }: Verdict): KeyFigures {
  const { count, completed = count, drained = 0, failed, perSecond } = of
  return {
    title: 'requests',
    main: 0,
    figures: [
      { label: 'total', value: formatNumber(count) },
      ...whileDraining(drained, spans?.drainMs),
      { label: 'per second', value: formatNumber(perSecond) },
      { label: 'failed', value: withCount(formatShare(failed, completed), failed) },
    ],
  }
}

function latency(title: string, trend: Trend | undefined): KeyFigures {
  const ms = (value: number | undefined) => (value === undefined ? NO_FIGURE : formatFigure(value, 'ms'))
  return {
    title,
    main: 1,
    figures: [
      { label: 'p50', value: ms(trend?.med) },
      { label: 'p95', value: ms(trend?.p95) },
      { label: 'p99', value: ms(trend?.p99) },
      { label: 'max', value: ms(trend?.max) },
    ],
  }
}

/** What came over WebSockets, TCP and streams, and how fast; each only where there was any. */
function messages(summary: Summary): KeyFigures[] {
  const received = RECEIVED.flatMap((metric) => {
    const values = summary.metrics[metric]?.values
    return values?.kind === 'counter' ? [values] : []
  })
  const total = (of: 'count' | 'drained' | 'perSecond'): number =>
    received.reduce((sum, { [of]: value = 0 }) => sum + value, 0)
  const figures = [
    { label: 'received', value: formatNumber(total('count')) },
    ...whileDraining(total('drained'), summary.drainMs),
    { label: 'per second', value: formatNumber(total('perSecond')) },
  ]
  return [
    ...(total('count') === 0 ? [] : [{ title: 'messages', main: 0, figures }]),
    ...Object.entries(MESSAGE_TIMES).flatMap(([title, metric]) => {
      const trend = trendOf(summary, metric)
      return trend === undefined ? [] : [latency(title, trend)]
    }),
  ]
}

/** Failed is a share of those that ended, dropped of all that were due: started, ended or not, and dropped. */
function iterations({ iterations: { count, started = count, failed, dropped } }: Verdict): KeyFigures {
  return {
    title: 'iterations',
    main: 0,
    figures: [
      { label: 'total', value: formatNumber(count) },
      { label: 'failed', value: withCount(formatShare(failed, count), failed) },
      { label: 'dropped', value: withCount(formatShare(dropped, started + dropped), dropped) },
    ],
  }
}

function coverage({ coverage: { generators, time, arrivals } }: Verdict): KeyFigures {
  return {
    title: 'coverage',
    main: 0,
    figures: [
      { label: 'of plan', value: formatFigure(Math.min(time, arrivals), SHARE) },
      {
        label: 'generators',
        value: `${formatNumber(generators.seen)} of ${formatNumber(generators.planned)}`,
      },
      { label: 'time', value: formatFigure(time, SHARE) },
      { label: 'arrivals', value: formatFigure(arrivals, SHARE) },
    ],
  }
}

function cost({ cost: { accruedUsd, quotedUsd } }: Verdict): KeyFigures {
  return {
    title: 'cost',
    main: 0,
    figures: [
      { label: 'accrued', value: formatUsd(accruedUsd) },
      { label: 'quoted', value: formatUsd(quotedUsd) },
    ],
  }
}

/** What a total has more than its rate per second is of. */
function whileDraining(drained: number, drainMs = 0): KeyFigure[] {
  if (drained === 0) return []
  return [{ label: 'of them while draining', value: `${formatNumber(drained)} in ${formatSpan(drainMs)}` }]
}

function withCount(share: string, count: number): string {
  return count === 0 ? share : `${share} (${formatNumber(count)})`
}
