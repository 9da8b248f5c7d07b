import { describe, expect, it } from 'vitest'
import type { GeneratorSummary } from '../../../../lib/core/results/summary.ts'
import { summaryOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf } from '../../../fixtures/synthetic-run.ts'

const generatorsOf = (written: readonly Written[]): GeneratorSummary[] =>
  summaryOf(planOf(), written).generators
const limitsOf = (written: readonly Written[]): string[] | undefined => generatorsOf(written)[0]?.limited

const withLoad = (...shares: number[]): Written[] =>
  shares.map((loopShare, seq) => ({ seq, health: { loopShare } }))

describe('what a generator says of itself', () => {
  it('is the worst of all its intervals, and the sum of its requests', () => {
    const [first] = generatorsOf([
      {
        seq: 0,
        startLateMs: 12,
        samples: [{ metric: 'http_reqs', tags: { status: '200' }, sum: 5 }],
        health: { cpuShare: 0.4, gcMs: 3, heapBytes: 100, rssBytes: 300, sockets: 7, descriptorShare: 0.2 },
      },
      {
        seq: 1,
        ending: 'stopped',
        samples: [{ metric: 'http_reqs', tags: { status: '503' }, sum: 1 }],
        health: { cpuShare: 0.2, gcMs: 4, heapBytes: 200, rssBytes: 100, sockets: 5, loopDelayP99Ms: 9 },
      },
    ])
    expect(first).toEqual({
      slice: 0,
      observedMs: 20_000,
      plannedMs: 60_000,
      ending: 'stopped',
      startLateMs: 12,
      requests: 6,
      cpuShareMax: 0.4,
      loopShareMax: 0.1,
      loopDelayP99Ms: 9,
      gcMs: 7,
      heapMaxBytes: 200,
      rssMaxBytes: 300,
      socketsMax: 7,
      descriptorShareMax: 0.2,
      limited: [],
    })
  })

  it('comes in the order of the slices', () => {
    expect(
      generatorsOf([
        { seq: 0, slice: 1 },
        { seq: 0, slice: 0 },
      ]).map(({ slice }) => slice),
    ).toEqual([0, 1])
  })
})

describe('a generator over 85 % of a CPU', () => {
  it('is limited when it was for three intervals on end', () => {
    expect(limitsOf(withLoad(0.1, 0.9, 0.97, 0.86, 0.1, 0.1, 0.1))).toEqual([
      'kept over 85 % of a CPU busy for 30 s (at most 97 %)',
    ])
  })

  it('is not for bursts between which it could catch up', () => {
    expect(limitsOf(withLoad(0.9, 0.9, 0.1, 0.9, 0.1, 0.1, 0.1))).toEqual([])
    expect(limitsOf(withLoad(0.85, 0.85, 0.85, 0.85, 0.85, 0.85))).toEqual([])
  })

  it('is limited when it was for more than half of a short run', () => {
    expect(limitsOf(withLoad(0.9, 0.9, 0.1))).toEqual([
      'kept over 85 % of a CPU busy for 20 s (at most 90 %)',
    ])
  })

  it('is not for a moment too short to say anything', () => {
    expect(limitsOf([{ seq: 0, toMs: 900, health: { loopShare: 1 } }])).toEqual([])
  })
})

describe('a generator that is short of descriptors', () => {
  const withSockets = (sockets: number, descriptorShare?: number): Written[] => [
    { seq: 0, health: { sockets, ...(descriptorShare !== undefined && { descriptorShare }) } },
  ]

  it('is limited when its sockets take more than 95 % of those it may have', () => {
    expect(limitsOf(withSockets(1_000, 1_000 / 1_024))).toEqual([
      'had 1000 sockets open, 98 % of what its descriptors allow',
    ])
    expect(limitsOf(withSockets(950, 0.95))).toEqual([])
  })

  it('is not where its system does not tell how many those are', () => {
    expect(limitsOf(withSockets(1_000_000))).toEqual([])
  })
})

describe('a generator behind its schedule', () => {
  const withLags = (...values: number[]): Written[] => [
    { seq: 0, samples: [{ metric: 'iteration_start_lag', tags: { flow: 'buy' }, values }] },
  ]
  const few = (late: number, onTime: number): number[] => [
    ...Array.from({ length: late }, () => 500),
    ...Array.from({ length: onTime }, () => 1),
  ]

  it('is limited when over one in a hundred iterations started more than 100 ms late', () => {
    expect(limitsOf(withLags(...few(3, 197)))).toEqual([
      'started iterations late: p(99) of its start lag is 500 ms, over 100 ms',
    ])
    expect(limitsOf(withLags(...few(2, 198)))).toEqual([])
  })

  it('is not for one late iteration of a few', () => {
    expect(limitsOf(withLags(...few(1, 4)))).toEqual([])
    expect(limitsOf(withLags(...few(2, 4)))).toHaveLength(1)
  })

  it('is judged by its own iterations alone', () => {
    const punctual = withLags(...few(0, 50))
    const late = withLags(...few(5, 5)).map((one) => ({ ...one, slice: 1 }))
    expect(generatorsOf([...punctual, ...late]).map(({ limited }) => limited.length)).toEqual([0, 1])
  })

  it('is limited when it began more than a second late', () => {
    expect(limitsOf([{ seq: 0, startLateMs: 2_340 }])).toEqual(['began 2.3 s late'])
    expect(limitsOf([{ seq: 0, startLateMs: 1_000 }])).toEqual([])
  })
})
