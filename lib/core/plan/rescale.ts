import { z } from 'zod'
import { type Duration, durationMs, formatDuration, writtenDuration } from '../base/duration.ts'
import { type Mistake, VolleyError } from '../base/errors.ts'
import { mistakesOf } from '../base/mistake.ts'
import type { Profile } from '../scenario/profile.ts'
import { combinedPeak, type Peak, stageBeside } from '../schedule/combined-peak.ts'
import {
  type ExecutorConfig,
  executorSchema,
  type Schedule,
  type Stage,
  scheduleOf,
  withLengths,
  withRates,
  withUserLevels,
} from '../schedule/executors.ts'

export interface Rescaling {
  /** From the start of the run to the end of the last executor. */
  durationMs?: number | undefined
  /** Highest sum of the levels of all executors with users. */
  users?: number | undefined
  /** Highest sum of all arrival rates, per second. */
  rate?: number | undefined
}

/**
 * Gives a profile another length and size and keeps its shape. User levels become whole numbers, none that was at
 * least 1 falls below it; stages end on whole milliseconds, and what coincided still does. `maxUsers` goes with
 * the rate; `gracefulStop` stays. Throws `INPUT_INVALID`, fields written as flags.
 */
export function rescale(profile: Profile, wanted: Rescaling): Profile {
  refuse(impossibilities(profile.executors, wanted))
  let { executors } = profile
  if (wanted.users !== undefined) executors = withUsers(executors, wanted.users)
  if (wanted.rate !== undefined) executors = withRate(executors, wanted.rate)
  if (wanted.durationMs !== undefined) executors = withDuration(executors, Math.round(wanted.durationMs))
  refuse(limitsBroken(executors))
  return { ...profile, executors }
}

function refuse(mistakes: readonly Mistake[]): void {
  if (mistakes.length > 0) throw new VolleyError('INPUT_INVALID', 'the profile cannot be rescaled', mistakes)
}

function impossibilities(executors: readonly ExecutorConfig[], wanted: Rescaling): Mistake[] {
  const mistakes: Mistake[] = []
  if (wanted.durationMs !== undefined && (wanted.durationMs < 1 || lastEndOf(executors) === 0))
    mistakes.push({
      field: '--duration',
      value: formatDuration(wanted.durationMs),
      limit: 'at least 1ms, of a profile that lasts some time itself',
      next: 'ask for a longer one, or choose another profile',
    })
  if (wanted.users !== undefined && peakOf('users', executors).level === 0)
    mistakes.push({
      field: '--users',
      value: String(wanted.users),
      limit: 'a profile with an executor that has users',
      next: 'leave it out (--rate scales arrivals), or choose another profile',
    })
  if (wanted.rate !== undefined && peakOf('arrivals', executors).level === 0)
    mistakes.push({
      field: '--rate',
      value: String(wanted.rate),
      limit: 'a profile with an executor that has an arrival rate',
      next: 'leave it out (--users scales users), or choose another profile',
    })
  return mistakes
}

/** Limits of the profile itself that rescaling broke, such as the highest rate or a duration longer than zero. */
function limitsBroken(executors: readonly ExecutorConfig[]): Mistake[] {
  const checked = z.array(executorSchema).safeParse(executors)
  if (checked.success) return []
  const next = 'choose a milder --duration, --users or --rate'
  return mistakesOf(checked.error, executors, 'executors').map((mistake) => ({ ...mistake, next }))
}

function withUsers(executors: readonly ExecutorConfig[], users: number): ExecutorConfig[] {
  const { level: peak } = peakOf('users', executors)
  const scaled = (level: number): number => {
    // A level above the peak is one that never lasts: a jump passes it.
    const rounded = Math.round((Math.min(level, peak) * users) / peak)
    return level >= 1 ? Math.max(1, rounded) : rounded
  }
  return meetPeak(
    executors.map((config) => withUserLevels(config, scaled)),
    users,
  )
}

/**
 * Makes up for the rounding of several executors at once: where their sum is highest, the highest level gives way,
 * or gets what is missing. It ends, since a sum that is raised stays within `users`.
 */
function meetPeak(executors: readonly ExecutorConfig[], users: number): ExecutorConfig[] {
  const met = [...executors]
  for (;;) {
    const peak = peakOf('users', met)
    const missing = Math.floor(users - tidy(peak.level))
    if (missing === 0) return met
    const { executor, knot, level } = highestKnot(met, peak)
    if (missing < 0 && level <= 1) refuse([tooFewUsers(users, peak.level)])
    const corrected = Math.max(1, level + missing)
    met[executor] = withUserLevels(met[executor] as ExecutorConfig, (old, i) =>
      i === knot ? corrected : old,
    )
  }
}

function tooFewUsers(users: number, least: number): Mistake {
  return {
    field: '--users',
    value: String(users),
    limit: `at least ${Math.ceil(tidy(least))}: every executor keeps a user`,
    next: 'ask for more users, or choose a profile with fewer executors',
  }
}

/** The highest of the written levels that make the sum of this moment, by its index for `withUserLevels`. */
function highestKnot(
  executors: readonly ExecutorConfig[],
  peak: Peak,
): { executor: number; knot: number; level: number } {
  const knots = curvesOf('users', executors).flatMap((stages, executor) => {
    const index = stageBeside(stages, peak)
    const stage = stages[index]
    if (!stage) return []
    const { fromMs, toMs, fromLevel, toLevel } = stage
    const first = peak.atMs === fromMs || (peak.atMs !== toMs && fromLevel >= toLevel)
    const ramp = 'stages' in (executors[executor] as ExecutorConfig)
    return [{ executor, knot: ramp && !first ? index + 1 : index, level: first ? fromLevel : toLevel }]
  })
  return knots.reduce((highest, knot) => (knot.level > highest.level ? knot : highest))
}

function withRate(executors: readonly ExecutorConfig[], rate: number): ExecutorConfig[] {
  const { level: peak } = peakOf('arrivals', executors)
  return executors.map((config) => withRates(config, (level) => tidy((level / peak) * rate)))
}

/** Boundaries are rounded, not lengths, so that rounding never adds up. */
function withDuration(executors: readonly ExecutorConfig[], totalMs: number): ExecutorConfig[] {
  const lastMs = lastEndOf(executors)
  const moved = (atMs: number): number => Math.round((atMs * totalMs) / lastMs)
  const between = (fromMs: number, toMs: number): Duration => writtenDuration(moved(toMs) - moved(fromMs))
  return executors.map((config) => {
    const startMs = durationMs(config.startTime)
    const rescaled = withLengths(config, (fromMs, toMs) => between(startMs + fromMs, startMs + toMs))
    return { ...rescaled, startTime: between(0, startMs) }
  })
}

function lastEndOf(executors: readonly ExecutorConfig[]): number {
  return Math.max(...executors.map((config) => durationMs(config.startTime) + scheduleOf(config).durationMs))
}

export function peakOf(kind: Schedule['kind'], executors: readonly ExecutorConfig[]): Peak {
  return combinedPeak(curvesOf(kind, executors))
}

/** Stages of each executor of one kind in the run's time; none for the other kind. */
function curvesOf(kind: Schedule['kind'], executors: readonly ExecutorConfig[]): Stage[][] {
  return executors.map((config) => {
    const schedule = scheduleOf(config)
    const startMs = durationMs(config.startTime)
    if (schedule.kind !== kind) return []
    return schedule.stages.map((stage) => ({
      ...stage,
      fromMs: startMs + stage.fromMs,
      toMs: startMs + stage.toMs,
    }))
  })
}

/** Twelve digits: what ten to the minus twelve adds to is an error of rounding. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
