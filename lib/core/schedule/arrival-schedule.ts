import { firstWhere } from './bisect.ts'
import { endOf, levelIn, peakOf, type Stage, stageAt } from './piecewise-linear.ts'

/** Iterations that start at a rate, whether or not earlier ones have ended. Times count from the executor's start. */
export interface ArrivalSchedule {
  kind: 'arrivals'
  durationMs: number
  /**
   * Size of the user pool, which grows to it on demand: `maxUsers`, or by default enough for iterations of ten
   * seconds at the highest rate, at least ten.
   */
  peakUsers: number
  /** One for each stage of the config (one in all where it has none), with the level in arrivals per second. */
  stages: readonly Stage[]
  /** All planned arrivals, numbered from 0. */
  count: number
  /** Arrivals per second. */
  rateAt(atMs: number): number
  /** When an iteration starts: always before the end, and `Infinity` from `count` on. */
  arrivalAt(iteration: number): number
  /** How many iterations start before an instant. */
  countBefore(atMs: number): number
}

/** Rates as they are configured: arrivals per `perMs`. */
export interface RateStages {
  stages: readonly Stage[]
  perMs: number
  maxUsers: number | undefined
}

/** A stage, with the integral of the rate at its start and its end. */
interface Accumulated extends Stage {
  before: number
  after: number
}

const MIN_POOL = 10
const POOL_SECONDS = 10

/**
 * Iteration k starts when the integral of the rate passes k. So no iteration starts while the rate is zero, and
 * a stage whose integral runs from a to b starts ⌈b⌉ − ⌈a⌉ of them.
 */
export function arrivalSchedule({ stages, perMs, maxUsers }: RateStages): ArrivalSchedule {
  const accumulated = accumulate(stages, perMs)
  const perSecond = stages.map((stage) => ({
    ...stage,
    fromLevel: (stage.fromLevel * 1_000) / perMs,
    toLevel: (stage.toLevel * 1_000) / perMs,
  }))
  const count = Math.ceil(accumulated.at(-1)?.after ?? 0)
  const arrivalAt = (iteration: number): number => {
    const index = firstWhere(0, stages.length, (i) => (accumulated[i] as Accumulated).after > iteration)
    const stage = accumulated[index]
    return stage ? arrivalIn(stage, perMs, iteration) : Number.POSITIVE_INFINITY
  }
  return {
    kind: 'arrivals',
    durationMs: endOf(stages),
    peakUsers: maxUsers ?? Math.max(MIN_POOL, Math.ceil(peakOf(perSecond) * POOL_SECONDS)),
    stages: perSecond,
    count,
    rateAt: (atMs) => {
      const stage = stageAt(perSecond, atMs)
      return stage ? levelIn(stage, atMs) : 0
    },
    arrivalAt,
    countBefore: (atMs) => firstWhere(0, count, (iteration) => arrivalAt(iteration) >= atMs),
  }
}

/**
 * Integrals of the rate. Each sums at most n trapezia of a few roundings, so its relative error stays below
 * (n + 8) half-ulps; one that close to a whole number is that number, and rounding neither adds nor loses an
 * iteration.
 */
function accumulate(stages: readonly Stage[], perMs: number): Accumulated[] {
  const tolerance = ((stages.length + 8) * Number.EPSILON) / 2
  let area = 0
  return stages.map((stage) => {
    const { fromMs, toMs, fromLevel, toLevel } = stage
    const before = area
    const sum = area + ((fromLevel + toLevel) * (toMs - fromMs)) / (2 * perMs)
    const whole = Math.round(sum)
    area = Math.abs(sum - whole) <= sum * tolerance ? whole : sum
    return { ...stage, before, after: area }
  })
}

/** Solved from the start of the stage, but on a falling ramp from the nearer end: there nothing cancels. */
function arrivalIn(stage: Accumulated, perMs: number, iteration: number): number {
  const { fromMs, toMs, fromLevel, toLevel, before, after } = stage
  const lengthMs = toMs - fromMs
  const passed = (iteration - before) * perMs
  const left = (after - iteration) * perMs
  const atMs =
    toLevel < fromLevel && left < passed
      ? toMs - timeOf(left, toLevel, fromLevel, lengthMs)
      : fromMs + timeOf(passed, fromLevel, toLevel, lengthMs)
  return Math.max(fromMs, Math.min(atMs, justBefore(toMs)))
}

/**
 * How long a level that goes from `near` to `far` within `lengthMs` takes to add up to `area`: the root of
 * near·x + (far − near)·x²/(2·lengthMs) = area, in the form that divides by a sum of like signs.
 */
function timeOf(area: number, near: number, far: number, lengthMs: number): number {
  if (area <= 0) return 0
  const discriminant = near * near + (2 * (far - near) * area) / lengthMs
  return (2 * area) / (near + Math.sqrt(Math.max(0, discriminant)))
}

/** The greatest double below a positive one. */
function justBefore(atMs: number): number {
  return atMs * (1 - Number.EPSILON / 2)
}
