import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Values } from '../../lib/core/results/summary.ts'
import { generate } from '../generator.ts'
import type { Workbench } from '../workbench.ts'
import type { Case } from './case.ts'
import type { Quantiles, Told } from './told.ts'

const scenario = pathToFileURL(join(import.meta.dirname, 'scenario.ts')).href

export async function runVolley(workbench: Workbench, { name }: Case, targetUrl: string): Promise<Told> {
  const profile = name.replaceAll(/\W+/g, '-')
  const { summary } = await generate(workbench, { profile, targetUrl, scenario })
  const { metrics, errors } = summary
  const counted = (metric: string): number => {
    const values = metrics[metric]?.values
    return values?.kind === 'counter' ? values.count : 0
  }
  const failed = metrics.http_req_failed?.values
  return {
    tool: 'Volley',
    requests: counted('http_reqs'),
    failed: failed?.kind === 'rate' ? failed.trues : 0,
    classes: errors
      .filter(({ where }) => where === 'request')
      .map(({ error, count }) => `${error} ${count}`)
      .join(', '),
    serviceMs: quantiles(metrics.http_req_duration?.values),
    responseMs: quantiles(metrics.http_req_response_time?.values),
    dropped: counted('dropped_iterations'),
    sentBytes: counted('data_sent'),
    receivedBytes: counted('data_received'),
  }
}

function quantiles(values: Values | undefined): Quantiles {
  if (values?.kind !== 'trend') throw new Error('the trend has no samples')
  return { p50: values.med, p90: values.p90, p99: values.p99 }
}
