import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type Share,
  sharesOf,
  sliceArrivals,
  sliceIterations,
  sliceUsers,
  windowsOf,
} from '../../../../../lib/core/plan/slice.ts'
import {
  type ArrivalSchedule,
  type ExecutorConfig,
  executorSchema,
  scheduleOf,
  type UserSchedule,
} from '../../../../../lib/core/schedule/executors.ts'

const slices = fc.integer({ min: 1, max: 50 })
const durationsMs = fc.oneof(
  { arbitrary: fc.constant(0), weight: 1 },
  { arbitrary: fc.integer({ min: 1, max: 60_000 }), weight: 4 },
  { arbitrary: fc.integer({ min: 1, max: 60 }).map((seconds) => seconds * 1_000), weight: 4 },
  { arbitrary: fc.integer({ min: 1, max: 9_999 }).map((tenths) => tenths / 10), weight: 1 },
)
const levels = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 40_000 }).map((thousandths) => thousandths / 1_000),
  fc.double({ min: 0, max: 40, noNaN: true }),
)
const steps = fc.array(fc.record({ durationMs: durationsMs, level: levels }), { minLength: 1, maxLength: 8 })

const userSchedules = fc.record({ start: levels, steps }).map(({ start, steps }) => {
  const stages = steps.map(({ durationMs, level }) => ({ duration: `${durationMs}ms`, users: level }))
  return scheduleOf(
    executorSchema.parse({ executor: 'ramping-vus', startUsers: start, stages }),
  ) as UserSchedule
})
const perUnits = fc.constantFrom('1s', '1m', '700ms', '1h')
const arrivalConfigs = fc.record({ start: levels, steps, per: perUnits }).map(({ start, steps, per }) => {
  const stages = steps.map(({ durationMs, level }) => ({ duration: `${durationMs}ms`, rate: level }))
  return executorSchema.parse({ executor: 'ramping-arrival-rate', startRate: start, stages, per })
})
const arrivalSchedules = arrivalConfigs.map((config) => scheduleOf(config) as ArrivalSchedule)

const WHOLE: Share = { slice: 0, slices: 1 }
const EPSILON = Number.EPSILON

/** Where something may go wrong by one: every start and end of a life and of a stage, and the doubles beside them. */
function delicateInstants({ stages, peakUsers, spansOf }: UserSchedule): number[] {
  const lives = Array.from({ length: peakUsers }, (_, user) => spansOf(user)).flat()
  const corners = [...stages, ...lives].flatMap(({ fromMs, toMs }) => [fromMs, (fromMs + toMs) / 2, toMs])
  return [...new Set(corners.flatMap((atMs) => [atMs * (1 - EPSILON / 2), atMs, atMs * (1 + EPSILON)]))]
}

it('makes of any number of slices the arrivals of one, to the last bit', () => {
  fc.assert(
    fc.property(arrivalSchedules, slices, (schedule, slices) => {
      const all = sharesOf(slices)
        .flatMap((share) => [...sliceArrivals(schedule, share)])
        .sort((a, b) => a.iteration - b.iteration)
      expect(all).toEqual([...sliceArrivals(schedule, WHOLE)])
      expect(all).toHaveLength(schedule.count)
    }),
  )
})

it('starts arrivals in order and inside the schedule, and counts them as they start', () => {
  fc.assert(
    fc.property(arrivalSchedules, ({ count, durationMs, arrivalAt, countBefore }) => {
      const starts = Array.from({ length: count }, (_, k) => arrivalAt(k))
      expect(starts).toEqual(starts.toSorted((a, b) => a - b))
      expect(starts.filter((atMs) => atMs < 0 || atMs >= durationMs)).toEqual([])
      expect(starts.map(countBefore)).toEqual(starts.map((atMs) => starts.indexOf(atMs)))
      expect(countBefore(durationMs)).toBe(count)
    }),
  )
})

it('starts iteration k when the integral of the rate is k', () => {
  fc.assert(
    fc.property(arrivalSchedules, ({ stages, count, arrivalAt }) => {
      for (let k = 0; k < count; k++) expect(integralAt(stages, arrivalAt(k))).toBeCloseTo(k, 6)
    }),
  )
})

