import { holds, parseExpression } from '../lib/core/threshold.ts'
import { checksJudged, type JudgedThreshold } from './built-in-thresholds.ts'
import type { Evidence } from './measure.ts'
import { measureSeries } from './measure-series.ts'
import type { Measurement } from './measurement.ts'
import type { Merge } from './merge.ts'
import type { MergedSeries } from './merged-series.ts'

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
  if ('noData' in measured || measured.readings.every(({ value }) => isKept(threshold, value)))
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
  const broken = checks
    .filter((check) => !isKept(threshold, shareOf(check)))
    .toSorted((a, b) => shareOf(a) - shareOf(b))
  const named = broken.map(
    ({ name, trues, total }) => `${JSON.stringify(name)} held ${trues} of ${total} times`,
  )
  return {
    readings: checks.map((check) => ({ value: shareOf(check), samples: check.total })),
    samples: checks.reduce((sum, { total }) => sum + total, 0),
    ...(named.length > 0 && { note: inShort(named) }),
  }
}

function partsOf({ series }: Merge, wanted: string, nameOf: (series: MergedSeries) => string): Part[] {
  const parts = new Map<string, Part>()
  for (const one of series.values()) {
    if (one.metric !== wanted || one.tally.kind !== 'rate' || one.tally.total === 0) continue
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
