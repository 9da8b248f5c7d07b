import { z } from 'zod'
import { durationMs } from '../../core/base/duration.ts'
import { secretsOfUrl } from '../../core/scenario/known-secrets.ts'
import type { OutsideSeries, PrometheusSource } from '../../core/scenario/source.ts'
import { maskName, maskText, maskUrl } from '../../core/secrets/mask.ts'
import type { MetricsSource } from '../../ports.ts'
import type { FetchText } from './fetch-text.ts'
import { parseValue } from './prometheus-text.ts'
import { missingOf } from './reading.ts'
import { sourceUrl } from './source-url.ts'

/** Prometheus refuses ranges with more points per series than this. */
const MAX_POINTS = 11_000

interface PrometheusOptions {
  /** Name of the source in the scenario. */
  name: string
  /** What a relative URL is relative to. */
  targetUrl: string
  fetch: FetchText
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries; times are seconds, values are texts. */
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
})

/** Asks a Prometheus server for the time of the run when it is over. */
export function prometheusSource(config: PrometheusSource, options: PrometheusOptions): MetricsSource {
  return {
    begin() {},
    read: (fromMs, toMs) =>
      Promise.all(
        Object.entries(config.metrics).map(async ([metric, { query, unit, scale }]) => {
          const series = { metric, source: options.name, unit }
          try {
            const url = rangeUrl(config, options.targetUrl, query, fromMs, toMs)
            const found = pointsOf(await options.fetch(url))
            const points = found
              .filter(([, value]) => Number.isFinite(value))
              .map(([atMs, value]): [number, number] => [atMs, value * scale])
            const missing = missingOf(found.length - points.length, found.length, 'are no finite numbers')
            return points.length > 0
              ? { ...series, points, ...missing }
              : nothing(series, `no data for ${maskName(query)}`)
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error)
            return nothing(
              series,
              `query_range at ${maskUrl(config.url)}: ${maskText(why, secretsOfUrl(config.url))}`,
            )
          }
        }),
      ),
    async close() {},
  }
}

function nothing(series: Omit<OutsideSeries, 'points' | 'noData'>, noData: string): OutsideSeries {
  return { ...series, points: [], noData }
}

function rangeUrl(
  config: PrometheusSource,
  targetUrl: string,
  query: string,
  fromMs: number,
  toMs: number,
): string {
  const url = sourceUrl(config.url, targetUrl)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/query_range`
  const stepMs = Math.max(durationMs(config.step), Math.ceil((toMs - fromMs) / MAX_POINTS))
  url.searchParams.set('query', query)
  url.searchParams.set('start', String(fromMs / 1_000))
  url.searchParams.set('end', String(toMs / 1_000))
  url.searchParams.set('step', String(stepMs / 1_000))
  return url.href
}

/** The points of the one series that a query gives. */
function pointsOf(body: string): [number, number][] {
  const answer = answerSchema.safeParse(JSON.parse(body))
  if (!answer.success) throw new Error('the answer is not that of a range query')
  const { result } = answer.data.data
  if (result.length > 1)
    throw new Error(`the query gives ${result.length} series; make it one, as with sum(...)`)
  return (result[0]?.values ?? []).flatMap(([seconds, text]): [number, number][] => {
    const value = parseValue(text)
    return value === undefined ? [] : [[seconds * 1_000, value]]
  })
}