it('plans as many arrivals as the exact integral of the rates has whole numbers below it', () => {
  const decimals = fc.integer({ min: 0, max: 40_000 }).map((thousandths) => thousandths / 1_000)
  const exactSteps = fc.array(
    fc.record({ durationMs: fc.integer({ min: 0, max: 60_000 }), level: decimals }),
    { minLength: 1, maxLength: 30 },
  )
  fc.assert(
    fc.property(decimals, exactSteps, (start, steps) => {
      const stages = steps.map(({ durationMs, level }) => ({ duration: `${durationMs}ms`, rate: level }))
      const config = executorSchema.parse({ executor: 'ramping-arrival-rate', startRate: start, stages })
      expect((scheduleOf(config) as ArrivalSchedule).count).toBe(exactCount(start, steps))
    }),
    { numRuns: 1_000 },
  )
})

it('has as many users alive over all slices as in one, at every instant', () => {
  fc.assert(
    fc.property(userSchedules, slices, (schedule, slices) => {
      const lives = sharesOf(slices).flatMap((share) => sliceUsers(schedule, share))
      for (const atMs of delicateInstants(schedule)) {
        const alive = lives.filter(({ span }) => span.fromMs <= atMs && atMs < span.toMs)
        expect(new Set(alive.map(({ user }) => user)).size).toBe(alive.length)
        expect(alive).toHaveLength(schedule.usersAt(atMs))
      }
    }),
  )
})

it('has the lowest numbers alive, each in spans that are in order and never touch', () => {
  fc.assert(
    fc.property(userSchedules, (schedule) => {
      const { peakUsers, spansOf, usersAt } = schedule
      const lives = Array.from({ length: peakUsers }, (_, user) => spansOf(user))
      for (const spans of lives)
        for (const [i, { fromMs, toMs }] of spans.entries()) {
          expect(fromMs).toBeLessThan(toMs)
          if (i > 0) expect(fromMs).toBeGreaterThan(spans[i - 1]?.toMs as number)
        }
      for (const atMs of delicateInstants(schedule)) {
        const alive = lives.map((spans) => spans.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs))
        expect(alive).toEqual(lives.map((_, user) => user < usersAt(atMs)))
      }
      expect(spansOf(peakUsers)).toEqual([])
    }),
  )
})

it('has a user alive for each whole number below the level, between the corners', () => {
  fc.assert(
    fc.property(userSchedules, fc.double({ min: 0, max: 0.999, noNaN: true }), (schedule, part) => {
      const atMs = part * schedule.durationMs
      const level = levelAt(schedule.stages, atMs)
      fc.pre(Math.abs(level - Math.round(level)) > 1e-6)
      expect(schedule.usersAt(atMs)).toBe(Math.ceil(level))
    }),
  )
})

it('lists the lives of a slice by the time they start', () => {
  fc.assert(
    fc.property(userSchedules, slices, (schedule, slices) => {
      for (const share of sharesOf(slices)) {
        const starts = sliceUsers(schedule, share).map(({ span }) => span.fromMs)
        expect(starts).toEqual(starts.toSorted((a, b) => a - b))
      }
    }),
    { numRuns: 30 },
  )
})

it('deals every counted iteration to exactly one slice', () => {
  const users = fc.integer({ min: 1, max: 60 })
  const iterations = fc.integer({ min: 1, max: 1_000 })
  fc.assert(
    fc.property(users, iterations, slices, (users, iterations, slices) => {
      const total = (executor: ExecutorConfig['executor']): number => {
        const schedule = scheduleOf(executorSchema.parse({ executor, users, iterations })) as UserSchedule
        return sharesOf(slices).reduce((sum, share) => sum + sliceIterations(schedule, share), 0)
      }
      expect(total('shared-iterations')).toBe(iterations)
      expect(total('per-vu-iterations')).toBe(users * iterations)
    }),
  )
})

