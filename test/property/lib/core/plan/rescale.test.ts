import fc from 'fast-check'
import { expect, it } from 'vitest'
import { durationMs } from '../../../../../lib/core/base/duration.ts'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { rescale } from '../../../../../lib/core/plan/rescale.ts'
import { type Profile, profileSchema } from '../../../../../lib/core/scenario/profile.ts'
import { scheduleOf } from '../../../../../lib/core/schedule/executors.ts'

const times = fc.integer({ min: 1, max: 600 }).map((seconds) => `${seconds}s`)
const startTime = fc.oneof(fc.constant('0s'), times)
const level = fc.integer({ min: 0, max: 2_000 })
const constant = fc.record({
  executor: fc.constant('constant-vus'),
  startTime,
  users: fc.integer({ min: 1, max: 2_000 }),
  duration: times,
})
const ramping = fc.record({
  executor: fc.constant('ramping-vus'),
  startTime,
  startUsers: level,
  stages: fc.array(fc.record({ duration: fc.oneof(fc.constant('0s'), times), users: level }), {
    minLength: 1,
    maxLength: 6,
  }),
})
const profiles = fc
  .array(fc.oneof(constant, ramping), { minLength: 1, maxLength: 5 })
  .map((executors) => profileSchema.parse({ executors }))

interface Piece {
  fromMs: number
  toMs: number
  levelAt: (atMs: number) => number
}

function piecesOf({ executors }: Profile): Piece[] {
  return executors.flatMap((config) => {
    const startMs = durationMs(config.startTime)
    return scheduleOf(config).stages.map(({ fromMs, toMs, fromLevel, toLevel }) => ({
      fromMs: startMs + fromMs,
      toMs: startMs + toMs,
      levelAt: (atMs: number) => {
        const part = (atMs - startMs - fromMs) / (toMs - fromMs)
        return fromLevel * (1 - part) + toLevel * part
      },
    }))
  })
}

/** Highest sum on either side of every corner, the only places where a sum of straight lines can be highest. */
function highestSum(profile: Profile): number {
  const pieces = piecesOf(profile).filter(({ fromMs, toMs }) => fromMs < toMs)
  const sumAt = (atMs: number, lasting: (piece: Piece) => boolean): number =>
    pieces.filter(lasting).reduce((sum, piece) => sum + piece.levelAt(atMs), 0)
  const corners = pieces.flatMap(({ fromMs, toMs }) => [fromMs, toMs])
  return Math.max(
    0,
    ...corners.flatMap((atMs) => [
      sumAt(atMs, ({ fromMs, toMs }) => fromMs < atMs && atMs <= toMs),
      sumAt(atMs, ({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs),
    ]),
  )
}

/** The profile, or nothing where it refuses so few users. */
function withUsers(profile: Profile, users: number): Profile | undefined {
  try {
    return rescale(profile, { users })
  } catch (error) {
    if (error instanceof VolleyError && error.mistakes[0]?.limit.startsWith('at least')) return undefined
    throw error
  }
}

it('never has more users at once than asked for, nor a whole one less', () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 1, max: 10_000 }), (profile, users) => {
      fc.pre(highestSum(profile) > 0)
      const rescaled = withUsers(profile, users)
      fc.pre(rescaled !== undefined)
      const highest = highestSum(rescaled)
      expect(highest).toBeLessThan(users + 1e-6)
      expect(highest).toBeGreaterThan(users - 1 + 1e-6)
    }),
    { numRuns: 300 },
  )
})

it('reaches exactly the users asked for where one executor has them all', () => {
  fc.assert(
    fc.property(ramping, fc.integer({ min: 1, max: 100_000 }), (executor, users) => {
      const profile = profileSchema.parse({ executors: [executor] })
      fc.pre(highestSum(profile) > 0)
      expect(highestSum(rescale(profile, { users }))).toBe(users)
    }),
  )
})

it('lasts exactly as long as asked, and moves every corner by less than a millisecond', () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 10_000, max: 90_000_000 }), (profile, totalMs) => {
      const corners = (of: Profile): number[] => piecesOf(of).flatMap(({ fromMs, toMs }) => [fromMs, toMs])
      const before = corners(profile)
      const lastMs = Math.max(...before)
      fc.pre(lastMs > 0)
      const after = corners(rescale(profile, { durationMs: totalMs }))
      expect(Math.max(...after)).toBe(totalMs)
      for (const [i, atMs] of after.entries())
        expect(Math.abs(atMs - ((before[i] as number) * totalMs) / lastMs)).toBeLessThan(1)
    }),
  )
})
