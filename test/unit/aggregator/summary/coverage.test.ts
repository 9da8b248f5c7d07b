import { describe, expect, it } from 'vitest'
import { Spans } from '../../../../aggregator/sums/spans.ts'
import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { ExecutorConfig } from '../../../../lib/core/schedule/executors.ts'
import { summaryOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf } from '../../../fixtures/synthetic-run.ts'

const coverageOf = (...parameters: Parameters<typeof summaryOf>): Summary['coverage'] =>
  summaryOf(...parameters).coverage

/** All cuts of the schedule and its drain, of one slice. */
const whole = (slice: number): Written[] => Array.from({ length: 7 }, (_, seq) => ({ seq, slice }))

describe('coverage', () => {
  it('is all of the plan where every slice reported every interval', () => {
    expect(coverageOf(planOf(), [...whole(0), ...whole(1)])).toEqual({
      generators: { planned: 2, seen: 2 },
      time: 1,
      arrivals: 1,
      arrivalsPlanned: 0,
      arrivalsMade: 0,
    })
  })

  it('lacks the whole time of a slice that nobody heard of', () => {
    expect(coverageOf(planOf({ slices: 4 }), [...whole(0), ...whole(3)])).toMatchObject({
      generators: { planned: 4, seen: 2 },
      time: 0.5,
    })
  })

  it('lacks an interval whose snapshot is missing, and the time before a late start', () => {
    const written = [...whole(0).filter(({ seq }) => seq !== 3), { seq: 0, slice: 1, fromMs: 4_000 }]
    expect(coverageOf(planOf(), written).time).toBe((50 + 6) / 120)
  })

  it('counts time once that two attempts or two windows observed', () => {
    const written = [
      ...whole(0),
      ...whole(1),
      { seq: 2, slice: 0, attempt: 1 },
      { seq: 3, slice: 1, window: 1 },
    ]
    expect(coverageOf(planOf(), written).time).toBe(1)
  })

  it('does not count the drain, nor does the drain make up for anything', () => {
    const drained = [...whole(0), ...whole(1).filter(({ seq }) => seq !== 5)]
    expect(coverageOf(planOf(), drained).time).toBe(110 / 120)
  })

  it('relates arrivals to those the plan promised', () => {
    const plan = planOf({ plannedArrivals: 200, slices: 1 })
    const made = (...arrivals: number[]): unknown =>
      coverageOf(
        plan,
        arrivals.map((count, seq) => ({ seq, arrivals: count })),
      ).arrivals
    expect(made(150, 30)).toBe(0.9)
    expect(made(150, 60)).toBe(1)
  })
})

describe('the planned time of a slice', () => {
  const counted: ExecutorConfig = {
    executor: 'shared-iterations',
    name: 'count',
    startTime: '0s',
    gracefulStop: '30s',
    users: 2,
    iterations: 100,
    maxDuration: '1m',
  }
  const stage = (executor: string, toMs: number) => ({ name: executor, executor, fromMs: 0, toMs })
  const written: Written[] = [0, 1].map((slice) => ({ seq: 0, slice, toMs: 4_000, ending: 'complete' }))

  it('ends when its iteration count is reached', () => {
    const plan = planOf({ executors: [counted], stages: [stage('count', 60_000)] })
    const { coverage, durationMs } = summaryOf(plan, written)
    expect(coverage.time).toBe(1)
    expect(durationMs).toBe(4_000)
  })

  it('does not end before another executor does', () => {
    const plan = planOf({
      executors: [counted],
      stages: [stage('count', 60_000), stage('users', 20_000)],
    })
    expect(coverageOf(plan, written).time).toBe(0.2)
  })

  it('does not end because a generator left before it was done', () => {
    const plan = planOf({ executors: [counted], stages: [stage('count', 60_000)] })
    expect(
      coverageOf(
        plan,
        written.map((one) => ({ ...one, ending: 'aborted' })),
      ).time,
    ).toBe(8 / 120)
  })
})

describe('a union of spans', () => {
  it('joins what touches, and counts overlaps once', () => {
    const spans = Spans.of([
      { fromMs: 30, toMs: 40 },
      { fromMs: 0, toMs: 10 },
      { fromMs: 10, toMs: 15 },
      { fromMs: 12, toMs: 20 },
      { fromMs: 35, toMs: 50 },
      { fromMs: 60, toMs: 60 },
    ])
    expect(spans.until(45)).toEqual([
      { fromMs: 0, toMs: 20 },
      { fromMs: 30, toMs: 45 },
    ])
    expect(spans.lengthUntil(100)).toBe(40)
  })
})