it('cuts windows that cover the schedule without hole or overlap, none too long', () => {
  const durationMs = fc.integer({ min: 1, max: 1_000_000 })
  const windowMs = fc.integer({ min: 5_000, max: 1_000_000 })
  fc.assert(
    fc.property(durationMs, windowMs, slices, (durationMs, windowMs, slices) => {
      for (const { slice } of sharesOf(slices)) {
        const windows = windowsOf({ durationMs, windowMs, slices }, slice)
        expect(windows.map(({ fromMs }) => fromMs)).toEqual([
          0,
          ...windows.slice(0, -1).map(({ toMs }) => toMs),
        ])
        expect(windows.at(-1)?.toMs).toBe(durationMs)
        for (const { fromMs, toMs } of windows) {
          expect(toMs).toBeGreaterThan(fromMs)
          expect(toMs - fromMs).toBeLessThanOrEqual(windowMs)
        }
        const [first, ...others] = windows
        if (others.length > 0) expect(first?.toMs).toBeGreaterThanOrEqual(windowMs / 2)
      }
    }),
  )
})

it('never hands over two slices at once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5_000, max: 1_000_000 }), slices, (windowMs, slices) => {
      const handovers = sharesOf(slices).flatMap(({ slice }) =>
        windowsOf({ durationMs: 5 * windowMs, windowMs, slices }, slice)
          .slice(1)
          .map(({ fromMs }) => fromMs),
      )
      expect(new Set(handovers).size).toBe(handovers.length)
    }),
  )
})

it('makes of the windows of a slice the arrivals and lives of the slice', () => {
  const windowMs = fc.integer({ min: 500, max: 60_000 })
  fc.assert(
    fc.property(arrivalSchedules, userSchedules, windowMs, slices, (arrivals, users, windowMs, slices) => {
      const share = { slice: slices - 1, slices }
      const { durationMs } = arrivals
      const parts = windowsOf({ durationMs, windowMs, slices }, share.slice)
      expect(parts.flatMap((window) => [...sliceArrivals(arrivals, share, window)])).toEqual([
        ...sliceArrivals(arrivals, share),
      ])
      const lived = (lives: ReturnType<typeof sliceUsers>): number =>
        lives.reduce((sum, { span }) => sum + span.toMs - span.fromMs, 0)
      const windows = windowsOf({ durationMs: users.durationMs, windowMs, slices }, share.slice)
      expect(windows.reduce((sum, window) => sum + lived(sliceUsers(users, share, window)), 0)).toBeCloseTo(
        lived(sliceUsers(users, share)),
        4,
      )
    }),
  )
})

type Stages = ArrivalSchedule['stages']

function levelAt(stages: Stages, atMs: number): number {
  const stage = stages.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
  if (!stage) return 0
  const { fromMs, toMs, fromLevel, toLevel } = stage
  return fromLevel + (toLevel - fromLevel) * ((atMs - fromMs) / (toMs - fromMs))
}

/** Trapezia up to an instant, per second. */
function integralAt(stages: Stages, atMs: number): number {
  return stages
    .filter(({ fromMs, toMs }) => fromMs < atMs && fromMs < toMs)
    .reduce((sum, { fromMs, toMs, fromLevel, toLevel }) => {
      const endMs = Math.min(toMs, atMs)
      const endLevel = fromLevel + (toLevel - fromLevel) * ((endMs - fromMs) / (toMs - fromMs))
      return sum + ((fromLevel + endLevel) / 2) * ((endMs - fromMs) / 1_000)
    }, 0)
}

/** ⌈integral⌉ in whole numbers: levels in thousandths, times in milliseconds. */
function exactCount(start: number, steps: readonly { durationMs: number; level: number }[]): number {
  const thousandths = (level: number): bigint => BigInt(Math.round(level * 1_000))
  let twiceMillionths = 0n
  let from = thousandths(start)
  for (const { durationMs, level } of steps) {
    twiceMillionths += (from + thousandths(level)) * BigInt(durationMs)
    from = thousandths(level)
  }
  return Number((twiceMillionths + 1_999_999n) / 2_000_000n)
}
