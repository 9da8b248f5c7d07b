import { FAILURE_RATES } from '../../lib/core/metrics/built-in-metrics.ts'
import type { Histogram } from '../../lib/core/metrics/histogram.ts'
import { type Tags, TREND_SCALE } from '../../lib/core/metrics/metric.ts'
import type { Observed } from '../../lib/core/results/observed.ts'
import { type Step, SUMMARY_SCHEMA, type Summary, type Values } from '../../lib/core/results/summary.ts'
import { maskUrl } from '../../lib/core/secrets/mask.ts'
import { definitionOf } from '../merge/definition.ts'
import type { Merge } from '../merge/merge.ts'
import type { MergedSeries } from '../merge/merged-series.ts'
import { addTally, emptyTally, inUnit, perSecond, type Tally, valuesOf } from '../merge/tally.ts'
import { coverageOf } from './coverage.ts'
import { failuresOf } from './failures.ts'

/** What a summary holds that no snapshot tells. */
export type Outside = Pick<Observed, 'endedAtMs' | 'server'> & Partial<Pick<Observed, 'experiments'>>

/**
 * A merge as a summary, whose order depends on its content alone. Rates per second are those of the load: what ended
 * from the start to the end of the last snapshot or of the schedule, whichever is first, in that time. What ended
 * later, while the run drained, is in all other figures, and counters say how much of them it is. A gauge over several slices is the latest reading of any; `vus` is the sum of all slices' users.
 */
export function summarise(merge: Merge, { endedAtMs, server, experiments = [] }: Outside): Summary {
  const { plan, observedMs } = merge
  const series = merge.series.reported()
  const generators = [...merge.generators]
    .sort(([a], [b]) => a - b)
    .map(([slice, generator]) => generator.summary(plan, merge.cuts, merge.startLags.get(slice)))
  return {
    schema: SUMMARY_SCHEMA,
    run: plan.run,
    scenario: plan.scenario.name,
    profile: plan.profile,
    ...(plan.environment !== undefined && { environment: plan.environment }),
    ...(plan.note !== undefined && { note: plan.note }),
    target: maskUrl(plan.target.url),
    seed: plan.seed,
    startedAt: merge.startAtMs,
    endedAt: endedAtMs,
    durationMs: observedMs,
    drainMs: merge.drainMs,
    stages: plan.stages,
    coverage: coverageOf(plan, generators, merge.arrivals),
    metrics: metricsOf(merge, series),
    series: series.flatMap(({ metric, tags, tally, drained }) => {
      const values = metric === 'vus' ? usersOf(merge) : valuesOf(tally, observedMs, drained)
      return values ? [{ metric, tags: { ...tags }, values }] : []
    }),
    steps: stepsOf(series, observedMs),
    distribution: distributionOf(merge.series.select({ metric: 'http_req_duration', tags: {} })),
    responseDistribution: distributionOf(merge.series.select({ metric: 'http_req_response_time', tags: {} })),
    statuses: statusesOf(series),
    errors: errorsOf(series),
    failures: failuresOf(series),
    checks: checksOf(series),
    ...incidentsOf(merge),
    timeline: merge.timeline.summary(observedMs, observedMs + merge.drainMs),
    server,
    experiments,
    generators,
  }
}

function metricsOf(merge: Merge, series: readonly MergedSeries[]): Summary['metrics'] {
  const names = [...new Set(series.map(({ metric }) => metric))]
  return Object.fromEntries(
    names.flatMap((name) => {
      const tally = merge.series.select({ metric: name, tags: {} })
      const drained = merge.series.drainedOf({ metric: name, tags: {} })
      const values = name === 'vus' ? usersOf(merge) : tally && valuesOf(tally, merge.observedMs, drained)
      const unit = definitionOf(merge.plan, name)?.unit ?? ''
      return values ? [[name, { unit, kind: values.kind, values }]] : []
    }),
  )
}

function usersOf({ timeline, observedMs }: Merge): Values {
  const users = timeline.users.pointsUntil(observedMs).map(([, number]) => number)
  return {
    kind: 'gauge',
    value: users.at(-1) ?? 0,
    min: users.reduce((least, number) => Math.min(least, number), users[0] ?? 0),
    max: users.reduce((most, number) => Math.max(most, number), 0),
  }
}

/** Adds up the series of a metric that have the same text in common. */
function groupBy(
  series: readonly MergedSeries[],
  wanted: string,
  textOf: (tags: Tags) => string | undefined,
): Map<string, Tally> {
  const groups = new Map<string, Tally>()
  for (const { metric, tags, tally } of series) {
    const text = metric === wanted ? textOf(tags) : undefined
    if (text === undefined) continue
    const group = groups.get(text) ?? emptyTally(tally.kind)
    groups.set(text, group)
    addTally(group, tally)
  }
  return groups
}

