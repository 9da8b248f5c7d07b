import { describe, expect, it } from 'vitest'
import { throughputLinearity } from '../../../../aggregator/judge/derived.ts'
import type { TimelinePoint } from '../../../../lib/core/results/summary.ts'
import { firstRow } from '../../../fixtures/judged-run.ts'
import { planOf } from '../../../fixtures/synthetic-run.ts'

const BUCKET_MS = 10_000
const QUIET: Omit<TimelinePoint, 'atMs' | 'users' | 'requestsPerSecond'> = {
  failedPerSecond: 0,
  iterationsPerSecond: 0,
  droppedPerSecond: 0,
  receivedBytesPerSecond: 0,
  sentBytesPerSecond: 0,
}

const linearity = (
  pairs: readonly [users: number, requestsPerSecond: number][],
  spans = [{ fromMs: 0, toMs: pairs.length * BUCKET_MS }],
): unknown => {
  const points = pairs.map(([users, requestsPerSecond], i) => ({
    ...QUIET,
    atMs: i * BUCKET_MS,
    users,
    requestsPerSecond,
  }))
  const measurement = throughputLinearity({ bucketMs: BUCKET_MS, points }, spans)
  return 'noData' in measurement ? measurement.noData : measurement.readings[0]?.value
}

describe('throughput linearity', () => {
  it('is 1 where requests per second are a multiple of the users, or that and a constant', () => {
    expect(
      linearity([
        [1, 2],
        [2, 4],
        [3, 6],
        [4, 8],
      ]),
    ).toBe(1)
    expect(
      linearity([
        [0, 5],
        [10, 15],
        [20, 25],
      ]),
    ).toBe(1)
  })

  it('is R² of the least-squares line', () => {
    // Users 1, 2, 3; rates 1, 3, 2: covariance 1, variances 2 and 2, so 1² / (2 · 2).
    expect(
      linearity([
        [1, 1],
        [2, 3],
        [3, 2],
      ]),
    ).toBe(0.25)
    // A plateau: users 1 to 5, rates 1, 2, 3, 3, 3: covariance 5, variances 10 and 3.2.
    expect(
      linearity([
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 3],
        [5, 3],
      ]),
    ).toBeCloseTo(25 / 32, 12)
  })

  it('is 0 where throughput stays or falls while users grow', () => {
    expect(
      linearity([
        [1, 7],
        [2, 7],
        [3, 7],
      ]),
    ).toBe(0)
    expect(
      linearity([
        [1, 6],
        [2, 4],
        [3, 2],
      ]),
    ).toBe(0)
  })

  it('looks only at buckets that lie wholly inside its stages', () => {
    const pairs: [number, number][] = [
      [1, 1],
      [2, 3],
      [3, 2],
      [4, 4],
      [5, 5],
      [6, 6],
      [9, 0],
    ]
    expect(linearity(pairs, [{ fromMs: 25_000, toMs: 69_999 }])).toBe(1)
  })

  it('has no data from fewer than three buckets, or from users that never vary', () => {
    expect(
      linearity([
        [1, 1],
        [2, 2],
      ]),
    ).toBe('only 2 whole chart buckets of 10 s to compare')
    expect(
      linearity([
        [5, 1],
        [5, 2],
        [5, 3],
      ]),
    ).toBe('the number of users does not vary')
  })

  it('is a row like any other', () => {
    const written = [1, 2, 3, 5, 5, 5].map((users, seq) => ({
      seq,
      seconds: Array.from({ length: 10 }, (_, i) => ({ second: seq * 10 + i, users, requests: 3 * users })),
    }))
    const row = (stage?: string): unknown =>
      firstRow({
        plan: planOf({
          thresholds: [{ metric: 'throughput_linearity', limit: 'value>=0.9', ...(stage && { stage }) }],
        }),
        written,
      })
    expect(row()).toMatchObject({ state: 'pass', value: 1, aggregation: 'value', unit: '', samples: 6 })
    expect(row('ramp')).toMatchObject({ state: 'pass', value: 1, samples: 3 })
    expect(row('spike')).toMatchObject({
      state: 'no-data',
      reason: 'no data: the number of users does not vary',
    })
  })
})
