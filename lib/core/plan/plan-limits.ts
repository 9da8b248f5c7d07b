import { formatDuration } from '../base/duration.ts'
import { type Mistake, VolleyError } from '../base/errors.ts'

const MAX_RUN_MS = 30 * 86_400_000
const MAX_STAGES = 10_000
const MAX_USERS = 10_000_000
const MAX_ITERATIONS = 1e12
/** Of all slices together: each is a process, or an invocation. */
const MAX_WINDOWS = 1_000_000
const MAX_SNAPSHOTS = 100_000_000

/** What a plan amounts to, known before anything is done for each part of it. */
export interface PlanSize {
  profile: string
  durationMs: number
  stages: number
  peakUsers: number
  plannedArrivals: number
  slices: number
  windowMs: number
  intervalMs: number
}

/** Flags that gave a plan its size. */
interface Asked {
  duration?: unknown
  users?: unknown
  rate?: unknown
}

/** Throws `INPUT_INVALID` for a plan that no machine could make, or list the parts of, in any useful time. */
export function refuseBeyondLimits(size: PlanSize, asked: Asked): void {
  const mistakes = [...loadMistakes(size, asked), ...partMistakes(size)]
  if (mistakes.length > 0) throw new VolleyError('INPUT_INVALID', 'the run is beyond all measure', mistakes)
}

function loadMistakes(
  { profile, durationMs, stages, peakUsers, plannedArrivals }: PlanSize,
  { duration, users, rate }: Asked,
): Mistake[] {
  const field = `profiles.${profile}`
  return [
    above(stages, MAX_STAGES, {
      field,
      value: `${number(stages)} stages`,
      next: 'join those that are alike',
    }),
    above(durationMs, MAX_RUN_MS, {
      field: duration === undefined ? field : '--duration',
      value: formatDuration(durationMs),
      limit: `at most ${formatDuration(MAX_RUN_MS)} in all`,
      next: 'shorten it; --duration 1d makes the same load within a day',
    }),
    above(peakUsers, MAX_USERS, {
      field: users === undefined ? field : '--users',
      value: `${number(peakUsers)} users at once`,
      next: 'lower users; of arrival rates, set maxUsers (by default ten seconds of arrivals)',
    }),
    above(plannedArrivals, MAX_ITERATIONS, {
      field: rate === undefined ? field : '--rate',
      value: `${number(plannedArrivals)} iterations`,
      next: 'lower the rate or the number of iterations, or shorten the run',
    }),
  ].flat()
}

function partMistakes({ durationMs, slices, windowMs, intervalMs }: PlanSize): Mistake[] {
  const windows = slices * Math.ceil(durationMs / windowMs)
  const snapshots = slices * Math.ceil(durationMs / intervalMs)
  return [
    above(windows, MAX_WINDOWS, {
      field: '--window',
      value: `${formatDuration(windowMs)}: ${number(windows)} windows of ${number(slices)} generators`,
      next: 'choose a longer window or fewer --generators, or shorten the run',
    }),
    above(snapshots, MAX_SNAPSHOTS, {
      field: '--generators',
      value: `${number(slices)}: ${number(snapshots)} snapshots`,
      next: 'choose fewer, or shorten the run',
    }),
  ].flat()
}

function above(value: number, most: number, mistake: Omit<Mistake, 'limit'> & { limit?: string }): Mistake[] {
  return value > most ? [{ limit: `at most ${number(most)}`, ...mistake }] : []
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
