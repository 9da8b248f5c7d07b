import { MESSAGES } from '../../lib/core/metrics/built-in-metrics.ts'
import type { MetricDefinition } from '../../lib/core/metrics/metric.ts'
import { metricsWith, metricWith } from '../../lib/core/metrics/protocol.ts'
import { OTHER_PROTOCOLS } from '../../lib/core/metrics/protocols.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import type { MetricLine } from '../../lib/core/results/summary.ts'
import type { HistogramPack } from '../sums/histogram-pack.ts'
import { definitionOf } from './definition.ts'
import type { TimelineMetricsState } from './partial.ts'
import { inUnit, perSecond, samplesOf, type Tally } from './tally.ts'
import { TallyShelf } from './tally-shelf.ts'

/** What a run over a protocol other than HTTP is followed by. */
const OF_PROTOCOLS = [...OTHER_PROTOCOLS, MESSAGES].flatMap((group) =>
  metricsWith(group, 'traffic', 'failure', 'opening', 'latency', 'push', 'sent', 'received', 'notified'),
)
/** Needed for how many sessions are open: those that were opened, less those whose length is known. */
const OPEN_SESSIONS = OTHER_PROTOCOLS.flatMap((protocol) => {
  const { openLine: metric } = protocol
  const [opened, closed] = [metricWith(protocol, 'opening'), metricWith(protocol, 'duration')]
  return metric !== undefined && opened !== undefined && closed !== undefined
    ? [{ metric, opened, closed }]
    : []
})
/** Of a scenario's own metrics, the first ones it declares. */
const MAX_OWN = 12

/** A stretch of time between two points of the charts. */
export interface Bucket {
  fromMs: number
  toMs: number
}

/**
 * Metrics along the buckets of the charts, each over all its tags: those of the protocols, and the first twelve of a
 * scenario's own. They are known no finer than the snapshots' interval.
 */
export class TimelineMetrics {
  readonly #plan: Pick<Plan, 'metrics'>
  readonly #wanted: readonly string[]
  readonly #shelves = new Map<string, TallyShelf>()

  constructor(plan: Pick<Plan, 'metrics'>) {
    this.#plan = plan
    this.#wanted = [...OF_PROTOCOLS, ...Object.keys(plan.metrics).slice(0, MAX_OWN)]
  }

  /** Where to add a metric's samples by their bucket; `undefined` for a metric that no chart follows. */
  shelfOf(metric: string): TallyShelf | undefined {
    if (!this.#wanted.includes(metric) && !OPEN_SESSIONS.some(({ closed }) => closed === metric))
      return undefined
    const shelf = this.#shelves.get(metric) ?? new TallyShelf()
    this.#shelves.set(metric, shelf)
    return shelf
  }

  stateIn(pack: HistogramPack): TimelineMetricsState {
    return [...this.#shelves].map(([metric, shelf]) => [metric, shelf.stateIn(pack)])
  }

  /** Takes the place of what was added so far. */
  restore(state: TimelineMetricsState, pack: HistogramPack): void {
    for (const [metric, shelf] of state) this.shelfOf(metric)?.restore(shelf, pack)
  }

  /** A line for each metric that has samples, with a value for each bucket. */
  lines(buckets: readonly Bucket[]): MetricLine[] {
    const measured = this.#wanted.flatMap((metric) => {
      const shelf = this.#shelves.get(metric)
      const definition = definitionOf(this.#plan, metric)
      return shelf && definition ? [lineOf(metric, definition, shelf, buckets)] : []
    })
    return [...measured, ...this.#openSessions(buckets.length)]
  }

  #openSessions(buckets: number): MetricLine[] {
    return OPEN_SESSIONS.flatMap(({ metric, opened, closed }): MetricLine[] => {
      const [came, went] = [this.#shelves.get(opened), this.#shelves.get(closed)]
      if (!came) return []
      let open = 0
      const value = Array.from({ length: buckets }, (_, bucket) => {
        open += countOf(came.at(bucket)) - countOf(went?.at(bucket))
        return Math.max(0, open)
      })
      return [{ metric, unit: '', kind: 'gauge', value }]
    })
  }
}

function lineOf(
  metric: string,
  { kind, unit }: MetricDefinition,
  shelf: TallyShelf,
  buckets: readonly Bucket[],
): MetricLine {
  const tallies = buckets.map((_, bucket) => sampled(shelf.at(bucket)))
  const column = (read: (tally: Tally, bucket: Bucket) => number | null): (number | null)[] =>
    tallies.map((tally, i) => (tally ? read(tally, buckets[i] as Bucket) : null))
  const quantile = (of: number): (number | null)[] =>
    column((tally) => (tally.kind === 'trend' ? inUnit(tally.histogram, of) : null))
  switch (kind) {
    case 'counter':
      return {
        ...{ metric, unit, kind },
        perSecond: tallies.map((tally, i) =>
          tally?.kind === 'counter' ? perSecond(tally.sum.value, lengthOf(buckets[i] as Bucket)) : 0,
        ),
      }
    case 'rate':
      return {
        ...{ metric, unit, kind },
        rate: column((tally) => (tally.kind === 'rate' ? tally.trues / tally.total : null)),
      }
    case 'gauge':
      return {
        ...{ metric, unit, kind },
        value: column((tally) => (tally.kind === 'gauge' ? tally.last : null)),
      }
    case 'trend':
      return {
        ...{ metric, unit, kind },
        ...{ p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: quantile(1) },
      }
  }
}

function sampled(tally: Tally | undefined): Tally | undefined {
  return tally && samplesOf(tally) !== 0 ? tally : undefined
}

function countOf(tally: Tally | undefined): number {
  return tally?.kind === 'trend' ? tally.histogram.count : 0
}

function lengthOf({ fromMs, toMs }: Bucket): number {
  return toMs - fromMs
}
