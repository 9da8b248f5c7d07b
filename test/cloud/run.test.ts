import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cutsOf } from '../../lib/core/cut.ts'
import { planSchema } from '../../lib/core/plan.ts'
import type { Summary } from '../../lib/core/summary.ts'
import { freshDirectory, readSummary as readLocalSummary, volley } from '../pipeline/volley.ts'
import {
  ended,
  keysUnder,
  readJson,
  readSummary,
  readVerdict,
  receivedBy,
  start,
  withTarget,
} from './deployment.ts'

const SLICES = 12
/** Twenty journeys a second for six seconds. */
const LOAD = { profile: 'steady', duration: '6s', seed: 7 }
const JOURNEYS = 120

function iterationsByFlow({ series }: Summary): Record<string, number> {
  const iterations = series.filter(({ metric }) => metric === 'iterations')
  return Object.fromEntries(
    iterations
      .map(({ tags, values }) => [tags.flow, values.kind === 'counter' ? values.count : Number.NaN])
      .sort(),
  )
}

describe('a run that is started as one starts it in the console', () => {
  it('makes exactly the planned iterations, counts what the target received, and passes', async () => {
    await withTarget(async (target) => {
      const input = { scenario: 'codepal', target: target.url, generators: SLICES, ...LOAD }
      const { status, output } = await ended(await start('exact', input))
      const verdict = await readVerdict('exact')
      expect(verdict.requests.count).toBe(await receivedBy(target))
      expect(verdict.iterations).toEqual({ count: JOURNEYS, failed: 0, dropped: 0 })
      expect(verdict.coverage).toMatchObject({ generators: { planned: SLICES, seen: SLICES }, arrivals: 1 })
      expect(verdict.coverage.time).toBeGreaterThan(0.99)
      expect([status, JSON.parse(output ?? '{}').state]).toEqual(['SUCCEEDED', verdict.state])
    })
  })

  it('leaves one snapshot of each slice for each interval, and nothing unknown', async () => {
    const plan = planSchema.parse(await readJson('runs/exact/plan.json'))
    const snapshots = await keysUnder('runs/exact/snapshots/')
    const lasting = cutsOf(plan).filter(({ toMs }) => toMs <= plan.durationMs)
    for (let slice = 0; slice < SLICES; slice++)
      for (const { seq } of lasting) expect(snapshots).toContain(`runs/exact/snapshots/0/${slice}-0-${seq}`)
    const others = (await keysUnder('runs/exact/')).filter(
      (key) => !/\/(snapshots|claims|sampled)\//.test(key),
    )
    expect(others.map((key) => key.slice('runs/exact/'.length))).toEqual([
      'junit.xml',
      'live.json',
      'metrics-summary.json',
      'observed.json',
      'plan.json',
      'published.json',
      'relayed.json',
      'report.html',
      'request.json',
      'setup.json',
      'summary.json',
      'summary.md',
      'timeseries.csv',
      'verdict.json',
    ])
  })

  it('makes the same iterations of each flow as the same run on one machine', async () => {
    await withTarget(async (target) => {
      const directory = join(await freshDirectory(), 'run')
      const load = ['--profile', LOAD.profile, '--duration', LOAD.duration, '--seed', String(LOAD.seed)]
      await volley('run', 'codepal', ...load, '--target', target.url, '--out', directory)
      expect(iterationsByFlow(await readSummary('exact'))).toEqual(
        iterationsByFlow(await readLocalSummary(directory)),
      )
    })
  })

  it('starts all generators at one time', async () => {
    const { generators } = await readSummary('exact')
    for (const { startLateMs } of generators) expect(startLateMs).toBeLessThan(250)
  })

  it('has what the target said of itself', async () => {
    const { thresholds } = await readVerdict('exact')
    const scraped = thresholds.filter(({ metric }) => metric === 'ecs_cpu')
    expect(scraped.length).toBeGreaterThan(0)
    for (const { state } of scraped) expect(state).not.toBe('no-data')
  })
})

describe('a run longer than its windows', () => {
  it('is handed over without a hole', async () => {
    await withTarget(async (target) => {
      const load = { profile: 'steady', duration: '45s', window: '20s', generators: 3, seed: 7 }
      await ended(await start('relayed', { scenario: 'codepal', target: target.url, ...load }))
      const verdict = await readVerdict('relayed')
      expect(verdict.iterations).toMatchObject({ count: 900, dropped: 0 })
      expect(verdict.requests.count).toBe(await receivedBy(target))
      expect(await keysUnder('runs/relayed/claims/')).toEqual([
        'runs/relayed/claims/0/0',
        'runs/relayed/claims/0/1',
        'runs/relayed/claims/0/2',
        'runs/relayed/claims/1/0',
        'runs/relayed/claims/1/1',
        'runs/relayed/claims/1/2',
        'runs/relayed/claims/2/0',
        'runs/relayed/claims/2/1',
        'runs/relayed/claims/2/2',
      ])
    })
  })
})
