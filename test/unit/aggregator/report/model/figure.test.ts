import { describe, expect, it } from 'vitest'
import {
  chartLadderOf,
  formatBound,
  formatFigure,
  formatInstant,
  formatNumber,
  formatShare,
  formatSpan,
  formatUsd,
  SHARE,
} from '../../../../../aggregator/report/model/figure.ts'

describe('a figure', () => {
  it('has three digits, or all whole ones', () => {
    expect([12_345.67, 182.4, 31.44, 1.234, 0.012345, 0].map(formatNumber)).toEqual([
      '12,346',
      '182',
      '31.4',
      '1.23',
      '0.0123',
      '0',
    ])
  })

  it('is written in the most readable multiple of its unit', () => {
    expect(formatFigure(812, 'ms')).toBe('812 ms')
    expect(formatFigure(5_820, 'ms')).toBe('5.82 s')
    expect(formatFigure(150_000, 'ms')).toBe('2.5 min')
    expect(formatFigure(402_653_184, 'B')).toBe('403 MB')
    expect(formatFigure(16_139, 'ops/s')).toBe('16,139 ops/s')
    expect(formatFigure(1_500, '/s')).toBe('1,500/s')
    expect(formatFigure(-2_500, 'ms')).toBe('-2.5 s')
  })

  it('of a share is per cent', () => {
    expect(formatFigure(0.0042, SHARE)).toBe('0.42 %')
    expect(formatShare(7_009, 5_497_721)).toBe('0.127 %')
    expect(formatShare(0, 0)).toBe('–')
  })

  it('never looks like the whole when something is missing from it', () => {
    expect(formatFigure(1, SHARE)).toBe('100 %')
    expect(formatFigure(0.99996, SHARE)).toBe('99.996 %')
  })

  it('gets the digits it takes to differ from its bound', () => {
    expect(formatFigure(250.04, 'ms', [250])).toBe('250.04 ms')
    expect(formatFigure(249.97, 'ms', [250])).toBe('249.97 ms')
    expect(formatFigure(250, 'ms', [250])).toBe('250 ms')
    expect(formatFigure(0.99946, SHARE, [0.9994])).toBe('99.95 %')
  })
})

describe('a bound', () => {
  it('is written exactly, with its sign and unit', () => {
    expect(formatBound('p(95)<=250', 'ms')).toBe('≤ 250 ms')
    expect(formatBound('p(95)<1500', 'ms')).toBe('< 1.5 s')
    expect(formatBound('rate>=0.9995', SHARE)).toBe('≥ 99.95 %')
    expect(formatBound('rate<0.07', SHARE)).toBe('< 7 %')
    expect(formatBound('value!=0', '')).toBe('≠ 0')
  })
})

it('charts write large counts with k and M, and leave long units out of their ticks', () => {
  expect(chartLadderOf('ops/s').map(({ suffix }) => suffix)).toEqual([
    ' ops/s',
    'k ops/s',
    'M ops/s',
    'G ops/s',
  ])
  expect(chartLadderOf('ops/s').map(({ tick }) => tick)).toEqual(['', 'k', 'M', 'G'])
  expect(chartLadderOf('/s')[1]).toEqual({ from: 10_000, divide: 1_000, suffix: 'k/s', tick: 'k/s' })
  expect(chartLadderOf('ms').map(({ suffix }) => suffix)).toEqual([' ms', ' s'])
})

it('money has cents, and more digits below one', () => {
  expect([0, 12.345, 0.0042].map(formatUsd)).toEqual(['$0.00', '$12.35', '$0.0042'])
})

it('a span is as fine as its length asks for', () => {
  expect([420, 12_345, 59_960, 252_345, 4_200_000, 86_400_000].map(formatSpan)).toEqual([
    '420ms',
    '12.3s',
    '1m',
    '4m12s',
    '1h10m',
    '1d',
  ])
})

it('an instant is written in UTC', () => {
  expect(formatInstant(Date.UTC(2026, 10, 21, 5, 20))).toBe('2026-11-21 05:20:00 UTC')
})
