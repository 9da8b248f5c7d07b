import type { CloudWatchClient, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'

/** GetMetricData takes this many queries in one call. */
const QUERIES_PER_CALL = 500
const MAX_PAGES = 1_000

/** A statistic of one metric, as CloudWatch finds it. Its unit is left out: a wrong one would find nothing. */
export interface MetricQuery {
  namespace: string
  metric: string
  dimensions: Readonly<Record<string, string>>
  statistic: string
}

export interface MetricRange {
  /** Both whole periods, epoch milliseconds. */
  fromMs: number
  toMs: number
  periodMs: number
}

/** Values by the starts of their periods, or why there are none. */
export type MetricData = { values: Map<number, number> } | { refused: string }

/** Reads many metrics at once: as few calls as there can be, every page of each. Rejects where a call does. */
export async function readMetricData(
  client: CloudWatchClient,
  queries: readonly MetricQuery[],
  range: MetricRange,
): Promise<MetricData[]> {
  const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch')
  const found = queries.map((): MetricData => ({ values: new Map() }))
  for (let first = 0; first < queries.length; first += QUERIES_PER_CALL) {
    const batch = queries.slice(first, first + QUERIES_PER_CALL)
    let token: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await client.send(
        new GetMetricDataCommand({
          StartTime: new Date(range.fromMs),
          EndTime: new Date(range.toMs),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: batch.map((query, i) => toQuery(query, first + i, range.periodMs)),
          ...(token !== undefined && { NextToken: token }),
        }),
      )
      for (const result of answer.MetricDataResults ?? []) take(found, result)
      token = answer.NextToken
      if (token === undefined) break
    }
    if (token !== undefined) throw new Error(`there are more than ${MAX_PAGES} pages of it`)
  }
  return found
}

function toQuery(query: MetricQuery, index: number, periodMs: number): MetricDataQuery {
  return {
    Id: `m${index}`,
    MetricStat: {
      Metric: {
        Namespace: query.namespace,
        MetricName: query.metric,
        Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodMs / 1_000,
      Stat: query.statistic,
    },
  }
}

function take(found: MetricData[], { Id, Timestamps, Values, StatusCode, Messages }: MetricDataResult): void {
  const index = Number(Id?.slice(1))
  const data = found[index]
  if (!data || 'refused' in data) return
  if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
    const messages = (Messages ?? []).map(({ Value }) => Value).filter((text) => text !== undefined)
    found[index] = { refused: [StatusCode, ...messages].join(': ') }
    return
  }
  Timestamps?.forEach((time, i) => {
    const value = Values?.[i]
    if (value !== undefined) data.values.set(time.getTime(), value)
  })
}
