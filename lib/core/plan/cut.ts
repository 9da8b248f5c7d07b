import { firstWhere } from '../schedule/bisect.ts'
import type { Plan } from './plan.ts'

/** One interval of the schedule; snapshots are cut at its end. Times count from the start of the run. */
export interface Cut {
  seq: number
  fromMs: number
  toMs: number
  /** The stages that hold the whole of it. */
  stages: readonly string[]
}

const MAX_DRAIN_CUTS = 5_000

/**
 * The common grid on which all generators cut their snapshots: every multiple of the interval and every
 * stage boundary, until the end of the graceful stop. So each snapshot lies wholly inside its stages, and
 * the snapshots of all slices with the same `seq` cover the same time. The load ends with a cut, and at least
 * one follows it for what drains, also where no time is given to it: what the end interrupts ends after it.
 */
export function cutsOf(plan: Pick<Plan, 'stages' | 'intervalMs' | 'durationMs' | 'gracefulStopMs'>): Cut[] {
  const endMs = plan.durationMs + plan.gracefulStopMs
  const bounds = new Set([plan.durationMs, endMs])
  for (let atMs = plan.intervalMs; atMs < plan.durationMs; atMs += plan.intervalMs) bounds.add(atMs)
  const drainStepMs = drainStepOf(plan)
  const drainFromMs = Math.floor(plan.durationMs / drainStepMs + 1) * drainStepMs
  for (let atMs = drainFromMs; atMs < endMs; atMs += drainStepMs) bounds.add(atMs)
  for (const { fromMs, toMs } of plan.stages) bounds.add(fromMs).add(toMs)
  const times = [...bounds].filter((atMs) => atMs > 0 && atMs <= endMs).sort((a, b) => a - b)
  if (endMs === plan.durationMs) times.push(endMs)
  const cuts = times.map((toMs, seq) => ({
    seq,
    fromMs: seq === 0 ? 0 : (times[seq - 1] as number),
    toMs,
    stages: [] as string[],
  }))
  for (const stage of plan.stages) addStage(cuts, stage, plan)
  return cuts
}

/** No cut reaches over a stage's bounds, so that a stage holds those from its first to its last. */
function addStage(
  cuts: readonly (Cut & { stages: string[] })[],
  { name, fromMs, toMs }: Plan['stages'][number],
  plan: Pick<Plan, 'durationMs'>,
): void {
  const first = firstWhere(0, cuts.length, (seq) => (cuts[seq] as Cut).fromMs >= fromMs)
  for (let seq = first; seq < cuts.length; seq++) {
    const cut = cuts[seq] as (typeof cuts)[number]
    if (cut.toMs > toMs || isDrain(cut, plan)) return
    if (!cut.stages.includes(name)) cut.stages.push(name)
  }
}

/** The interval, or so many of them that a graceful stop of weeks has not millions of cuts. */
function drainStepOf({ intervalMs, gracefulStopMs }: Pick<Plan, 'intervalMs' | 'gracefulStopMs'>): number {
  return intervalMs * Math.max(1, Math.ceil(gracefulStopMs / intervalMs / MAX_DRAIN_CUTS))
}

/** Whether a cut is about iterations that still drain after the load's end. */
export function isDrain({ fromMs }: Pick<Cut, 'fromMs'>, { durationMs }: Pick<Plan, 'durationMs'>): boolean {
  return fromMs >= durationMs
}
