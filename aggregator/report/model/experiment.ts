import type { Summary } from '../../../lib/core/results/summary.ts'
import type { Experiment } from '../../../lib/core/scenario/experiment.ts'
import { formatSpan } from './figure.ts'

/** A fault as it was, from the start of the run. */
export interface FaultSpan {
  name: string
  fromMs: number
  toMs: number
}

/** The faults that there were. One that was not seen to end goes on to the end of the run. */
export function faultSpans({ experiments, startedAt, endedAt }: Summary): FaultSpan[] {
  return experiments.flatMap(({ name, startedMs, endedMs }) =>
    startedMs === undefined ? [] : [{ name, fromMs: startedMs, toMs: endedMs ?? endedAt - startedAt }],
  )
}

/** The names of the faults that there were at some moment between two times. */
export function faultsBetween(spans: readonly FaultSpan[], fromMs: number, toMs: number): string {
  return spans
    .filter((span) => span.fromMs < toMs && span.toMs >= fromMs)
    .map(({ name }) => name)
    .join(' + ')
}

/** An experiment in words: `kill a task 30s to 1m30s, completed`. */
export function writeExperiment({ name, state, startedMs, endedMs, reason }: Experiment): string {
  const times =
    startedMs === undefined
      ? ''
      : ` ${formatSpan(startedMs)} to ${endedMs === undefined ? 'an end nobody saw' : formatSpan(endedMs)},`
  const outcome = state === 'not-started' ? 'not started' : state
  return `${name}${times} ${outcome}${reason === undefined ? '' : `: ${reason}`}`
}
