import { seriesKey } from '../../lib/core/metrics/selector.ts'
import { holds, parseExpression } from '../../lib/core/metrics/threshold.ts'
import { REST } from '../../lib/core/plan/overflow.ts'
import { checksJudged, type JudgedThreshold } from '../merge/built-in-thresholds.ts'
import type { Merge } from '../merge/merge.ts'
import type { MergedSeries } from '../merge/merged-series.ts'
import type { Evidence } from './evidence.ts'
import { measureSeries } from './measure-series.ts'
import type { Measurement } from './measurement.ts'

/** Where a broken row's failures are is told by the worst few. */
const MAX_NAMED = 3

/** How often something that may fail did, by what it is called. */
interface Part {
  name: string
  trues: number
  total: number
}

/** Measures a row that is built in, over the whole run. Where it breaks its limit it says where it does most. */
export function measureBuiltIn(threshold: JudgedThreshold, evidence: Evidence): Measurement {
  if (threshold.metric === 'checks') return measureChecks(threshold, evidence)
  const measured = measureSeries(threshold, undefined, evidence)
  if (!('readings' in measured) || measured.readings.every(({ value }) => isKept(threshold, value)))
    return measured
  const failing = partsOf(evidence.merge, threshold.metric, stepOf)
    .filter(({ name, trues }) => name !== '' && trues > 0)
    .sort((a, b) => b.trues - a.trues)
    .map(({ name, trues, total }) => `${name} failed ${trues} of ${total} times`)
  return failing.length === 0 ? measured : { ...measured, note: inShort(failing) }
}

/** A check that fails half of the time must not hide behind others that hold: each has a reading, and the worst counts. */
function measureChecks(threshold: JudgedThreshold, { merge }: Evidence): Measurement {
  const judged = checksJudged(merge.plan)
  const checks = partsOf(merge, 'checks', ({ tags }) => tags.check ?? 'other checks').filter(
    ({ name }) => !judged.has(name),
  )
  if (checks.length === 0) return { noData: 'no samples' }
  const missed = checks
    .filter((check) => !isKept(threshold, shareOf(check)))
    .toSorted((a, b) => shareOf(a) - shareOf(b))
  const broken = missed.filter(({ name }) => isWhole(merge, name, judged))
  const rest = checks.find(({ name }) => name === REST)
  const mayMiss = rest !== undefined && (rest.trues < rest.total || broken.length < missed.length)
  if (mayMiss && broken.length === 0) {
    const where = seriesKey('checks', { check: REST })
    return {
      incomplete: `${rest.total} samples recorded as ${where} may be of a check that did not hold`,
      bounds: [],
    }
  }
  const named = broken.map(
    ({ name, trues, total }) => `${JSON.stringify(name)} held ${trues} of ${total} times`,
  )
  return {
    readings: checks
      .filter((check) => broken.includes(check) || !missed.includes(check))
      .map((check) => ({ value: shareOf(check), samples: check.total })),
    samples: checks.reduce((sum, { total }) => sum + total, 0),
    ...(named.length > 0 && { note: inShort(named) }),
  }
}

/** Whether all there is of a check is in its part; for the rest of them, whether nothing of the checks with rows of their own is. */
function isWhole({ series }: Merge, check: string, judged: ReadonlySet<string>): boolean {
  const checks = check === REST ? [...judged] : [check]
  return checks.every((name) => series.restsOf({ metric: 'checks', tags: { check: name } }).length === 0)
}

function partsOf({ series }: Merge, wanted: string, nameOf: (series: MergedSeries) => string): Part[] {
  const parts = new Map<string, Part>()
  for (const one of series.reported(wanted)) {
    if (one.tally.kind !== 'rate' || one.tally.total === 0) continue
    const name = nameOf(one)
    const part = parts.get(name) ?? { name, trues: 0, total: 0 }
    parts.set(name, part)
    part.trues += one.tally.trues
    part.total += one.tally.total
  }
  // The order of the snapshots must not show.
  return [...parts.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function stepOf({ tags: { flow = '', name = '' } }: MergedSeries): string {
  return [flow, name].filter((part) => part !== '').join(': ')
}

function shareOf({ trues, total }: Part): number {
  return trues / total
}

function isKept({ limit }: JudgedThreshold, value: number): boolean {
  const expression = parseExpression(limit ?? '')
  return expression === undefined || holds(expression, value)
}

function inShort(parts: readonly string[]): string {
  const more = parts.length - MAX_NAMED
  return [...parts.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}
