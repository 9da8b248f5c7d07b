import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManualClock } from '../../lib/adapters/clock/manual.ts'
import type { AwsClients } from '../../lib/adapters/metrics-source/aws-clients.ts'
import { cloudwatchSource } from '../../lib/adapters/metrics-source/cloudwatch.ts'
import type { CloudwatchSource } from '../../lib/core/scenario/cloudwatch-source.ts'
import { sourceSchema } from '../../lib/core/scenario/source.ts'
import { metricsSourceContract, type Opened } from '../contract/metrics-source.contract.ts'
import { client } from './deployment.ts'

const MINUTE_MS = 60_000
/** Three whole minutes that are over. */
const fromMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 10 * MINUTE_MS
const toMs = fromMs + 3 * MINUTE_MS

const cloudWatch = new CloudWatchClient(client)
const clients: AwsClients = {
  cloudWatch: async () => new CloudWatchClient(client),
  autoScaling: () => Promise.reject(new Error('the local cloud has no scaling activities')),
}

function open(resource: object, metrics: object): Opened {
  const config = sourceSchema.parse({ kind: 'cloudwatch', resource, metrics }) as CloudwatchSource
  const clock = new ManualClock(toMs + 10 * MINUTE_MS)
  return { source: cloudwatchSource(config, { name: 'aws', clients, clock }), fromMs, toMs }
}

beforeAll(async () => {
  const latencies = [0.1, 0.2, 0.4].map((seconds, minute) => ({
    MetricName: 'ReadLatency',
    Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'orders' }],
    Timestamp: new Date(fromMs + minute * MINUTE_MS + 5_000),
    Unit: 'Seconds' as const,
    Value: seconds,
  }))
  await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'AWS/RDS', MetricData: latencies }))
})
afterAll(() => cloudWatch.destroy())

metricsSourceContract('cloudwatch in the local cloud', async () =>
  open(
    { type: 'rds', instance: 'orders' },
    { cpu: { metric: 'ReadLatency', unit: '%' }, queue: { metric: 'DiskQueueDepth' } },
  ),
)

describe('a database by its name', () => {
  it('is read from CloudWatch minute by minute, in milliseconds', async () => {
    const { source } = open({ type: 'rds', instance: 'orders' }, { reads: { metric: 'ReadLatency' } })
    expect(await source.read(fromMs, toMs)).toEqual([
      {
        metric: 'reads',
        source: 'aws',
        unit: 'ms',
        points: [
          [fromMs + 0.5 * MINUTE_MS, 100],
          [fromMs + 1.5 * MINUTE_MS, 200],
          [fromMs + 2.5 * MINUTE_MS, 400],
        ],
      },
    ])
  })
})
