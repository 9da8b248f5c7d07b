import { MESSAGES } from '../../../lib/core/metrics/built-in-metrics.ts'
import { type MetricGroup, type MetricRole, metricsWith } from '../../../lib/core/metrics/protocol.ts'
import { OTHER_PROTOCOLS } from '../../../lib/core/metrics/protocols.ts'
import type { Summary, Values } from '../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../lib/core/results/verdict.ts'
import { formatFigure, formatNumber, formatShare, formatSpan, formatUsd, NO_FIGURE, SHARE } from './figure.ts'
import { formatQuantile } from './small-sample.ts'

export interface KeyFigure {
  label: string
  value: string
  /** It is a number of failures above zero. */
  isBad?: boolean
}

/** What the first lines of every report say of one subject. */
export interface KeyFigures {
  title: string
  figures: KeyFigure[]
  /** Index of the figure to show when there is room for one. */
  main: number
}

type Trend = Extract<Values, { kind: 'trend' }>

const metricsOf = (role: MetricRole): string[] =>
  OTHER_PROTOCOLS.flatMap((protocol) => metricsWith(protocol, role))
/** What is begun and may fail, by the words for it. */
const BEGUN = [...Map.groupBy(OTHER_PROTOCOLS, ({ begun }) => begun?.figures.title)].flatMap(
  ([title, protocols]) =>
    title === undefined ? [] : [{ title, protocols, label: protocols[0]?.begun?.figures.begun ?? '' }],
)
/** The latencies of everything but requests. */
const TIMES = [MESSAGES, ...OTHER_PROTOCOLS].flatMap((group: MetricGroup) =>
  metricsWith(group, 'latency').map((metric) => [group.metrics[metric]?.label ?? metric, metric] as const),
)

/**
 * The run in a few numbers: the same ones, in the same words, in every report. Each protocol has its own, where it was
 * spoken; those of HTTP stand in a run that spoke none, too.
 */
export function keyFigures(verdict: Verdict, summary: Summary): KeyFigures[] {
  const others = [...BEGUN.flatMap((of) => begun(summary, of)), ...messages(summary), ...times(summary)]
  const served = trendOf(summary, 'http_req_duration')
  return [
    ...(verdict.requests.count > 0 || others.length === 0 ? [requests(verdict)] : []),
    ...(served !== undefined || others.length === 0 ? [latency('latency', served)] : []),
    ...others,
    iterations(verdict),
    coverage(verdict),
    ...cost(verdict),
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
      { label: 'failed', value: withCount(formatShare(failed, completed), failed), isBad: failed > 0 },
    ],
  }
}

function latency(title: string, trend: Trend | undefined): KeyFigures {
  const ms = (value: number | undefined, quantile = 1): string =>
    value === undefined ? NO_FIGURE : formatQuantile(value, 'ms', trend?.count, quantile)
  return {
    title,
    main: 1,
    figures: [
      { label: 'p50', value: ms(trend?.med, 0.5) },
      { label: 'p95', value: ms(trend?.p95, 0.95) },
      { label: 'p99', value: ms(trend?.p99, 0.99) },
      { label: 'max', value: ms(trend?.max) },
    ],
  }
}

type Counter = Extract<Values, { kind: 'counter' }>

function countersOf(
  { metrics }: Summary,
  names: readonly string[],
): Pick<Counter, 'count' | 'drained' | 'perSecond'> {
  const counters = names.flatMap((name) => {
    const values = metrics[name]?.values
    return values?.kind === 'counter' ? [values] : []
  })
  const total = (of: 'count' | 'drained' | 'perSecond'): number =>
    counters.reduce((sum, { [of]: value = 0 }) => sum + value, 0)
  return { count: total('count'), drained: total('drained'), perSecond: total('perSecond') }
}

/** Sessions, streams or calls: how many, and the share of those that ended which failed. */
function begun(summary: Summary, { title, label, protocols }: (typeof BEGUN)[number]): KeyFigures[] {
  const counters = protocols.flatMap((protocol) => metricsWith(protocol, 'traffic'))
  const rates = protocols.flatMap((protocol) => metricsWith(protocol, 'failure'))
  const { count, drained, perSecond } = countersOf(summary, counters)
  if (count === 0) return []
  const ended = rates.flatMap((name) => {
    const values = summary.metrics[name]?.values
    return values?.kind === 'rate' ? [values] : []
  })
  const failed = ended.reduce((sum, { trues }) => sum + trues, 0)
  const total = ended.reduce((sum, values) => sum + values.total, 0)
  const figures = [
    { label, value: formatNumber(count) },
    ...whileDraining(drained, summary.drainMs),
    { label: 'per second', value: formatNumber(perSecond) },
    { label: 'failed', value: withCount(formatShare(failed, total), failed), isBad: failed > 0 },
  ]
  return [{ title, main: 0, figures }]
}

/** Messages over WebSockets and TCP, and events of streams. */
function messages(summary: Summary): KeyFigures[] {
  const sent = countersOf(summary, metricsOf('sent'))
  const received = countersOf(summary, metricsOf('received'))
  if (sent.count + received.count === 0) return []
  const figures = [
    { label: 'received', value: formatNumber(received.count) },
    ...whileDraining(received.drained, summary.drainMs),
    { label: 'received per second', value: formatNumber(received.perSecond) },
    ...(sent.count === 0
      ? []
      : [
          { label: 'sent', value: formatNumber(sent.count) },
          { label: 'sent per second', value: formatNumber(sent.perSecond) },
        ]),
  ]
  return [{ title: 'messages', main: 0, figures }]
}

function times(summary: Summary): KeyFigures[] {
  return TIMES.flatMap(([title, metric]) => {
    const trend = trendOf(summary, metric)
    return trend === undefined ? [] : [latency(title, trend)]
  })
}

/** Failed is a share of those that ended, dropped of all that were due: started, ended or not, and dropped. */
function iterations({ iterations: { count, started = count, failed, dropped } }: Verdict): KeyFigures {
  return {
    title: 'iterations',
    main: 0,
    figures: [
      { label: 'total', value: formatNumber(count) },
      { label: 'failed', value: withCount(formatShare(failed, count), failed), isBad: failed > 0 },
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

/** A run on one machine costs nothing, which needs no saying. */
function cost({ cost: { accruedUsd, quotedUsd } }: Verdict): KeyFigures[] {
  if (accruedUsd === 0 && quotedUsd === 0) return []
  const figures = [
    { label: 'accrued', value: formatUsd(accruedUsd) },
    { label: 'quoted', value: formatUsd(quotedUsd) },
  ]
  return [{ title: 'cost', main: 0, figures }]
}

/** What a total has more than its rate per second is of. */
function whileDraining(drained = 0, drainMs = 0): KeyFigure[] {
  if (drained === 0) return []
  return [{ label: 'of them while draining', value: `${formatNumber(drained)} in ${formatSpan(drainMs)}` }]
}

function withCount(share: string, count: number): string {
  return count === 0 ? share : `${share} (${formatNumber(count)})`
}
