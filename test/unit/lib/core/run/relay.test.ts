import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsOf } from '../../../../../lib/core/plan/slice.ts'
import {
  handoversOf,
  longestWindowMs,
  MAX_INVOCATION_MS,
  startLeadMs,
} from '../../../../../lib/core/run/relay.ts'

const plans = fc.record({
  durationMs: fc.integer({ min: 1_000, max: 5_000_000 }),
  windowMs: fc.integer({ min: 20_000, max: 780_000 }),
  slices: fc.integer({ min: 1, max: 50 }),
})

/** What the two lanes of a slice's child workflow do with its handover alone: see `relay-definition.ts`. */
function lanesOf(handoverMs: number, { durationMs, windowMs }: { durationMs: number; windowMs: number }) {
  const lane = (window: number, fromMs: number): [window: number, fromMs: number][] =>
    fromMs < durationMs ? [[window, fromMs], ...lane(window + 2, fromMs + 2 * windowMs)] : []
  return [...lane(0, handoverMs - windowMs), ...lane(1, handoverMs)].sort(([a], [b]) => a - b)
}

describe('the lanes of a slice', () => {
  it('carry exactly the windows of the plan, each from its beginning', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const [slice, handoverMs] of handoversOf(plan).entries()) {
          const windows = windowsOf(plan, slice).map(({ fromMs }, window) => [window, fromMs])
          const [first, ...others] = lanesOf(handoverMs, plan)
          expect([[first?.[0], Math.max(0, first?.[1] as number)], ...others]).toEqual(windows)
        }
      }),
    )
  })
})

describe('the longest window', () => {
  it('ends within one invocation with the wait for the start before it and the graceful stop behind it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 600_000 }),
        (slices, gracefulStopMs) => {
          const windowMs = longestWindowMs({ slices, gracefulStopMs })
          const lastingMs = startLeadMs(slices) + windowMs + gracefulStopMs
          expect(lastingMs).toBeLessThan(MAX_INVOCATION_MS)
        },
      ),
    )
  })

  it('is thirteen minutes for a run of ordinary size', () => {
    expect(longestWindowMs({ slices: 200, gracefulStopMs: 30_000 })).toBe(780_000)
  })
})
