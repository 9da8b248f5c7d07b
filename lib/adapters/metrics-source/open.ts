import type { Plan } from '../../core/plan/plan.ts'
import type { Source } from '../../core/scenario/source.ts'
import type { Clock, MetricsSource } from '../../ports.ts'
import { awsClients } from './aws-clients.ts'
import { cloudwatchSource } from './cloudwatch.ts'
import { httpFetchText } from './fetch-text.ts'
import { prometheusSource } from './prometheus.ts'
import { scrapeSource } from './scrape.ts'

/** The metrics sources that a plan names. Those of AWS are in `region` unless they say otherwise. */
export function openSources(
  { sources, target }: Pick<Plan, 'sources' | 'target'>,
  clock: Clock,
  aws: { region?: string } = {},
): MetricsSource[] {
  const open = (name: string, source: Source): MetricsSource => {
    const edge = { name, targetUrl: target.url, fetch: httpFetchText(), clock }
    switch (source.kind) {
      case 'scrape':
        return scrapeSource(source, edge)
      case 'prometheus':
        return prometheusSource(source, edge)
      case 'cloudwatch':
        return cloudwatchSource(source, { name, clock, clients: awsClients(aws) })
    }
  }
  return Object.entries(sources).map(([name, source]) => open(name, source))
}
