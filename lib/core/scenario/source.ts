import { z } from 'zod'
import { durationSchema } from '../base/duration.ts'
import { isSoundUserinfo, USERINFO_RULE } from '../secrets/userinfo.ts'
import { cloudwatchRule, cloudwatchSchema } from './cloudwatch-source.ts'

const everyMetric = {
  unit: z.string().max(16).default(''),
  /** Values are multiplied by this: 1000 turns seconds into milliseconds. */
  scale: z.number().default(1),
}

const sourceUrl = z.string().refine((url) => !URL.canParse(url) || isSoundUserinfo(new URL(url)), {
  error: `must have its user name and password in ${USERINFO_RULE}`,
})

/** A Prometheus text endpoint of the target, read again and again while the run goes on. */
const scrapeSchema = z.strictObject({
  kind: z.literal('scrape'),
  /** Absolute, or a path at the target. */
  url: sourceUrl,
  every: durationSchema.default('5s'),
  metrics: z.record(
    z.string(),
    z.strictObject({
      /** Name in the exposition. Series with the same name are summed, or averaged if `combine` says so. */
      name: z.string(),
      labels: z.record(z.string(), z.string()).default({}),
      combine: z.enum(['sum', 'avg', 'max']).default('sum'),
      /** A `rate` turns a counter into its growth per second. */
      as: z.enum(['value', 'rate']).default('value'),
      ...everyMetric,
    }),
  ),
})

/** A Prometheus server, asked for a range when the run is over. */
const prometheusSchema = z.strictObject({
  kind: z.literal('prometheus'),
  url: sourceUrl,
  step: durationSchema.default('5s'),
  metrics: z.record(z.string(), z.strictObject({ query: z.string(), ...everyMetric })),
})

/** Where metrics from outside the generators come from. Their names are used in thresholds like any other. */
export const sourceSchema = z.discriminatedUnion('kind', [scrapeSchema, prometheusSchema, cloudwatchSchema])
export type Source = z.infer<typeof sourceSchema>
export type ScrapeSource = z.infer<typeof scrapeSchema>
export type PrometheusSource = z.infer<typeof prometheusSchema>
export const sourcesSchema = z.record(z.string(), sourceSchema)

/** The unit of one of a source's metrics, as thresholds and charts show it. */
export function unitOf(source: Source, metric: string): string {
  return source.kind === 'cloudwatch'
    ? cloudwatchRule(source, metric).unit
    : (source.metrics[metric]?.unit ?? '')
}

/** What a source answered for one metric: points in time order, or the reason why there are none. */
export const outsideSeriesSchema = z.strictObject({
  metric: z.string(),
  source: z.string(),
  unit: z.string(),
  /** Epoch milliseconds and value. */
  points: z.array(z.tuple([z.number(), z.number()])),
  noData: z.string().optional(),
  /** What there should be more of, as a sentence; where there are points at all. */
  missing: z.string().optional(),
})
export type OutsideSeries = z.infer<typeof outsideSeriesSchema>
