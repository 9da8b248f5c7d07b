import { TRAFFIC_METRICS } from '../../lib/core/metrics/built-in-metrics.ts'
import type { GeneratorEnd } from '../../lib/core/results/observed.ts'
import type { GeneratorSummary, Summary } from '../../lib/core/results/summary.ts'
import type { Stop } from '../../lib/core/run/stop.ts'
import type { Merge } from '../merge/merge.ts'
import { MIN_COVERAGE } from '../summary/coverage.ts'
import { totalOf } from '../summary/totals.ts'
import { named, percent } from './sentence.ts'

interface Judging {
  summary: Summary
  ends: readonly GeneratorEnd[]
  stop: Stop | undefined
  cutShort?: string | undefined
}

/** Why a run's numbers can't be trusted to be the target's under the planned load, the weightiest first. */
export function caveatsOf({ summary, ends, stop, cutShort }: Judging): string[] {
  const stoppedByRow = stop?.by === 'threshold'
  const idle = TRAFFIC_METRICS.every((metric) => totalOf(summary, metric) === 0)
  return [
    ...(cutShort === undefined ? [] : [cutShort]),
    ...(stop && !stoppedByRow ? [`the run was stopped by ${stop.by}: ${stop.reason}`] : []),
    ...(idle ? ['no requests were made'] : []),
    ...missingGenerators(summary),
    ...failedGenerators(ends),
    ...failedExperiments(summary, stop),
    ...(stoppedByRow ? [] : [...missingTime(summary), ...missingArrivals(summary)]),
    ...limitedGenerators(summary),
    ...refusedSockets(summary),
  ]
}

function missingGenerators({ coverage, generators }: Summary): string[] {
  const { planned, seen } = coverage.generators
  if (seen >= planned) return []
  const known = new Set(generators.map(({ slice }) => slice))
  const missing = Array.from({ length: planned }, (_, slice) => slice).filter((slice) => !known.has(slice))
  return [`${planned - seen} of ${planned} generators were never heard of: ${named(missing.map(String))}`]
}

/** A generator whose failure nobody made up for: no later attempt took its window over. */
function failedGenerators(ends: readonly GeneratorEnd[]): string[] {
  const final = ends.filter(
    ({ slice, window, attempt }) =>
      !ends.some((other) => other.slice === slice && other.window === window && other.attempt > attempt),
  )
  const failed = final.filter(({ error }) => error !== undefined)
  if (failed.length === 0) return []
  return [
    named(
      failed.map(({ slice, error }) => `generator ${slice} failed: ${error}`),
      '; ',
    ),
  ]
}

/** A fault that was not there as planned. What a stopped run had no time for is explained by its stop. */
function failedExperiments({ experiments }: Summary, stop: Stop | undefined): string[] {
  return experiments.flatMap(({ name, stage, state, id, reason }) => {
    const what = `experiment ${name} of stage ${stage}`
    const because = reason === undefined ? '' : `: ${reason}`
    if (state === 'not-started') return stop ? [] : [`${what} never started${because}`]
    if (state === 'failed') return [`${what} failed${because}`]
    return state === 'running' ? [`${what} was not seen to end: look after ${id ?? 'it'} in AWS FIS`] : []
  })
}

function missingTime({ coverage, generators }: Summary): string[] {
  if (coverage.time >= MIN_COVERAGE) return []
  const short = generators.filter(({ observedMs, plannedMs }) => observedMs < MIN_COVERAGE * plannedMs)
  const parts = short.map((generator) => `generator ${generator.slice} ${shortfallOf(generator)}`)
  const who = parts.length === 0 ? '' : `: ${named(parts)}`
  return [
    `only ${percent(coverage.time)} of the planned time was observed, ${percent(MIN_COVERAGE)} are needed${who}`,
  ]
}

function shortfallOf({ observedMs, plannedMs, ending }: GeneratorSummary): string {
  const share = `${Math.round(observedMs / 1_000)} of ${Math.round(plannedMs / 1_000)} s`
  return ending === undefined || ending === 'complete' ? share : `${share} (${ending})`
}

function missingArrivals({ coverage }: Summary): string[] {
  const { arrivals, arrivalsMade, arrivalsPlanned } = coverage
  if (arrivals >= MIN_COVERAGE) return []
  return [
    `only ${percent(arrivals)} of the planned iterations were started (${arrivalsMade} of ${arrivalsPlanned}), ` +
      `${percent(MIN_COVERAGE)} are needed`,
  ]
}

function limitedGenerators({ generators }: Summary): string[] {
  const limited = generators.filter((generator) => generator.limited.length > 0)
  if (limited.length === 0) return []
  const parts = limited.map(({ slice, limited: reasons }) => `generator ${slice} ${reasons.join(' and ')}`)
  return [`the load generator was at its own limit: ${named(parts, '; ')}`]
}

/** Connections that the generators' own system would not open. What failed a request may have failed its iteration. */
function refusedSockets({ errors }: Summary): string[] {
  const refused = errors.filter(({ error }) => error === 'too_many_sockets').map(({ count }) => count)
  if (refused.length === 0) return []
  return [
    `the load generator ran out of descriptors, ports or buffers: ${Math.max(...refused)} times it could open no socket`,
  ]
}

/** Values that no histogram holds, by their metrics: a remark whatever the verdict. */
export function clampedSentence({ metrics }: Summary): string[] {
  const clamped = Object.entries(metrics).flatMap(([name, { values }]) =>
    values.kind === 'trend' && values.clamped !== undefined ? [`${values.clamped} of ${name}`] : [],
  )
  if (clamped.length === 0) return []
  return [`values out of range count as the nearest in it (0 to 24 h, or 86.4 million): ${named(clamped)}`]
}

/** Iterations that found no user free: a remark whatever the verdict. */
export function droppedSentence(summary: Summary): string[] {
  const dropped = totalOf(summary, 'dropped_iterations')
  if (dropped === 0) return []
  return [
    `${dropped} iterations were dropped as no user was free: raise maxUsers, or see why the target holds users so long`,
  ]
}

/** Snapshots that can't be read: what they cover is missing from the coverage, and they are told whatever the verdict. */
export function refusedSentence({ refused }: Pick<Merge, 'refused'>): string[] {
  if (refused.size === 0) return []
  const parts = [...refused]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { mistakes }]) => {
      const [{ field, value } = { field: 'it', value: 'cannot be read' }] = mistakes
      return `${key} (${field}: ${value})`
    })
  const snapshots = refused.size === 1 ? '1 snapshot' : `${refused.size} snapshots`
  return [
    `${snapshots} cannot be read, and what was in ${refused.size === 1 ? 'it' : 'them'} counts as not observed: ${named(parts)}`,
  ]
}
