import { describe, expect, it } from 'vitest'
import { RunPublisher } from '../../../../aggregator/live/run-publisher.ts'
import { ManualClock } from '../../../../lib/adapters/clock/manual.ts'
import { MemoryPublisher } from '../../../../lib/adapters/series-publisher/memory.ts'
import { MemoryStore } from '../../../../lib/adapters/snapshot-store/memory.ts'
import type { Plan } from '../../../../lib/core/plan/plan.ts'
import { publishedKey } from '../../../../lib/core/results/published.ts'
import type { Publication } from '../../../../lib/ports.ts'
import { LIVE } from '../../../fixtures/cloud-run.ts'
import { mergeOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf, type Samples, START_AT_MS } from '../../../fixtures/synthetic-run.ts'

/** A publisher that can be told to refuse. */
class MoodyPublisher extends MemoryPublisher {
  refuses = false

  override async publish(publication: Publication): Promise<void> {
    if (this.refuses) throw Object.assign(new Error('not authorised'), { name: 'AccessDenied' })
    await super.publish(publication)
  }

  /** How often each value of a series was published, over all publications. */
  counts(name: string): Record<number, number> {
    const sums: Record<number, number> = {}
    for (const { values, counts } of this.of(name))
      values.forEach((value, i) => {
        sums[value] = (sums[value] ?? 0) + (counts[i] as number)
      })
    return sums
  }

  of(name: string): Publication['data'] {
    return this.published.flatMap(({ data }) => data.filter((datum) => datum.name === name))
  }
}

const samples: Samples[] = [
  { metric: 'http_reqs', sum: 5 },
  { metric: 'http_req_failed', trues: 1, total: 5 },
  { metric: 'http_req_duration', values: [1, 1, 2, 1_000] },
]
const snapshots = (seqs: readonly number[]): Written[] =>
  seqs.flatMap((seq) => [0, 1].map((slice) => ({ seq, slice, samples, health: { loopShare: slice / 2 } })))

class Scene {
  readonly store = new MemoryStore()
  readonly publisher = new MoodyPublisher()
  readonly clock = new ManualClock(START_AT_MS)
  readonly plan: Plan

  constructor(changes: Partial<Plan> = {}) {
    this.plan = planOf(changes)
  }

  /** Whoever takes over a watch: another process, with a merge of its own. */
  open(seqs: readonly number[]): Promise<RunPublisher> {
    return RunPublisher.open(mergeOf(this.plan, snapshots(seqs)), this)
  }

  async look(publisher: RunPublisher): Promise<void> {
    publisher.look(LIVE)
    await publisher.settled()
  }
}

describe('the series of a run', () => {
  it('have a count as a sum, a rate as ones and zeros, and a trend as its samples', async () => {
    const scene = new Scene()
    await scene.look(await scene.open([0]))
    expect(scene.publisher.counts('http_reqs')).toEqual({ 10: 1 })
    expect(scene.publisher.counts('http_req_failed')).toEqual({ 0: 8, 1: 2 })
    // Whole values of microseconds up to 2 ms have a bucket each, a second has one of 512 µs.
    expect(scene.publisher.counts('http_req_duration')).toEqual({ 1: 4, 2: 2, 1000.447: 2 })
    expect(scene.publisher.of('http_req_duration')[0]?.unit).toBe('Milliseconds')
  })

  it('say how the run stands', async () => {
    const scene = new Scene()
    await scene.look(await scene.open([0]))
    expect(scene.publisher.counts('vus')).toEqual({ 120: 1 })
    expect(scene.publisher.counts('generators_up')).toEqual({ 4: 1 })
    expect(scene.publisher.counts('generator_loop_share')).toEqual({ 0.5: 1 })
    expect(scene.publisher.counts('accrued_usd')).toEqual({ 0.3: 1 })
  })

  it('are those of the scenario and profile, at the time up to which all generators have reported', async () => {
    const scene = new Scene()
    await scene.look(await scene.open([0, 1]))
    expect(scene.publisher.published).toMatchObject([
      { atMs: START_AT_MS + 20_000, dimensions: { Scenario: 'shop', Profile: 'steady' } },
    ])
  })

  it('stand where they ended, so that what drains does not look like load', async () => {
    const scene = new Scene()
    const publisher = await scene.open([0, 1, 2, 3, 4, 5, 6])
    await publisher.finish()
    expect(scene.publisher.published).toMatchObject([{ atMs: START_AT_MS + 70_000 }])
  })

  it('are published every ten seconds, or as often as snapshots come, and not before there are any', async () => {
    const times = async (intervalMs: number, seqs: readonly number[]): Promise<number> => {
      const scene = new Scene({ intervalMs })
      const publisher = await scene.open(seqs)
      for (let second = 0; second < 60; second++) {
        await scene.look(publisher)
        await scene.clock.advanceTo(START_AT_MS + (second + 1) * 1_000)
      }
      return scene.publisher.of('vus').length
    }
    expect(await times(1_000, [0])).toBe(6)
    expect(await times(30_000, [0])).toBe(2)
    expect(await times(1_000, [])).toBe(0)
  })

  it('have each sample once, whoever publishes it', async () => {
    const scene = new Scene()
    await scene.look(await scene.open([0]))
    await scene.look(await scene.open([0, 1, 2]))
    expect(await (await scene.open([0, 1, 2, 3])).finish()).toEqual([])
    expect(await (await scene.open([0, 1, 2, 3])).finish()).toEqual([])
    expect(scene.publisher.of('http_reqs').map(({ values }) => values)).toEqual([[10], [20], [10]])
    expect(scene.publisher.counts('http_req_failed')).toEqual({ 0: 32, 1: 8 })
    expect(scene.publisher.counts('http_req_duration')).toEqual({ 1: 16, 2: 8, 1000.447: 8 })
  })
})

describe('a publication that is refused', () => {
  it('goes out with the next one, and is said in the verdict', async () => {
    const scene = new Scene()
    scene.publisher.refuses = true
    const publisher = await scene.open([0, 1])
    await scene.look(publisher)
    expect(publisher.failure).toBe('AccessDenied: not authorised')
    scene.publisher.refuses = false
    expect(await (await scene.open([0, 1])).finish()).toEqual([
      'series of the run came late in CloudWatch: publications refused 1, the last by AccessDenied: not authorised',
    ])
    expect(scene.publisher.counts('http_reqs')).toEqual({ 20: 1 })
  })

  it('leaves its samples missing where it is the last one', async () => {
    const scene = new Scene()
    scene.publisher.refuses = true
    expect(await (await scene.open([0])).finish()).toEqual([
      'series of the run are missing in CloudWatch: publications refused 1, the last by AccessDenied: not authorised',
    ])
  })

  it('ends nothing, and neither does a place that can not be written down', async () => {
    const scene = new Scene()
    scene.store.put = () => Promise.reject(new Error('disk full'))
    await scene.look(await scene.open([0]))
    expect(scene.publisher.counts('http_reqs')).toEqual({ 10: 1 })
    expect(await scene.store.get(publishedKey(scene.plan.run))).toBeUndefined()
  })
})
