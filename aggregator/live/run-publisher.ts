import type { Live } from '../../lib/core/results/live.ts'
import {
  PUBLISHED_GAUGES,
  PUBLISHED_SCHEMA,
  type Published,
  type PublishedGauge,
  publishEveryMs,
  publishedKey,
  publishedSchema,
  seriesDimensions,
} from '../../lib/core/results/published.ts'
import type { Clock, SeriesDatum, SeriesPublisher, SnapshotStore } from '../../lib/ports.ts'
import { readMessage } from '../../lib/run/store/message.ts'
import type { Merge } from '../merge/merge.ts'
import { publishedData } from './published-data.ts'

interface PublishPorts {
  store: SnapshotStore
  publisher: SeriesPublisher
  clock: Pick<Clock, 'now'>
}

/**
 * Publishes a run's series as its merge grows, each sample once: how far it got is in the store, and whoever comes
 * next goes on from there. What can't be published now goes out with the next publication. Never rejects: a run goes
 * on without its series.
 */
export class RunPublisher {
  readonly #merge: Merge
  readonly #ports: PublishPorts
  #published: Published
  #latestAtMs = Number.NEGATIVE_INFINITY
  #underWay: Promise<void> | undefined
  #failure: string | undefined

  /** Where an earlier watch left off. */
  static async open(merge: Merge, ports: PublishPorts): Promise<RunPublisher> {
    const published = await readMessage(ports.store, publishedKey(merge.plan.run), publishedSchema)
    return new RunPublisher(merge, ports, published ?? { schema: PUBLISHED_SCHEMA, totals: {}, failures: 0 })
  }

  private constructor(merge: Merge, ports: PublishPorts, published: Published) {
    this.#merge = merge
    this.#ports = ports
    this.#published = published
  }

  /** Why the latest publication failed, if it did. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Publishes what has come since the last time, unless that was a moment ago or is still under way. */
  look(live: Live): void {
    const nowMs = this.#ports.clock.now()
    const due = nowMs >= this.#latestAtMs + publishEveryMs(this.#merge.plan)
    if (this.#underWay || !due || this.#merge.generators.size === 0) return
    this.#latestAtMs = nowMs
    this.#underWay = this.#publish(gaugesOf(this.#merge, live)).finally(() => {
      this.#underWay = undefined
    })
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#underWay
  }

  /** Publishes what is left when everything is merged; says what the reader of the verdict should know of it. */
  async finish(): Promise<string[]> {
    await this.#publish([])
    const { failures, failure } = this.#published
    if (failures === 0) return []
    const how = this.#failure === undefined ? 'came late' : 'are missing'
    return [
      `series of the run ${how} in CloudWatch: publications refused ${failures}, the last by ${failure}`,
    ]
  }

  async #publish(gauges: readonly SeriesDatum[]): Promise<void> {
    const { store, publisher } = this.#ports
    const { plan, startAtMs, reportedMs } = this.#merge
    const { data, totals } = publishedData(this.#merge, this.#published.totals)
    const all = [...gauges, ...data]
    if (all.length === 0) return
    try {
      // What drains is published where it ends: at the load's end it would look like load.
      await publisher.publish({ atMs: startAtMs + reportedMs, dimensions: seriesDimensions(plan), data: all })
      this.#failure = undefined
      this.#published = { ...this.#published, totals }
    } catch (error) {
      this.#failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      this.#published = {
        ...this.#published,
        failures: this.#published.failures + 1,
        failure: this.#failure,
      }
    }
    // A place that can't be written down costs samples that are published twice, and nothing else.
    await store.put(publishedKey(plan.run), JSON.stringify(this.#published)).catch(() => undefined)
  }
}

function gaugesOf(merge: Merge, live: Live): SeriesDatum[] {
  const shares = [...merge.generators.values()].map(({ loopShare }) => loopShare)
  const values: Record<PublishedGauge, number> = {
    vus: live.users,
    generators_up: live.generatorsUp,
    generator_loop_share: Math.max(0, ...shares),
    accrued_usd: live.cost?.accruedUsd ?? 0,
  }
  return Object.entries(PUBLISHED_GAUGES).map(([name, unit]) => ({
    name,
    unit,
    values: [values[name as PublishedGauge]],
    counts: [1],
  }))
}
