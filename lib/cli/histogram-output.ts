import { definitionOf } from '../../aggregator/merge/definition.ts'
import { intervalHistograms } from '../../aggregator/merge/interval-histograms.ts'
import type { Merge } from '../../aggregator/merge/merge.ts'
import { IntervalLog, loadHdr, percentileDistribution } from '../../aggregator/report/data/hdr.ts'
import { VolleyError } from '../core/base/errors.ts'
import { nearest } from '../core/base/nearest.ts'
import { BUILT_IN_METRICS } from '../core/metrics/built-in-metrics.ts'
import { Histogram } from '../core/metrics/histogram.ts'
import { parseSelector, type Selector, selectorMistake } from '../core/metrics/selector.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { SnapshotStore } from '../ports.ts'
import { HISTOGRAM_FORMATS, type HistogramFormat, type ReportFlags } from './report-formats.ts'
import type { Terminal } from './terminal/terminal.ts'

const DEFAULT_METRIC = 'http_req_duration'

/** A trend of a run, to be written for other tools of HdrHistogram. */
export interface HistogramOutput {
  format: HistogramFormat
  selector: Selector
}

/** What the flags ask for, where that is a format of HdrHistogram. Throws `INPUT_INVALID` for a metric that has none. */
export function histogramOutputOf(
  { format, metric }: ReportFlags,
  plan: Pick<Plan, 'metrics'>,
): HistogramOutput | undefined {
  if (!isHistogramFormat(format)) {
    if (metric === undefined) return undefined
    throw wrongMetric(metric, `with --format ${HISTOGRAM_FORMATS.join(' or ')}`, 'add --format hgrm')
  }
  const written = metric ?? DEFAULT_METRIC
  const selector = parseSelector(written)
  if (!selector) throw wrongMetric(written, selectorMistake(written) ?? 'a metric', 'correct it')
  if (definitionOf(plan, selector.metric)?.kind !== 'trend') {
    const trends = trendsOf(plan)
    const near = nearest(selector.metric, trends)
    const next = near === undefined ? 'choose one of these' : `did you mean ${near}?`
    throw wrongMetric(written, `a trend: ${trends.join(', ')}`, next)
  }
  return { format, selector }
}

export function isHistogramFormat(format: ReportFlags['format']): format is HistogramFormat {
  return HISTOGRAM_FORMATS.some((each) => each === format)
}

/** Writes the samples of a run. Throws `INPUT_INVALID`, and has written nothing, where it has none. */
export async function writeHistograms(
  { format, selector }: HistogramOutput,
  merge: Merge,
  store: SnapshotStore,
  terminal: Pick<Terminal, 'write' | 'err'>,
): Promise<void> {
  if (!merge.series.select(selector))
    throw wrongMetric(
      selector.metric,
      'a series that has samples in this run',
      'choose another metric, or other tags',
    )
  const hdr = await loadHdr()
  if (merge.series.restsOf(selector).length > 0)
    terminal.err('note: samples of tags that are no longer told apart may be missing')
  const log = new IntervalLog(hdr, selector.metric, terminal.write)
  const whole = new Histogram()
  if (format === 'hlog') log.begin(merge.startAtMs)
  for await (const interval of intervalHistograms(merge, store, selector)) {
    if (format === 'hlog') log.add(interval)
    else for (const histogram of interval.bySteps.values()) whole.add(histogram)
  }
  if (format === 'hgrm') terminal.write(percentileDistribution(hdr, whole))
}

function trendsOf({ metrics }: Pick<Plan, 'metrics'>): string[] {
  const all = Object.entries({ ...BUILT_IN_METRICS, ...metrics })
  return all.filter(([, { kind }]) => kind === 'trend').map(([name]) => name)
}

function wrongMetric(value: string, limit: string, next: string): VolleyError {
  return new VolleyError('INPUT_INVALID', 'there is nothing to write for this metric', [
    { field: '--metric', value, limit, next },
  ])
}