/** How many samples of those groups ended while the run drained. */
function drainedBy(
  series: readonly MergedSeries[],
  wanted: string,
  textOf: (tags: Tags) => string | undefined,
): Map<string, number> {
  const groups = new Map<string, number>()
  for (const { metric, tags, drained } of series) {
    const text = metric === wanted ? textOf(tags) : undefined
    if (text !== undefined) groups.set(text, (groups.get(text) ?? 0) + drained.value)
  }
  return groups
}

const stepText = ({ flow = '', name = '', method = '' }: Tags): string => JSON.stringify([flow, name, method])

function stepsOf(series: readonly MergedSeries[], loadMs: number): Step[] {
  const failures = groupBy(series, 'http_req_failed', stepText)
  const durations = groupBy(series, 'http_req_duration', stepText)
  const requests = groupBy(series, 'http_reqs', stepText)
  const drained = ['http_reqs', 'http_req_failed'].map((metric) => drainedBy(series, metric, stepText))
  return [...new Set([...requests.keys(), ...durations.keys(), ...failures.keys()])].sort().map((text) => {
    const [flow, name, method] = JSON.parse(text) as [string, string, string]
    const failure = failures.get(text)
    const { total = 0, trues = 0 } = failure?.kind === 'rate' ? failure : {}
    const duration = durations.get(text)
    const histogram = duration?.kind === 'trend' ? duration.histogram : undefined
    const completed = Math.max(total, histogram?.count ?? 0)
    const count = Math.max(countOf(requests.get(text)), completed)
    const drains = Math.max(...drained.map((groups) => groups.get(text) ?? 0))
    const atMs = (quantile: number): number => (histogram ? inUnit(histogram, quantile) : 0)
    return {
      flow,
      name,
      method,
      count,
      completed,
      failed: trues,
      perSecond: perSecond(count - drains, loadMs),
      ...(drains > 0 && { drained: drains }),
      p50Ms: atMs(0.5),
      p95Ms: atMs(0.95),
      p99Ms: atMs(0.99),
      maxMs: atMs(1),
    }
  })
}

function distributionOf(tally: Tally | undefined): Summary['distribution'] {
  const histogram: Histogram | undefined = tally?.kind === 'trend' ? tally.histogram : undefined
  return Array.from(histogram?.distribution() ?? [], ({ percentile, value, count }) => ({
    percentile,
    valueMs: value / TREND_SCALE,
    count,
  }))
}

/** Requests by status; 0 is no answer. */
function statusesOf(series: readonly MergedSeries[]): Summary['statuses'] {
  return [...groupBy(series, 'http_reqs', ({ status }) => status)]
    .map(([status, tally]) => ({ status, count: countOf(tally) }))
    .sort((a, b) => Number(a.status) - Number(b.status) || compare(a.status, b.status))
}

function errorsOf(series: readonly MergedSeries[]): Summary['errors'] {
  const counts = new Map<string, Summary['errors'][number]>()
  for (const { place: where, errors } of FAILURE_RATES)
    for (const [error, tally] of groupBy(series, errors, (tags) => tags.error)) {
      const key = `${where} ${error}`
      counts.set(key, { where, error, count: (counts.get(key)?.count ?? 0) + countOf(tally) })
    }
  return [...counts.values()].sort(
    (a, b) => b.count - a.count || compare(a.where, b.where) || compare(a.error, b.error),
  )
}

function incidentsOf({ incidents: tally }: Merge): Pick<Summary, 'incidents' | 'incidentsLeftOut' | 'log'> {
  const { incidents, leftOut } = tally.failures()
  const printed = tally.lines()
  const lines = printed.incidents.map(({ error, message, count, first }) => {
    const place = first?.stack?.[0]?.place
    return {
      ...{ level: error, text: message, count },
      ...(first && { atMs: first.atMs }),
      ...(place !== undefined && { place }),
    }
  })
  lines.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0) || compare(a.text, b.text))
  return { incidents, incidentsLeftOut: leftOut, log: { lines, leftOut: printed.leftOut } }
}

function checksOf(series: readonly MergedSeries[]): Summary['checks'] {
  return [...groupBy(series, 'checks', ({ check }) => check)]
    .flatMap(([name, tally]) =>
      tally.kind === 'rate' ? [{ name, trues: tally.trues, total: tally.total }] : [],
    )
    .sort((a, b) => compare(a.name, b.name))
}

/** What a counter counted, or how often a rate was true. */
function countOf(tally: Tally | undefined): number {
  if (tally?.kind === 'counter') return tally.sum.value
  return tally?.kind === 'rate' ? tally.trues : 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
