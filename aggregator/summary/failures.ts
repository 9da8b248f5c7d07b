import { FAILURE_RATES } from '../../lib/core/metrics/built-in-metrics.ts'
import type { Tags } from '../../lib/core/metrics/metric.ts'
import type { Failure } from '../../lib/core/results/summary.ts'
import type { MergedSeries } from '../merge/merged-series.ts'

type Step = Pick<Failure, 'where' | 'flow' | 'name' | 'method'>

interface StepTally {
  step: Step
  total: number
  /** By status and error class. */
  failures: Map<string, Failure>
}

/** Everything that failed, by step and by status or error class; the most frequent first. */
export function failuresOf(series: readonly MergedSeries[]): Failure[] {
  const tallies = new Map<string, StepTally>()
  for (const { metric, tags, tally } of series) {
    const where = FAILURE_RATES.find((failing) => failing.metric === metric)?.place
    if (where === undefined || tally.kind !== 'rate') continue
    const ofStep = tallyOf(tallies, { where, ...stepOf(where, tags) })
    ofStep.total += tally.total
    if (tally.trues > 0) countFailure(ofStep, tags, tally.trues)
  }
  return [...tallies.values()]
    .flatMap(({ failures, total }) => [...failures.values()].map((failure) => ({ ...failure, total })))
    .sort((a, b) => b.count - a.count || compare(JSON.stringify(a), JSON.stringify(b)))
}

function stepOf(where: Failure['where'], { flow = '', name = '', method }: Tags): Omit<Step, 'where'> {
  if (where === 'iteration') return { flow, name: '' }
  return { flow, name, ...(where === 'request' && method !== undefined && { method }) }
}

function tallyOf(tallies: Map<string, StepTally>, step: Step): StepTally {
  const key = JSON.stringify([step.where, step.flow, step.name, step.method])
  const tally = tallies.get(key) ?? { step, total: 0, failures: new Map() }
  tallies.set(key, tally)
  return tally
}

/** An answer has a status, and an error where there was none. */
function countFailure({ step, failures }: StepTally, { status, error }: Tags, count: number): void {
  const cause = error === undefined ? { ...(status !== undefined && { status }) } : { error }
  const key = JSON.stringify(cause)
  const before = failures.get(key)?.count ?? 0
  failures.set(key, { ...step, ...cause, count: before + count, total: 0 })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
