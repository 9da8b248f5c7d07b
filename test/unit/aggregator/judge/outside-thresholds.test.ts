import { describe, expect, it } from 'vitest'
import type { Threshold } from '../../../../lib/core/metrics/threshold.ts'
import type { Plan } from '../../../../lib/core/plan/plan.ts'
import type { Row } from '../../../../lib/core/results/verdict.ts'
import type { OutsideSeries } from '../../../../lib/core/scenario/source.ts'
import { firstRow } from '../../../fixtures/judged-run.ts'
import { planOf, START_AT_MS } from '../../../fixtures/synthetic-run.ts'

const sources: Plan['sources'] = {
  tasks: {
    kind: 'prometheus',
    url: 'http://127.0.0.1:9090',
    step: '5s',
    metrics: { running: { query: 'tasks', unit: 'tasks', scale: 1 } },
  },
}

/** A series by seconds since the start of the run. */
const seriesOf = (points: readonly [second: number, value: number][], noData?: string): OutsideSeries => ({
  metric: 'running',
  source: 'tasks',
  unit: 'tasks',
  points: points.map(([second, value]) => [START_AT_MS + second * 1_000, value]),
  ...(noData && { noData }),
})

/** The row of a threshold on `running`, in a run of a minute that was observed to its end. */
function rowOf(
  threshold: Omit<Threshold, 'metric'>,
  server: OutsideSeries[],
  run: { toMs?: number; endedAtMs?: number } = {},
): Row {
  const plan = planOf({ sources, thresholds: [{ metric: 'running', ...threshold }] })
  const written = [{ seq: 5, toMs: run.toMs ?? 60_000 }]
  return firstRow({ plan, written, server, ...(run.endedAtMs && { endedAtMs: run.endedAtMs }) })
}

describe('a threshold on a metric from outside', () => {
  const series = seriesOf([
    [-5, 90],
    [0, 10],
    [20, 4],
    [30, 8],
    [50, 6],
    [61, 99],
  ])

  it('measures the points from the start of the load to its end', () => {
    const of = (limit: string): unknown => rowOf({ limit }, [series]).value
    expect(of('max<50')).toBe(10)
    expect(of('min<50')).toBe(4)
    expect(of('avg<50')).toBe(7)
    expect(of('value<50')).toBe(6)
    expect(of('med<50')).toBe(6)
    expect(of('p(75)<50')).toBe(8)
    expect(of('p(75.1)<50')).toBe(10)
    expect(rowOf({ limit: 'max<5' }, [series])).toMatchObject({ state: 'fail', unit: 'tasks', samples: 4 })
  })

  it('takes the seventh of a hundred points for p(7)', () => {
    const hundred = seriesOf(Array.from({ length: 100 }, (_, i) => [i / 10, i + 1]))
    expect(rowOf({ limit: 'p(7)<50' }, [hundred]).value).toBe(7)
  })

  it('leaves out what came after a run that was stopped', () => {
    expect(rowOf({ limit: 'value<50' }, [series], { toMs: 52_000 })).toMatchObject({ value: 6, samples: 4 })
    expect(rowOf({ limit: 'value<50' }, [series], { toMs: 50_000 - 1 }).value).toBe(8)
  })

  it('measures the points of its stages', () => {
    expect(rowOf({ limit: 'avg<50', stage: 'spike' }, [series])).toMatchObject({ value: 7, samples: 2 })
  })

  it('judges every window that has a point', () => {
    expect(rowOf({ limit: 'min>=5', over: '10s' }, [series])).toMatchObject({
      state: 'fail',
      value: 4,
      firstFailedAtMs: 20_000,
    })
    expect(rowOf({ limit: 'avg>=6', over: '30s' }, [series])).toMatchObject({ state: 'pass', value: 6 })
    expect(rowOf({ limit: 'avg>=6', over: '2m' }, [series]).reason).toBe(
      'no data: no window of 2m was observed',
    )
  })

  it('says with its value what is missing of the series', () => {
    const holey = { ...series, missing: '3 of 9 points are missing' }
    expect(rowOf({ limit: 'max<50' }, [holey])).toMatchObject({
      state: 'pass',
      value: 10,
      reason: '3 of 9 points are missing',
    })
  })

  it('has no data for the reason the source gave', () => {
    expect(rowOf({ limit: 'max<5' }, [seriesOf([], 'GET http://x/metrics: HTTP 503')])).toMatchObject({
      state: 'no-data',
      reason: 'no data: GET http://x/metrics: HTTP 503',
      unit: 'tasks',
    })
    expect(rowOf({ limit: 'max<5' }, []).reason).toBe('no data: source tasks was not read')
    expect(rowOf({ limit: 'max<5' }, [seriesOf([[70, 1]])]).reason).toBe('no data: no samples')
  })
})

describe('the rise of a metric from outside', () => {
  const spike: Omit<Threshold, 'metric'> = { limit: 'rise<=20000', stage: 'spike' }

  it('is the time from the start of the stage until it exceeds its value then', () => {
    const series = seriesOf([
      [10, 9],
      [28, 4],
      [35, 3],
      [40, 4],
      [45, 5],
      [50, 9],
    ])
    expect(rowOf(spike, [series])).toMatchObject({ state: 'pass', value: 15_000, unit: 'ms' })
    expect(rowOf({ limit: 'rise<10000', stage: 'spike' }, [series])).toMatchObject({ state: 'fail' })
  })

  it('counts from the first point of the stage where there is none before', () => {
    const series = seriesOf([
      [32, 3],
      [36, 5],
    ])
    expect(rowOf(spike, [series]).value).toBe(6_000)
  })

  it('may come after the stage, until the end of the run', () => {
    const series = seriesOf([
      [10, 2],
      [20, 2],
      [68, 3],
    ])
    expect(rowOf({ limit: 'rise<=60000', stage: 'ramp' }, [series], { endedAtMs: 70_000 }).value).toBe(68_000)
    expect(rowOf({ limit: 'rise<=60000', stage: 'ramp' }, [series], { endedAtMs: 65_000 }).value).toBeNull()
  })

  it('fails where it never came, as if it took forever', () => {
    const flat = seriesOf([
      [30, 4],
      [40, 4],
      [60, 3],
    ])
    expect(rowOf(spike, [flat])).toMatchObject({
      state: 'fail',
      value: null,
      reason: 'never rose above its value at the start of spike',
    })
    expect(rowOf({ limit: 'rise>1000', stage: 'spike' }, [flat])).toMatchObject({
      state: 'pass',
      value: null,
    })
  })

  it('has no data where the run was stopped before the stage, or in it before anything rose', () => {
    const flat = seriesOf([
      [10, 4],
      [40, 4],
    ])
    expect(rowOf(spike, [flat], { toMs: 20_000, endedAtMs: 20_500 })).toMatchObject({
      state: 'no-data',
      reason: 'no data: the run ended before spike began',
    })
    expect(rowOf(spike, [flat], { toMs: 45_000, endedAtMs: 45_500 })).toMatchObject({
      state: 'no-data',
      reason: 'no data: it had not risen when the run ended',
    })
  })

  it('has no data where nothing was read after the start of the stage', () => {
    expect(rowOf(spike, [seriesOf([[29, 4]])])).toMatchObject({
      state: 'no-data',
      reason: 'no data: no samples after the start of spike',
    })
  })
})
