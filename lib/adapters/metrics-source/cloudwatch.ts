import { durationMs } from '../../core/base/duration.ts'
import {
  type CloudwatchRule,
  type CloudwatchSource,
  cloudwatchRule,
  dimensionsOf,
} from '../../core/scenario/cloudwatch-source.ts'
import type { OutsideSeries } from '../../core/scenario/source.ts'
import type { Clock, MetricsSource } from '../../ports.ts'
import type { AwsClients } from './aws-clients.ts'
import { type MetricData, type MetricQuery, readMetricData } from './metric-data.ts'
import { nothing, type Reading, reasonOf } from './reading.ts'
import { readScaleOuts } from './scaling-activities.ts'

/** Data of ECS, RDS and load balancers are up to three minutes late. */
const LATE_MS = 180_000
const READ_AGAIN_MS = 20_000

interface CloudwatchOptions {
  /** Name of the source in the scenario. */
  name: string
  clients: AwsClients
  clock: Clock
}

/**
 * Asks CloudWatch for the time of the run when it is over, and again until everything has come or can't come any more.
 * A point stands in the middle of its period: it belongs to the stage that holds most of it.
 */
export function cloudwatchSource(config: CloudwatchSource, options: CloudwatchOptions): MetricsSource {
  const closed = new AbortController()
  const rules = Object.keys(config.metrics).map((key) => ({ key, rule: cloudwatchRule(config, key) }))
  return {
    begin() {},
    async read(fromMs, toMs) {
      const metrics = new MetricReader(config, options, closed.signal).read(
        rules.filter(({ rule }) => rule.activities === undefined).map(({ rule }) => rule),
        fromMs,
        toMs,
      )
      const activities = rules.some(({ rule }) => rule.activities !== undefined)
        ? readScaleOuts(config, options.clients, { fromMs, toMs })
        : undefined
      const readings = [...(await metrics)].reverse()
      return Promise.all(
        rules.map(async ({ key, rule }): Promise<OutsideSeries> => {
          const about = { metric: key, source: options.name, unit: rule.unit }
          const reading =
            rule.activities === undefined ? readings.pop() : (await activities)?.[rule.activities]
          return { ...about, ...(reading ?? { points: [], noData: 'it was not read' }) }
        }),
      )
    },
    async close() {
      closed.abort()
    },
  }
}

class MetricReader {
  readonly #config: CloudwatchSource
  readonly #options: CloudwatchOptions
  readonly #closed: AbortSignal

  constructor(config: CloudwatchSource, options: CloudwatchOptions, closed: AbortSignal) {
    this.#config = config
    this.#options = options
    this.#closed = closed
  }

  async read(rules: readonly CloudwatchRule[], fromMs: number, toMs: number): Promise<Reading[]> {
    if (rules.length === 0) return []
    const periodMs = durationMs(this.#config.period)
    const periods = periodsOf(fromMs, toMs, periodMs)
    if (periods.length === 0)
      return rules.map(() => nothing(`no period of ${this.#config.period} lies mostly within the run`))
    try {
      return (await this.#readUntilAllIsThere(rules, periods, periodMs)).map((data, i) =>
        readingOf(data, rules[i] as CloudwatchRule, periods, periodMs),
      )
    } catch (error) {
      return rules.map(() => nothing(`CloudWatch could not be read: ${reasonOf(error)}`))
    }
  }

  /** Values may still change while they come in, so that they count once two readings agree, or nothing is late any more. */
  async #readUntilAllIsThere(
    rules: readonly CloudwatchRule[],
    periods: readonly number[],
    periodMs: number,
  ): Promise<MetricData[]> {
    const { clock, clients } = this.#options
    const client = await clients.cloudWatch(this.#config.region)
    const last = periods.at(-1) as number
    const settledAtMs = last + periodMs + LATE_MS
    const range = { fromMs: periods[0] as number, toMs: last + periodMs, periodMs }
    try {
      let before = ''
      for (;;) {
        const readAtMs = clock.now()
        const data = await this.#readOnce(client, rules, range)
        const now = JSON.stringify(data.map((one) => ('values' in one ? [...one.values] : one.refused)))
        const complete = data.every((one) => 'refused' in one || one.values.has(last))
        if (readAtMs >= settledAtMs || (complete && now === before) || this.#closed.aborted) return data
        before = now
        await clock.sleepUntil(Math.min(clock.now() + READ_AGAIN_MS, settledAtMs), this.#closed)
      }
    } finally {
      client.destroy()
    }
  }

  async #readOnce(
    client: Parameters<typeof readMetricData>[0],
    rules: readonly CloudwatchRule[],
    range: Parameters<typeof readMetricData>[2],
  ): Promise<MetricData[]> {
    const queries = rules.map((rule) => this.#queryOf(rule))
    const beside = rules.map(({ zeroWhere }, i) =>
      zeroWhere === undefined
        ? []
        : [{ ...(queries[i] as MetricQuery), metric: zeroWhere, statistic: 'Sum' }],
    )
    const data = await readMetricData(client, [...queries, ...beside.flat()], range)
    let next = queries.length
    return rules.map((_, i) => {
      const own = data[i] as MetricData
      return beside[i]?.length === 1 ? withZeros(own, data[next++] as MetricData) : own
    })
  }

  #queryOf({ namespace, metric, statistic, dimensions: only }: CloudwatchRule): MetricQuery {
    const all = Object.entries(dimensionsOf(this.#config.resource))
    const dimensions = Object.fromEntries(all.filter(([name]) => only === undefined || only.includes(name)))
    return { namespace, metric, dimensions, statistic }
  }
}

/** A metric that is reported only where it is not 0 is 0 where another one of the same thing was reported. */
function withZeros(own: MetricData, other: MetricData): MetricData {
  if ('refused' in own || 'refused' in other) return own
  const times = new Set([...other.values.keys(), ...own.values.keys()])
  const values = [...times].sort((a, b) => a - b).map((at) => [at, own.values.get(at) ?? 0] as const)
  return { values: new Map(values) }
}

/** The starts of the periods that lie in the run with their middle. */
function periodsOf(fromMs: number, toMs: number, periodMs: number): number[] {
  const starts: number[] = []
  const half = periodMs / 2
  for (let at = Math.ceil((fromMs - half) / periodMs) * periodMs; at + half <= toMs; at += periodMs)
    starts.push(at)
  return starts
}

function readingOf(
  data: MetricData,
  { metric, scale }: CloudwatchRule,
  periods: readonly number[],
  periodMs: number,
): Reading {
  if ('refused' in data) return nothing(`CloudWatch refused ${metric}: ${data.refused}`)
  const points = periods.flatMap((at): [number, number][] => {
    const value = data.values.get(at)
    return value === undefined ? [] : [[at + periodMs / 2, value * scale]]
  })
  if (points.length === 0) return nothing(`CloudWatch has no ${metric} for the time of the run`)
  if (points.length === periods.length) return { points }
  return { points, missing: `${periods.length - points.length} of ${periods.length} points are missing` }
}
