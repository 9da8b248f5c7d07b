import type { MetricLine, TimelinePoint } from '../../../../lib/core/results/summary.ts'
import { chartLadderOf, type Rung } from '../../model/figure.ts'

type Field = Exclude<keyof TimelinePoint, 'atMs'>
export type Tone = 'blue' | 'sky' | 'navy' | 'teal' | 'red' | 'orange' | 'violet'

type OfKind<Kind extends MetricLine['kind']> = Extract<MetricLine, { kind: Kind }>
export type Column = Exclude<
  keyof OfKind<'counter'> | keyof OfKind<'rate'> | keyof OfKind<'gauge'> | keyof OfKind<'trend'>,
  'metric' | 'unit' | 'kind'
>

/**
 * Where a line's values are in the summary: a field of the timeline's points, one field over another, a column of one
 * of the timeline's metrics, or a server metric by its index.
 */
export type Values =
  | { field: Field }
  | { part: Field; of: Field }
  | { metric: string; column: Column }
  | { server: number }

export interface Line {
  label: string
  values: Values
  tone: Tone
  dashed?: boolean
  filled?: boolean
  /** Not drawn until it is asked for. */
  hidden?: boolean
}

export interface TimeSpan {
  fromMs: number
  toMs: number
}

/** A bound of a threshold, drawn where it holds. */
export interface BoundLine {
  kind: 'limit' | 'target'
  /**
   * Who has to keep it: each point of the chart (or each window of the run), or only all of the time taken together. A
   * point may lie beyond a bound of the second kind without breaking it.
   */
  on: 'each' | 'all'
  label: string
  value: number
  /** What was measured over all of the time; only with a limit on that. */
  measured?: number
  broken?: boolean
  /** By default the whole run. */
  spans?: TimeSpan[]
}

/** What a threshold measured over all of the time that it judges: an average or a percentile. */
export interface MeasuredLine {
  label: string
  value: number
  spans?: TimeSpan[]
}

/** What thresholds add to a chart of the metric that they judge. */
export interface Judged {
  bounds: BoundLine[]
  measured: MeasuredLine[]
  /** How many thresholds there are besides. */
  notDrawn: number
}

/** What the page's script needs to draw one chart over time; the values stay in the summary. */
export interface Chart extends Judged {
  id: string
  title: string
  hint: string
  ladder: readonly Rung[]
  lines: Line[]
  /** Whether the axis may be switched to a logarithm. */
  log: boolean
  small: boolean
  /** Whether values that vary little fill the height: the axis then does not start at zero. */
  close: boolean
  /** Reason why there is nothing to draw. */
  noData?: string
}

export type About = Pick<Chart, 'id' | 'title' | 'hint'> & { unit: string }

export function chartOf({ unit, ...names }: About, lines: Line[], judged?: Judged): Chart {
  const { bounds, measured, notDrawn } = judged ?? { bounds: [], measured: [], notDrawn: 0 }
  return {
    ...names,
    hint: notDrawn === 0 ? names.hint : `${names.hint} · ${notDrawn} more thresholds in the table`,
    notDrawn,
    ladder: chartLadderOf(unit),
    log: false,
    small: false,
    close: false,
    lines,
    bounds,
    measured,
  }
}

const TREND_LINES = [
  { label: 'p50', column: 'p50', tone: 'sky' },
  { label: 'p95', column: 'p95', tone: 'blue' },
  { label: 'p99', column: 'p99', tone: 'navy' },
  { label: 'max', column: 'max', tone: 'violet', dashed: true },
] as const

/**
 * The percentiles of a trend. Its highest values would flatten the others: they are drawn from the start only where
 * they are judged.
 */
export function trendChart(
  about: About,
  valuesOf: (column: (typeof TREND_LINES)[number]['column']) => Values,
  judged: Judged,
): Chart {
  const isJudged = judged.bounds.some(({ label }) => label.startsWith('max '))
  const lines = TREND_LINES.map(
    ({ column, ...line }): Line => ({
      ...line,
      values: valuesOf(column),
      ...(column === 'max' && !isJudged && { hidden: true }),
    }),
  )
  return { ...chartOf(about, lines, judged), log: true }
}
