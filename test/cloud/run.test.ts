import { join } from 'node:path'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import { Merge } from '../../aggregator/merge/merge.ts'
import { PartialKeeper } from '../../aggregator/merge/partial-keeper.ts'
import { incompleteWindows } from '../../aggregator/merge/window-prefixes.ts'
import { summarise } from '../../aggregator/summary/summarise.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { cutsOf } from '../../lib/core/plan/cut.ts'
import { windowsOf } from '../../lib/core/plan/slice.ts'
import { snapshotPrefix } from '../../lib/core/results/snapshot.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import { startKey, startSchema } from '../../lib/core/run/relay.ts'
import { freshDirectory, readSummary as readLocalSummary, volley } from '../pipeline/volley.ts'
import {
  ended,
  generatorFunction,
  keysUnder,
  lambda,
  readJson,
  readPlan,
  readSnapshots,
  readSummary,
  readVerdict,
  receivedBy,
  start,
  store,
  withTarget,
} from './deployment.ts'

const SLICES = 12
/** Twenty journeys a second for six seconds. */
const LOAD = { profile: 'steady', duration: '6s', seed: 7 }
const JOURNEYS = 120
const RATE = 20

function iterationsByFlow({ series }: Summary): Record<string, number> {
  const iterations = series.filter(({ metric }) => metric === 'iterations')
  return Object.fromEntries(
    iterations
      .map(({ tags, values }) => [tags.flow, values.kind === 'counter' ? values.count : Number.NaN])
      .sort(),
  )
}

describe('a run that is started as one starts it in the console', () => {
  it('makes exactly the planned iterations, counts what the target received, and ends as its verdict says', async () => {
    await withTarget(async (target) => {
      const input = { scenario: 'codepal', target: target.url, generators: SLICES, ...LOAD }
      const { status, error } = await ended(await start('exact', input))
      const verdict = await readVerdict('exact')
      expect(verdict.requests.count).toBe(await receivedBy(target))
      expect(verdict.iterations).toEqual({ count: JOURNEYS, started: JOURNEYS, failed: 0, dropped: 0 })
      expect(verdict.coverage).toMatchObject({ generators: { planned: SLICES, seen: SLICES }, arrivals: 1 })
      expect(verdict.coverage.time).toBeGreaterThan(0.99)
      const held = verdict.state === 'pass' || verdict.state === 'warn'
      expect([status, error]).toEqual(held ? ['SUCCEEDED', undefined] : ['FAILED', verdict.state])
    })
  })

  it('leaves exactly one snapshot of each slice for each interval until its end, and nothing unknown', async () => {
    const plan = await readPlan('exact')
    const headers = (await readSnapshots('exact')).map(({ header }) => header)
    const lasting = cutsOf(plan).filter(({ toMs }) => toMs <= plan.durationMs)
    for (let slice = 0; slice < SLICES; slice++) {
      const own = headers.filter((header) => header.slice === slice).sort((a, b) => a.seq - b.seq)
      expect(own.map(({ seq }) => seq)).toEqual(own.map((_, i) => i))
      expect(own.map(({ ending }) => ending)).toEqual(
        own.map((_, i) => (i < own.length - 1 ? undefined : 'complete')),
      )
      expect(own.length).toBeGreaterThan(lasting.length)
    }
    const others = (await keysUnder('runs/exact/')).filter(
      (key) => !/\/(snapshots|claims|sampled|partial|judged)\//.test(key),
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
      'start.json',
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

  it('is the same however often its snapshots and its invocations are delivered', async () => {
    const [plan, summary] = [await readPlan('exact'), await readSummary('exact')]
    const { startAtMs, deadlineAtMs } = startSchema.parse(await readJson(startKey('exact')))
    const keys = await keysUnder(snapshotPrefix('exact'))
    for (const key of keys) {
      const bytes = (await store.get(key)) as Uint8Array
      expect(await store.putOnce(key, bytes)).toBe(false)
      await store.put(key, bytes)
    }
    const again = { run: 'exact', slice: 3, window: 0, startAtMs, deadlineAtMs: deadlineAtMs + 600_000 }
    for (const attempt of [0, 1]) {
      const { FunctionError } = await lambda.send(
        new InvokeCommand({
          FunctionName: await generatorFunction(),
          Payload: JSON.stringify({ ...again, attempt }),
        }),
      )
      expect(FunctionError).toBeDefined()
    }
    expect(await keysUnder(snapshotPrefix('exact'))).toEqual(keys)
    const merge = new Merge(plan, startAtMs)
    await foldSnapshots(merge, store)
    await foldSnapshots(merge, store)
    const { endedAt: endedAtMs, server } = summary
    expect(JSON.parse(JSON.stringify(summarise(merge, { endedAtMs, server })))).toEqual(summary)
  })

  it('goes on from the merge that its watch has put down', async () => {
    const { startAtMs } = startSchema.parse(await readJson(startKey('exact')))
    const { merge } = await PartialKeeper.resume(await readPlan('exact'), startAtMs, {
      store,
      clock: systemClock,
    })
    expect(merge.snapshots).toBeGreaterThan(0)
    const { endedAt: endedAtMs, server } = await readSummary('exact')
    await foldSnapshots(merge, store, { prefixes: incompleteWindows(merge) })
    expect(JSON.parse(JSON.stringify(summarise(merge, { endedAtMs, server })))).toEqual(
      await readSummary('exact'),
    )
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

  it('starts as many iterations around every handover as its schedule says', async () => {
    const plan = await readPlan('relayed')
    const seconds = (await readSnapshots('relayed')).flatMap(({ header }) => header.seconds)
    const startedIn = (from: number, to: number): number =>
      seconds
        .filter(({ second }) => from <= second && second < to)
        .reduce((sum, { started }) => sum + started, 0)
    const handovers = Array.from({ length: plan.slices }, (_, slice) =>
      windowsOf(plan, slice).slice(1),
    ).flat()
    expect(handovers).toHaveLength(6)
    for (const { fromMs } of handovers) {
      const around = Math.round(fromMs / 1_000)
      const planned = 4 * RATE
      const started = startedIn(around - 2, around + 2)
      expect(Math.abs(started - planned), `${started} of ${planned} around ${fromMs} ms`).toBeLessThanOrEqual(
        0.02 * planned,
      )
    }
  })
})
